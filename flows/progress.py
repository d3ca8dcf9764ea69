"""Progress bars on standard error, for whoever watches; none where nobody does."""

from collections.abc import Callable
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from flows.ingest import Progress as IngestProgress


class Bars:
    """Bars for one task's work, shown while the block lasts."""

    def __init__(self) -> None:
        self._bars = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            disable=not Console(stderr=True).is_terminal,
            transient=True,
        )

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bars.stop()

    def files(self, progress: IngestProgress) -> None:
        """Show how much of the inbox was read."""
        if not self._bars.tasks:
            self._bars.add_task("reading exports", total=progress.bytes or 1)
        self._bars.update(self._bars.tasks[0].id, completed=progress.bytes_done)

    def days(self, total: int, says: str = "scoring days") -> Callable[[int], None]:
        """A counter of days done."""
        bar = self._bars.add_task(says, total=total)
        return lambda done: self._bars.update(bar, completed=done)
