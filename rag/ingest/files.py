"""Lists a folder, opens the files below it safely, and decodes their text.

Nothing outside the folder is opened, and nothing that is no regular file.
"""

from __future__ import annotations

import codecs
import errno
import hashlib
import io
import os
import re
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from rag.errors import ArticleError
from rag.index.versions import CURRENT, VERSIONS
from rag.ingest.records import Limits, Unusable, printable

BUFFER_BYTES = 1 << 16
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
# O_NONBLOCK: opening a FIFO that took the file's place since the folder was listed returns at once.
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class _HashingFile(io.RawIOBase):
    """Hands bytes through and keeps their SHA-256."""

    def __init__(self, descriptor: int) -> None:
        self._file = io.FileIO(descriptor)
        self.digest = hashlib.sha256()
        self.size_bytes = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        count = self._file.readinto(buffer) or 0
        self.digest.update(memoryview(buffer)[:count])
        self.size_bytes += count
        return count

    def close(self) -> None:
        self._file.close()
        super().close()


class ArticleFile:
    """An open regular file; ``stream`` is read once, from its beginning, by ``size_bytes``."""

    def __init__(self, descriptor: int) -> None:
        self._file = _HashingFile(descriptor)
        self.stream: io.BufferedReader = io.BufferedReader(self._file, BUFFER_BYTES)
        self.size_bytes = os.fstat(descriptor).st_size

    def __enter__(self) -> ArticleFile:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stream.close()

    @property
    def sha256(self) -> str:
        """SHA-256 of the file in hexadecimal; empty as long as it was not read to its end."""
        whole = self._file.size_bytes >= self.size_bytes
        return self._file.digest.hexdigest() if whole else ""


def open_below(folder: Path, parts: Sequence[str]) -> ArticleFile:
    """Open ``folder/parts[0]/…/parts[-1]``; below ``folder`` no symbolic link is ever followed.

    Raises OSError when it cannot be opened, is anything but a regular file, or a part is not a
    plain name, and ValueError for a NUL in a name.
    """
    if any(part in {"", ".", ".."} or "/" in part for part in parts):
        raise OSError(errno.EINVAL, "leads out of its folder")
    at = os.open(folder, _FOLDER)
    try:
        for part in parts[:-1]:
            deeper = os.open(part, _FOLDER | os.O_NOFOLLOW, dir_fd=at)
            os.close(at)
            at = deeper
        descriptor = os.open(parts[-1], _FILE, dir_fd=at)
    finally:
        os.close(at)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "not a regular file")
    return ArticleFile(descriptor)


def explain(error: OSError) -> str:
    """The reason of a file that cannot be read, without its path."""
    if error.errno == errno.ELOOP:
        return "is a symbolic link, which is not followed"
    return f"cannot be read: {error.strerror or type(error).__name__}"


_WRITTEN_BYTE = re.compile(rb"\\x([89a-f][0-9a-f])")
_KINDS = (
    (stat.S_ISLNK, "is a symbolic link, which is not followed"),
    (stat.S_ISFIFO, "is a FIFO, not a regular file"),
    (stat.S_ISSOCK, "is a socket, not a regular file"),
    (stat.S_ISCHR, "is a device, not a regular file"),
    (stat.S_ISBLK, "is a device, not a regular file"),
)


@dataclass(frozen=True, slots=True)
class FolderEntry:
    """A file by its parts below the folder, as the system names them; or why it is not read."""

    parts: tuple[str, ...]
    trouble: str = ""
    is_folder: bool = False

    @property
    def path(self) -> str:
        """The POSIX path as text that UTF-8 can hold: other bytes are written ``\\xNN``."""
        return as_text("/".join(self.parts))


def as_text(name: str) -> str:
    """A file name of the system as text that UTF-8 can hold."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def as_name(text: str) -> str:
    """The system's name that ``as_text`` wrote so; it never writes ``\\xNN`` for ASCII."""
    data = text.encode("utf-8", "surrogatepass")
    return os.fsdecode(_WRITTEN_BYTE.sub(lambda m: bytes.fromhex(m[1].decode()), data))


def walk(folder: Path, limits: Limits) -> Iterator[FolderEntry]:
    """Files by POSIX path, bytewise; hidden ones are passed over, links are never followed.

    A folder that holds an index is named once and not gone into: its files are copies of articles.

    Raises ArticleError when ``folder`` cannot be listed, is an index or a limit is passed.
    """
    count = 0
    pending = list(reversed(_top(folder)))
    while pending:
        entry = pending.pop()
        if entry.is_folder:
            _check_depth(entry, limits)
            pending.extend(reversed(_listed(folder, entry)))
            continue
        count += 1
        if count > limits.max_files:
            raise ArticleError(
                f"There are more than {limits.max_files:,} files below {folder}; raise max_files "
                f"or name a smaller folder."
            )
        yield entry


