"""Utterance text: Parquet parts of whole days, `archive/day=2026-10-05/<hash>-<no>.parquet`.

A part is named after a file that it came from (the first of those taken in together) and
the first call in it. Numbers of calls
are given once, so a part that no committed run vouches for can be told, and swept away.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from transforms.contracts.staging import ARCHIVE

PREFIX_LENGTH: Final = 24
"""Hex digits of the file's hash in a part's name: 96 bits cannot collide by chance."""


@dataclass(frozen=True, order=True)
class _Part:
    day: str
    first_call_no: int
    path: Path

    @property
    def file_prefix(self) -> str:
        return self.path.name.partition("-")[0]


def _parts(archive: Path, day: str = "*") -> Iterator[_Part]:
    for path in archive.glob(f"day={day}/*.parquet"):
        number = path.stem.partition("-")[2]
        if number.isdecimal():
            yield _Part(path.parent.name.removeprefix("day="), int(number), path)


def write_day_parts(archive: Path, file_hash: str, turns: pl.DataFrame) -> list[Path]:
    """Write turns (the ARCHIVE columns and `day`, in call_no, turn order) as one part a day.

    Each part appears whole or not at all.

    Returns:
        The parts written, to be removed should the file not be registered.
    """
    written: list[Path] = []
    for (day,), part in turns.partition_by(
        "day", maintain_order=True, include_key=False, as_dict=True
    ).items():
        folder = archive / f"day={day}"
        folder.mkdir(parents=True, exist_ok=True)
        name = f"{file_hash[:PREFIX_LENGTH]}-{part['call_no'][0]}.parquet"
        partial = folder / f"{name}.part"
        try:
            part.select(ARCHIVE.names()).write_parquet(
                partial, compression="zstd", compression_level=1, statistics=False
            )
            written.append(partial.rename(folder / name))
        except BaseException:
            partial.unlink(missing_ok=True)
            remove_parts(written)
            raise
    return written


def remove_parts(parts: Iterable[Path]) -> None:
    """Remove parts whose file was not registered after all."""
    for path in parts:
        path.unlink(missing_ok=True)


def sweep(archive: Path, registered: Collection[str], last_call_no: int) -> int:
    """Remove what a run that was killed left: parts of unregistered files or calls.

    Args:
        archive: the archive folder.
        registered: hashes of all files registered.
        last_call_no: the highest number that a committed call has.

    Returns:
        How many parts were removed.
    """
    prefixes = {file_hash[:PREFIX_LENGTH] for file_hash in registered}
    orphans = [
        part.path
        for part in _parts(archive)
        if part.file_prefix not in prefixes or part.first_call_no > last_call_no
    ]
    orphans.extend(archive.glob("day=*/*.parquet.part"))
    remove_parts(orphans)
    return len(orphans)


def read_days(
    archive: Path, days: Iterable[dt.date], call_nos: pl.Series | None = None
) -> pl.LazyFrame:
    """One row a turn of some days: the ARCHIVE columns and `day`, by day, call_no, turn.

    The archive keeps replaced versions of calls too; give the `call_nos` of staging.calls
    to have each call once.
    """
    schema = pl.Schema({**ARCHIVE, "day": pl.Date()})
    found = sorted(
        part for day in sorted(set(days)) for part in _parts(archive, f"{day}")
    )
    if not found:
        return pl.LazyFrame(schema=schema)
    turns = pl.scan_parquet(
        [part.path for part in found],
        hive_partitioning=True,
        hive_schema={"day": pl.Date},
        # Parts written before there were voices lack that column.
        schema=ARCHIVE,
        missing_columns="insert",
    ).select(schema.names())
    if call_nos is None:
        return turns
    return turns.filter(pl.col("call_no").is_in(call_nos.cast(pl.UInt32).implode()))
