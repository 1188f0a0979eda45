"""Decodes articles' files: byte order marks, UTF-8, UTF-16 and UTF-32, then legacy encodings.

Bytes that are not UTF-8 are read as Windows-1252 or Latin-1, which the build report states; data
that look binary are refused.
"""

from __future__ import annotations

import codecs
import errno
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from rag.ingest.records import Unusable

HEAD_BYTES = 4096
_CHUNK_BYTES = 1 << 16
# The four-byte marks first: that of UTF-32-LE begins with that of UTF-16-LE.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_C1_BYTES = re.compile(rb"[\x80-\x9f]")
_CONTROLS = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")
_DECLARED = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
_DECLARABLE = re.compile(
    r"iso-8859-(?:[2-9]|1\d)|windows-125[013-8]|koi8-[ru]|gb(?:k|2312|18030)|big5|shift_jis"
    r"|euc-(?:jp|kr)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text, and a sentence when its encoding had to be assumed."""

    text: str
    note: str = ""

    @property
    def notes(self) -> tuple[str, ...]:
        return (self.note,) if self.note else ()


def decode(data: bytes, *, html: bool = False) -> Decoded:
    """A whole file's text without its byte order mark.

    With ``html``, the character set that a page declares is believed when it is not UTF-8.

    Raises Unusable for binary data and for data that contradict their byte order mark.
    """
    mark, encoding = _sniff(data[:HEAD_BYTES])
    data = data[len(mark) :]
    if encoding != "utf-8":
        return Decoded(_decode_strictly(data, encoding))
    try:
        return Decoded(data.decode("utf-8"))
    except UnicodeDecodeError:
        return (_decode_declared(data) if html else None) or _decode_legacy(data)


class Lines(Iterator[str]):
    """The lines of a byte stream as text, split at ``\\n`` alone and ending with it.

    ``number`` is that of the line read last, from 1. A line that cannot be used raises Unusable;
    the call after that goes on with the next line. At most ``max_bytes`` of a line are held.
    """

    def __init__(self, stream: io.BufferedReader, *, max_bytes: int, setting: str) -> None:
        mark, encoding = _sniff(stream.peek(HEAD_BYTES)[:HEAD_BYTES])
        stream.read(len(mark))
        self._stream = stream if encoding == "utf-8" else _recoded(stream, encoding)
        self._max_bytes = max_bytes
        self._setting = setting
        self._note = ""
        self._noted = False
        self.number = 0

    def __next__(self) -> str:
        self.number += 1
        line = self._stream.readline(self._max_bytes + 1)
        if not line:
            raise StopIteration
        if len(line) > self._max_bytes:
            self._skip_rest(line)
            raise Unusable(f"is longer than {self._setting} allows")
        try:
            return line.decode("utf-8")
        except UnicodeDecodeError:
            decoded = _decode_legacy(line)
            self._note = decoded.note
            return decoded.text

    def take_notes(self) -> tuple[str, ...]:
        """What to report about the encoding of the lines so far, once for the whole stream."""
        if self._noted or not self._note:
            return ()
        self._noted = True
        return (f"{self._note}, as is every later line that is not UTF-8",)

    def _skip_rest(self, line: bytes) -> None:
        while line and not line.endswith(b"\n"):
            line = self._stream.readline(_CHUNK_BYTES)


class _Recoded(io.RawIOBase):
    """A stream in another encoding, read as UTF-8."""

    def __init__(self, stream: io.BufferedReader, encoding: str) -> None:
        self._stream = stream
        self._encoding = encoding
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._ready = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = b"more"
        while not self._ready and data:
            data = self._stream.read(_CHUNK_BYTES)
            self._ready = self._utf8(data)
        count = min(len(buffer), len(self._ready))
        buffer[:count] = self._ready[:count]
        self._ready = self._ready[count:]
        return count

    def _utf8(self, data: bytes) -> bytes:
        try:
            return self._decoder.decode(data, final=not data).encode("utf-8")
        except UnicodeDecodeError as error:
            # Not Unusable: no line after this one can be trusted to begin where it seems to.
            raise OSError(errno.EILSEQ, _contradiction(self._encoding)) from error


def _recoded(stream: io.BufferedReader, encoding: str) -> io.BufferedReader:
    return io.BufferedReader(_Recoded(stream, encoding), _CHUNK_BYTES)


def _sniff(head: bytes) -> tuple[bytes, str]:
    """The byte order mark and the encoding; ``utf-8`` stands for any encoding with ASCII in it."""
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return mark, encoding
    if b"\0" not in head:
        return b"", "utf-8"
    for encoding in ("utf-16-le", "utf-16-be"):
        if _is_mostly_ascii(head, encoding):
            return b"", encoding
    raise Unusable("looks binary: it holds NUL bytes")


def _is_mostly_ascii(head: bytes, encoding: str) -> bool:
    """Whether ``head``, decoded so, is mostly ASCII and holds no NUL."""
    text = head.decode(encoding, "replace")
    ascii_chars = sum(" " <= char <= "~" or char in "\t\r\n" for char in text)
    return "\0" not in text and ascii_chars >= 0.7 * len(text)


def _decode_strictly(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise Unusable(_contradiction(encoding)) from error


def _contradiction(encoding: str) -> str:
    return f"looks like {encoding[:6].upper()} but is not valid {encoding[:6].upper()}"


def _decode_declared(data: bytes) -> Decoded | None:
    match = _DECLARED.search(data[:HEAD_BYTES])
    name = match[1].decode("ascii", "replace") if match else ""
    if not _DECLARABLE.fullmatch(name):
        return None
    try:
        return Decoded(data.decode(name), f"decoded as {name}, as the page declares")
    except (UnicodeDecodeError, LookupError):
        return None


def _decode_legacy(data: bytes) -> Decoded:
    """Latin-1, or Windows-1252 where Latin-1 would give control characters for quotation marks."""
    head = data[:HEAD_BYTES]
    if len(_CONTROLS.findall(head)) > 2 + 0.02 * len(head):
        raise Unusable("looks binary: it is not UTF-8 and full of control characters")
    if _C1_BYTES.search(data):
        try:
            return Decoded(data.decode("cp1252"), "decoded as Windows-1252")
        except UnicodeDecodeError:
            pass
    return Decoded(data.decode("latin-1"), "decoded as Latin-1")
