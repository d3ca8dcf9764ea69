"""The inbox: which files are there, and which of them are new. Never altered."""

import hashlib
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Final

_UNFINISHED: Final = frozenset({".tmp", ".part"})


def files_of(inbox: Path) -> list[Path]:
    """All files of the inbox and its subfolders, by name.

    Left out are hidden files and folders, and names that say that a copy is under way.
    """
    found = (path for path in inbox.rglob("*") if not _is_passed_over(path, inbox))
    return sorted(path for path in found if path.is_file())


def _is_passed_over(path: Path, inbox: Path) -> bool:
    hidden = any(part.startswith(".") for part in path.relative_to(inbox).parts)
    return hidden or path.suffix.lower() in _UNFINISHED


def hash_of(path: Path) -> str:
    """BLAKE2b of a file's bytes, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(
            file, partial(hashlib.blake2b, digest_size=32)
        ).hexdigest()


def name_in(inbox: Path, path: Path) -> str:
    """A file's name within the inbox, folders included."""
    return path.relative_to(inbox).as_posix()


def sized(paths: list[Path]) -> Iterator[tuple[Path, int]]:
    """Files with their sizes in bytes; what cannot be looked at has none."""
    for path in paths:
        try:
            yield path, path.stat().st_size
        except OSError:
            yield path, 0
