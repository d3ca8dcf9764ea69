"""Before a run: one writer at a time, and room on the disk."""

import fcntl
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_LEAST_ROOM: Final = 64_000_000
"""Bytes: the database of Prefect's temporary server, and a small night."""


class NoRoomError(RuntimeError):
    """The disk has no room for a run."""


class HomeBusyError(RuntimeError):
    """Another run is at work on this home."""


@contextmanager
def writing(home: Path) -> Generator[None]:
    """Hold the home for one run.

    Raises:
        HomeBusyError: another process holds it.
    """
    home.mkdir(parents=True, exist_ok=True)
    path = home / ".writing"
    with path.open("w", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise HomeBusyError(
                f"{home}: another run is writing here; wait for it, or give another"
                " home with COOLHEAD_HOME"
            ) from error
        yield


def check_room(home: Path) -> None:
    """Refuse to start where Prefect's temporary server could not: it would only time out.

    Raises:
        NoRoomError: says how much is free, and how much is needed.
    """
    free = shutil.disk_usage(home).free
    if free < _LEAST_ROOM:
        raise NoRoomError(
            f"{home}: only {free / 1e6:.0f} MB are free, and a run needs"
            f" {_LEAST_ROOM / 1e6:.0f} MB at least; make room and run again. Nothing was"
            " changed"
        )
