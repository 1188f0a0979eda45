"""Runs the web server: opens or builds the index, listens, and cleans up at the end."""

from __future__ import annotations

import asyncio
import errno
import fcntl
import ipaddress
import logging
import os
import shutil
import signal
import socket
import stat
import sys
import tempfile
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import TextIO

from rag.config import AskConfig, BuildConfig
from rag.errors import ArticleError, ConfigError, IndexMissing
from rag.present.terminal import Meter
from rag.service import OpenEngine, Rebuild, RunBuild, Service, stay_offline
from rag.web import uploads
from rag.web.security import Access

PREFIX = "dateline-"
_LOCK = ".lock"


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A new folder that only this user can enter; folders left by killed processes are removed."""
    _sweep(Path(tempfile.gettempdir()))
    with tempfile.TemporaryDirectory(prefix=PREFIX, ignore_cleanup_errors=True) as name:
        folder = Path(name)
        descriptor = _lock_folder(folder)
        try:
            yield folder
        finally:
            os.close(descriptor)


def _lock_folder(folder: Path) -> int:
    """Lock the folder; it gets the name that sweepers look for only once it is locked."""
    unlocked = folder / f"{_LOCK}-new"
    descriptor = os.open(unlocked, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    unlocked.rename(folder / _LOCK)
    return descriptor


def _sweep(parent: Path) -> None:
    for folder in parent.glob(f"{PREFIX}*"):
        with suppress(OSError):
            if _is_own(folder) and _is_abandoned(folder):
                shutil.rmtree(folder, ignore_errors=True)


def _is_own(folder: Path) -> bool:
    status = folder.lstat()
    return stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid()


def _is_abandoned(folder: Path) -> bool:
    """Whether it has a lock that nobody holds; raises OSError when there is none."""
    descriptor = os.open(folder / _LOCK, os.O_RDWR | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)


_CONNECTIONS = 256
EXPOSED_NOTE = """\
It asks for the password; any user name will do. This connection is not encrypted: beyond a network
that you trust, let only a reverse proxy reach it, which must add
  TLS;
  its own name: pass on the Host header, and name it here with --allow-host;
  the header X-Forwarded-Proto: https, and no buffering of replies;
  a limit for each visitor, since all of them are one client here."""


def serve(
    ask: AskConfig,
    build: BuildConfig,
    *,
    host: str = "127.0.0.1",
    port: int = 7860,
    browser: bool = True,
    access: Access | None = None,
    out: TextIO = sys.stdout,
) -> None:
    """Open the index, or build it when there is none, and serve the chat until interrupted.

    ``port`` 0 picks a free one. Raises ConfigError for an address that is not of this machine, is
    taken, or would let others in without a password, and whatever RagError stops the index from
    being opened or built.
    """
    access = access or Access()
    access.check(host)
    with _listen(host, port) as listening, _private_folder():
        uploads.sweep(build.articles)
        open_engine, run_build = _engine()
        service = open_service(ask, build, open_engine=open_engine, run_build=run_build)
        rebuild = Rebuild(service, run_build=run_build)
        try:
            with suppress(KeyboardInterrupt):
                stay_offline()
                _run(service, rebuild, listening, access, browser=browser, out=out)
        finally:
            rebuild.close()
            service.close()


def _engine() -> tuple[OpenEngine, RunBuild]:
    """The real engine, imported only once the address is known to be free."""
    from rag import Pipeline, build

    return (lambda config: Pipeline.open(config=config)), build


def open_service(
    ask: AskConfig, build: BuildConfig, *, open_engine: OpenEngine, run_build: RunBuild
) -> Service:
    """A service over the index, which is built first when there is none.

    A folder without articles is no error here: the page is where they can be added.
    """
    service = Service(ask, build, open_engine=open_engine)
    try:
        service.reload()
    except IndexMissing:
        try:
            print(f"Building the index of {build.articles} …", file=sys.stderr)
            with Meter(sys.stderr) as meter:
                run_build(build, progress=meter)
            service.reload()
        except ArticleError as error:
            print(error, file=sys.stderr)
    return service


@contextmanager
def _listen(host: str, port: int) -> Iterator[socket.socket]:
    if not _is_address(host):
        raise _no_address(host)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((host, port))
        except OSError as error:
            raise _unusable(host, port, error) from error
        yield listening


def _is_address(host: str) -> bool:
    """Whether it needs no look-up by name, which would ask another machine."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost"
    return True


def _no_address(host: str) -> ConfigError:
    return ConfigError(f"{host} is no address of this machine; give one, or leave --host out.")


def _unusable(host: str, port: int, error: OSError) -> ConfigError:
    if error.errno == errno.EADDRNOTAVAIL:
        return _no_address(host)
    if error.errno == errno.EADDRINUSE:
        return ConfigError(
            f"Port {port} is taken, perhaps by a Dateline that runs already: "
            f"open http://127.0.0.1:{port}, or choose another with --port {port + 1}."
        )
    return ConfigError(f"Port {port} cannot be used ({error.strerror}); choose one with --port.")


@contextmanager
def _private_folder() -> Iterator[Path]:
    """A temporary folder for uploads, and settings that keep Gradio from sending telemetry."""
    with scratch_folder() as folder:
        os.environ["GRADIO_TEMP_DIR"] = str(folder)
        os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
        os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
        yield folder


def _run(
    service: Service,
    rebuild: Rebuild,
    listening: socket.socket,
    access: Access,
    *,
    browser: bool,
    out: TextIO,
) -> None:
    import uvicorn

    from rag.web.app import application

    host, port = listening.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    config = uvicorn.Config(
        application(service, rebuild, port=port, access=access),
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=_CONNECTIONS,
        timeout_graceful_shutdown=1,
    )
    print(f"Dateline answers at {address} (stop with Ctrl+C)", file=out, flush=True)
    if access.password is not None:
        print(EXPOSED_NOTE, file=out, flush=True)
    if browser:
        webbrowser.open(address)
    with _clean_shutdown():
        uvicorn.Server(config).run(sockets=[listening])


@contextmanager
def _clean_shutdown() -> Iterator[None]:
    """End on SIGTERM as on Ctrl+C, so that everything that was opened is closed.

    Pages that are still open are cut off then, which the server would report as errors.
    """

    def stop(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    logger = logging.getLogger("uvicorn.error")
    logger.addFilter(_is_no_shutdown_error)
    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
        logger.removeFilter(_is_no_shutdown_error)


def _is_no_shutdown_error(record: logging.LogRecord) -> bool:
    cut_off = record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError)
    return not cut_off and "graceful shutdown" not in record.getMessage()
