"""Publishing: a candidate file is filled, judged, and made current by moving a pointer.

Readers open `published/<version>.duckdb`, never the warehouse. A version is never
changed once the pointer names it, so an open reader keeps what it opened.
"""

import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

POINTER: Final = "current"
_KEPT_VERSIONS: Final = 3
"""The current version, the one before for readers at work, and one to go back to."""


class PublishedError(RuntimeError):
    """There is no published version to read."""


def current_version(published: Path) -> str | None:
    """The version that the pointer names; None before the first publishing."""
    try:
        return (published / POINTER).read_text(encoding="utf-8").strip() or None
    except FileNotFoundError:
        return None


def version_file(published: Path, version: str) -> Path:
    """The file of a version."""
    return published / f"{version}.duckdb"


def current_file(published: Path) -> Path:
    """The file that readers open.

    Raises:
        PublishedError: nothing was published yet, or the file is gone.
    """
    version = current_version(published)
    if version is None:
        raise PublishedError(
            f"{published}: nothing is published yet; run `coolhead nightly` first"
        )
    path = version_file(published, version)
    if not path.exists():
        raise PublishedError(
            f"{path}: named by {published / POINTER} but missing; run"
            " `coolhead nightly --rescore`"
        )
    return path


def next_version(published: Path) -> str:
    """The name after the current one: runs are numbered from 1."""
    version = current_version(published)
    number = int(version.rpartition("-")[2]) + 1 if version else 1
    return f"run-{number:06d}"


@contextmanager
def candidate(published: Path, version: str) -> Generator[Path]:
    """A file to fill: a copy of the current version, or nothing yet; removed on failure."""
    published.mkdir(parents=True, exist_ok=True)
    path = version_file(published, version)
    discard(path)
    current = current_version(published)
    if current is not None and version_file(published, current).exists():
        # A published file was closed after a checkpoint: it has no write-ahead log to lose.
        shutil.copyfile(version_file(published, current), path)
    try:
        yield path
    except BaseException:
        discard(path)
        raise


def discard(path: Path) -> None:
    """Remove a database file and its write-ahead log, if there."""
    path.unlink(missing_ok=True)
    path.with_name(f"{path.name}.wal").unlink(missing_ok=True)


def make_current(published: Path, version: str) -> None:
    """Point readers at a version, at one stroke, and remove the oldest ones."""
    pointer = published / POINTER
    moved = published / f".{POINTER}.new"
    with moved.open("w", encoding="utf-8") as file:
        file.write(f"{version}\n")
        file.flush()
        os.fsync(file.fileno())
    moved.replace(pointer)
    versions = sorted(published.glob("run-*.duckdb"))
    for old in versions[:-_KEPT_VERSIONS]:
        discard(old)
