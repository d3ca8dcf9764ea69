"""How far an ingest has come, for whoever wants to be told."""

from collections.abc import Callable
from dataclasses import dataclass

from flows.readers.source import Source


@dataclass(frozen=True)
class Progress:
    """How far an ingest has come.

    Attributes:
        file_name: the file at hand.
        files_done: files looked at, known ones included.
        files: all files of the inbox.
        bytes_done: bytes of the files looked at.
        bytes: bytes of all files.
        calls: call records read of the file at hand.
        is_registered: the file at hand is done and registered.
    """

    file_name: str
    files_done: int
    files: int
    bytes_done: int
    bytes: int
    calls: int
    is_registered: bool


@dataclass
class Meter:
    """Tells somebody how far it is."""

    progress: Callable[[Progress], None]
    files: int
    bytes: int
    files_done: int = 0
    bytes_done: int = 0

    def tell(self, name: str, calls: int, *, is_registered: bool = False) -> None:
        """Tell where we are."""
        self.progress(
            Progress(
                file_name=name,
                files_done=self.files_done,
                files=self.files,
                bytes_done=self.bytes_done,
                bytes=self.bytes,
                calls=calls,
                is_registered=is_registered,
            )
        )

    def done(self, source: Source, size: int, calls: int) -> None:
        """Tell that a file is done."""
        self.files_done += 1
        self.bytes_done += size
        self.tell(source.name, calls, is_registered=True)