def _check_depth(entry: FolderEntry, limits: Limits) -> None:
    if len(entry.parts) > limits.max_depth:
        raise ArticleError(
            f"The folder {printable(entry.path)} lies more than {limits.max_depth} folders deep; "
            f"raise max_depth or move it up."
        )


def _top(folder: Path) -> list[FolderEntry]:
    if not folder.exists():
        raise ArticleError(
            f"The articles' folder {folder} does not exist; create it or name another one."
        )
    if not folder.is_dir():
        raise ArticleError(f"{folder} is not a folder; name the folder that holds the articles.")
    try:
        entries = _entries(folder, ())
    except OSError as error:
        raise ArticleError(
            f"The articles' folder {folder} cannot be listed ({error.strerror}); mend its "
            f"permissions or name another one."
        ) from error
    if _is_index(entries):
        raise ArticleError(
            f"{folder} holds an index; name the folder that holds the articles, and keep the index "
            "in one of its own."
        )
    return entries


def _listed(folder: Path, entry: FolderEntry) -> list[FolderEntry]:
    try:
        entries = _entries(folder, entry.parts)
    except OSError as error:
        return [FolderEntry(entry.parts, explain(error))]
    return (
        [FolderEntry(entry.parts, "is an index, not articles")] if _is_index(entries) else entries
    )


def _is_index(entries: Iterable[FolderEntry]) -> bool:
    """Whether an index was built in the folder with these entries."""
    kinds = {entry.parts[-1]: entry.is_folder for entry in entries}
    return kinds.get(CURRENT) is False and kinds.get(VERSIONS) is True


def _entries(folder: Path, parts: tuple[str, ...]) -> list[FolderEntry]:
    with os.scandir(folder.joinpath(*parts)) as listing:
        entries = [_entry(item, parts) for item in listing if not item.name.startswith(".")]
    return sorted(entries, key=_order)


def _order(entry: FolderEntry) -> bytes:
    # A folder sorts as the beginning of the paths below it.
    return os.fsencode(entry.parts[-1]) + (b"/" if entry.is_folder else b"")


def _entry(item: os.DirEntry[str], parts: tuple[str, ...]) -> FolderEntry:
    parts = (*parts, item.name)
    try:
        mode = item.stat(follow_symlinks=False).st_mode
    except OSError as error:
        return FolderEntry(parts, explain(error))
    trouble = next((said for is_kind, said in _KINDS if is_kind(mode)), "")
    return FolderEntry(parts, trouble, is_folder=stat.S_ISDIR(mode))


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

    ``html`` believes the character set that a page declares when the page is not UTF-8.

    Raises Unusable for binary data and for a byte order mark that the data belie.
    """
    mark, encoding = _sniff(data[:HEAD_BYTES])
    data = data[len(mark) :]
    if encoding != "utf-8":
        return Decoded(_strictly(data, encoding))
    try:
        return Decoded(data.decode("utf-8"))
    except UnicodeDecodeError:
        return (_declared(data) if html else None) or _legacy(data)


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
            decoded = _legacy(line)
            self._note = decoded.note
            return decoded.text

    def take_notes(self) -> tuple[str, ...]:
        """What to say about the encoding of the lines so far; said once for the whole stream."""
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
            raise OSError(errno.EILSEQ, _belied(self._encoding)) from error


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
        if _plainly(head, encoding):
            return b"", encoding
    raise Unusable("looks binary: it holds NUL bytes")


def _plainly(head: bytes, encoding: str) -> bool:
    """Whether ``head`` is mostly ASCII in that encoding, and holds no NUL then."""
    text = head.decode(encoding, "replace")
    ascii_chars = sum(" " <= char <= "~" or char in "\t\r\n" for char in text)
    return "\0" not in text and ascii_chars >= 0.7 * len(text)


def _strictly(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise Unusable(_belied(encoding)) from error


def _belied(encoding: str) -> str:
    return f"looks like {encoding[:6].upper()} but is not valid {encoding[:6].upper()}"


def _declared(data: bytes) -> Decoded | None:
    match = _DECLARED.search(data[:HEAD_BYTES])
    name = match[1].decode("ascii", "replace") if match else ""
    if not _DECLARABLE.fullmatch(name):
        return None
    try:
        return Decoded(data.decode(name), f"decoded as {name}, as the page declares")
    except (UnicodeDecodeError, LookupError):
        return None


def _legacy(data: bytes) -> Decoded:
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
