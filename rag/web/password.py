"""The environment or a file in; a password, and whether a request brings it, out.

HTTP Basic (RFC 7617): the browser asks for it and sends it with every request, so the page, its
files, uploads and the API are behind the one check. The user name does not matter.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import MutableMapping
from pathlib import Path

from rag.errors import ConfigError

VARIABLE = "DATELINE_PASSWORD"
MIN_CHARS = 12
CHALLENGE = b'Basic realm="Dateline", charset="UTF-8"'
_OTHERS = 0o077


class Password:
    """What is asked for; kept as a hash, and compared in a time that does not tell how much fits.

    Raises ConfigError for fewer than ``MIN_CHARS`` characters.
    """

    def __init__(self, secret: str) -> None:
        if len(secret) < MIN_CHARS:
            raise ConfigError(
                f"The password has {len(secret)} characters; choose one of at least {MIN_CHARS}."
            )
        self._digest = _digest(secret.encode())

    def is_in(self, authorization: str) -> bool:
        """Whether the value of an Authorization header brings it."""
        return hmac.compare_digest(_digest(_given(authorization)), self._digest)


def read_password(file: Path | None, environ: MutableMapping[str, str]) -> Password | None:
    """The password in ``file``, else in DATELINE_PASSWORD, which is removed there; else None.

    A line end at the end of the file does not belong to it. Raises ConfigError for a file that
    cannot be read or that others may read, and for a password that is too short.
    """
    secret = environ.pop(VARIABLE, None)
    if file is not None:
        secret = _read(file)
    return Password(secret) if secret is not None else None


def _read(file: Path) -> str:
    try:
        if file.stat().st_mode & _OTHERS:
            raise ConfigError(f"Others may read the password in {file}; run: chmod 600 {file}")
        return file.read_text("utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"The password file {file} cannot be read ({error}).") from error


def _given(authorization: str) -> bytes:
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return b""
    try:
        return base64.b64decode(encoded, validate=True).partition(b":")[2]
    except (binascii.Error, ValueError):
        return b""


def _digest(secret: bytes) -> bytes:
    return hashlib.sha256(secret).digest()
