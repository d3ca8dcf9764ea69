"""A PostgreSQL of the tests' own: on loopback, with a password, in a folder that goes again."""

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import psycopg

USER: Final = "coolhead"
PASSWORD: Final = secrets.token_urlsafe(16)
_PATIENCE: Final = 60
"""Seconds that a server may take to start, or to stop, on a busy machine."""


class NoPostgresError(RuntimeError):
    """No PostgreSQL can be started here."""


def _programs() -> Iterator[Path]:
    """Folders with the programs of a server: that of the package pgserver, the machine's."""
    spec = find_spec("pgserver")
    if spec is not None and spec.origin is not None:
        yield Path(spec.origin).parent / "pginstall" / "bin"
    if (found := shutil.which("initdb")) is not None:
        yield Path(found).resolve().parent
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)


def _as_nobody() -> dict[str, Any]:
    """PostgreSQL refuses to run as root: then it runs as `nobody`."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


@dataclass
class Server:
    """A server that can be stopped and started again; its data stay."""

    programs: Path
    folder: Path
    port: int = 0
    running: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The SQLAlchemy URL of its database."""
        return f"postgresql://{USER}:{PASSWORD}@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        """Start, on a free port, and wait until it answers."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        options = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
            "fsync": "off",
        }
        command = [f"{self.programs}/postgres", "-D", f"{self.folder}/data"]
        for name, value in options.items():
            command += ["-c", f"{name}={value}"]
        log = (self.folder / "log").open("ab")
        with log:
            self.running = subprocess.Popen(
                command, stdout=log, stderr=log, cwd=self.folder, **_as_nobody()
            )
        self._wait()

    def _wait(self) -> None:
        patience = time.monotonic() + _PATIENCE
        while True:
            try:
                psycopg.connect(self.url, connect_timeout=5).close()
            except psycopg.OperationalError as error:
                gone = self.running is None or self.running.poll() is not None
                if gone or time.monotonic() > patience:
                    said = (self.folder / "log").read_text(errors="replace")[-500:]
                    raise NoPostgresError(f"{self.programs}: {said}") from error
                time.sleep(0.1)
            else:
                return

    def stop(self) -> None:
        """Stop as an operator does: sessions are ended, what was written is kept."""
        if self.running is not None:
            self.running.send_signal(signal.SIGINT)
            self.running.wait(_PATIENCE)
            self.running = None


def _made(programs: Path, folder: Path) -> Server:
    """A server with an empty database, started."""
    secret = folder / "password"
    secret.write_text(f"{PASSWORD}\n", encoding="utf-8")
    secret.chmod(0o600)
    if found := _as_nobody():
        for path in (folder, secret):
            os.chown(path, found["user"], found["group"])
    command = [
        f"{programs}/initdb",
        f"--pgdata={folder}/data",
        f"--username={USER}",
        f"--pwfile={secret}",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--no-locale",
        "--no-sync",
    ]
    subprocess.run(
        command, cwd=folder, check=True, capture_output=True, timeout=120, **found
    )
    server = Server(programs, folder)
    server.start()
    return server


@contextmanager
def postgres() -> Iterator[Server]:
    """A server at work, gone afterwards with all that it kept.

    Raises:
        NoPostgresError: no PostgreSQL is there, or none of those found will start.
    """
    problems: list[str] = []
    for programs in _programs():
        # Not within pytest's own folder, which nobody else may enter.
        with tempfile.TemporaryDirectory(prefix="coolhead-postgres-") as made:
            try:
                server = _made(programs, Path(made))
            except (OSError, subprocess.SubprocessError, NoPostgresError) as error:
                problems.append(f"{programs}: {error}")
                continue
            try:
                yield server
            finally:
                server.stop()
            return
    raise NoPostgresError("; ".join(problems) or "no PostgreSQL is installed")
