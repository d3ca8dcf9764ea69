"""One writer at a time: a lock on the home, released by the system if a run is killed."""

import fcntl
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path


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
