"""Flags in; who may use the chat, and by which names they may call it, out."""

from __future__ import annotations

import argparse
import os
import re
from dataclasses import dataclass
from pathlib import Path

from rag.errors import ConfigError
from rag.web.password import MIN_CHARS, VARIABLE, Password, read_password

LOOPBACK = ("127.0.0.1", "localhost", "::1")
_NAME = re.compile(r"(?:[a-z0-9]([a-z0-9-]*[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]*[a-z0-9])?(:\d{1,5})?")


@dataclass(frozen=True, slots=True)
class Access:
    """Who may come in: with ``password`` anybody who knows it, else only this machine.

    ``names`` are further names that the chat is called by, such as that of a reverse proxy; ``api``
    opens the door for programs.
    """

    names: tuple[str, ...] = ()
    password: Password | None = None
    api: bool = False

    def __post_init__(self) -> None:
        for name in self.names:
            if not _NAME.fullmatch(name.lower()):
                raise ConfigError(
                    f"--allow-host {name!r} is no name of a machine; give one such as "
                    "news.example.org, or news.example.org:8443, without http://."
                )

    def check(self, host: str) -> None:
        """Raises ConfigError when it would open beyond this machine without a password."""
        if self.password is not None or (host in LOOPBACK and not self.names):
            return
        opening = f"on {host}" if host not in LOOPBACK else f"to {self.names[0]}"
        raise ConfigError(
            f"The chat does not open {opening}: it has no password yet, so only this machine may "
            f"use it; put one of at least {MIN_CHARS} characters into {VARIABLE} or into a file "
            "named with --password-file, or leave --host and --allow-host out."
        )


def access_options(parser: argparse.ArgumentParser) -> None:
    """What ``given_access`` reads."""
    parser.add_argument(
        "--api", action="store_true", help="open the API for programs (docs/api.md)"
    )
    parser.add_argument(
        "--allow-host",
        action="append",
        default=[],
        metavar="NAME",
        help="a further name that the chat is called by; may be repeated",
    )
    parser.add_argument(
        "--password-file",
        type=Path,
        metavar="FILE",
        help=f"holds the password, if {VARIABLE} does not",
    )


def given_access(options: argparse.Namespace) -> Access:
    """The access that flags and environment give; raises ConfigError for an unusable password."""
    return Access(
        names=tuple(options.allow_host),
        password=read_password(options.password_file, os.environ),
        api=options.api,
    )
