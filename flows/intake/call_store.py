"""Where sound calls go: numbered, once each, into raw.calls and the archive."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from flows import archive
from flows.intake.calls import CallColumns
from flows.warehouse import Warehouse
from transforms.contracts.raw import CALLS

_KNOWN = """
    SELECT incoming.place, stored.call_no, stored.exported_at AS stored_export
    FROM incoming JOIN raw.calls AS stored USING (call_id, content_hash)
"""
_LATER_EXPORT = """
    UPDATE raw.calls SET exported_at = later.exported_at
    FROM later WHERE raw.calls.call_no = later.call_no
"""
_MARK = """
    INSERT INTO staging.pending BY NAME
    SELECT $kind AS kind, id FROM (SELECT DISTINCT id FROM touched)
    WHERE id NOT IN (SELECT p.id FROM staging.pending AS p WHERE p.kind = $kind)
"""


def mark_pending(warehouse: Warehouse, kind: str, ids: pl.Series) -> None:
    """Note that raw has news of some things; staging takes them up.

    Args:
        warehouse: with a transaction open.
        kind: one of the kinds of staging.pending.
        ids: their ids, repeated or not.
    """
    if ids.is_empty():
        return
    with warehouse.lend("touched", ids.drop_nulls().alias("id").to_frame()):
        warehouse.execute(_MARK, {"kind": kind})


@dataclass
class CallStore:
    """Gives each new call its number and keeps its turns.

    Numbers are never given twice within a run, not even after a file failed.

    Attributes:
        warehouse: the open warehouse.
        folder: the archive's folder.
        parts: archive parts of the files being taken in, to be removed if that fails.
    """

    warehouse: Warehouse
    folder: Path
    parts: list[Path] = field(default_factory=list[Path])
    _next_call_no: int = 1

    def __post_init__(self) -> None:
        last = self.warehouse.read(
            "SELECT coalesce(max(call_no), 0) AS n FROM raw.calls"
        )
        self._next_call_no = int(last.item()) + 1

    @property
    def last_call_no(self) -> int:
        """The last number given."""
        return self._next_call_no - 1

    def store(
        self, file_hashes: Sequence[str], batches: Sequence[CallColumns]
    ) -> dict[int, tuple[int, int]]:
        """Store what is new of some batches, in the open transaction.

        Args:
            file_hashes: of the files taken in together, by their place.
            batches: their calls.

        Returns:
            For each file's place: how many calls were new, how many stored already.
        """
        if not batches:
            return {}
        calls = pl.concat([batch.calls for batch in batches]).with_row_index("place")
        turns = pl.concat([batch.turns for batch in batches])
        is_new = self._is_new(calls)
        fresh = _latest_export(calls, calls.filter(is_new))
        hashes = pl.Series(file_hashes, dtype=pl.String)
        fresh = fresh.with_columns(
            call_no=self._numbers(fresh.height), file_hash=hashes.gather(fresh["file"])
        )
        self._archive(file_hashes[0], fresh, _turns_of(turns, calls["turns"], is_new))
        self.warehouse.append(CALLS, fresh)
        mark_pending(self.warehouse, "call", fresh["call_id"])
        counts = (
            calls.select("file", new=is_new)
            .group_by("file")
            .agg(pl.col("new").sum(), repeated=(~pl.col("new")).sum())
        )
        return {file: (new, repeated) for file, new, repeated in counts.iter_rows()}

    def _numbers(self, count: int) -> pl.Series:
        first = self._next_call_no
        self._next_call_no += count
        return pl.int_range(first, first + count, dtype=pl.UInt32, eager=True)

    def _is_new(self, calls: pl.DataFrame) -> pl.Series:
        """Which calls are the first with their id and content, here and in the warehouse."""
        incoming = calls.select("place", "call_id", "content_hash")
        with self.warehouse.lend("incoming", incoming):
            known = self.warehouse.read(_KNOWN)
        self._note_later_exports(calls, known)
        is_first = incoming.select(
            pl.struct("call_id", "content_hash").is_first_distinct()
        ).to_series()
        return is_first & ~calls["place"].is_in(known["place"].implode())

    def _note_later_exports(self, calls: pl.DataFrame, known: pl.DataFrame) -> None:
        """A version sent again later is the later word on its call."""
        later = (
            known.join(calls.select("place", "call_id", "exported_at"), on="place")
            .filter(
                pl.col("exported_at").is_not_null(),
                pl.col("stored_export").is_null()
                | (pl.col("exported_at") > pl.col("stored_export")),
            )
            .group_by("call_no")
            .agg(pl.col("call_id").first(), pl.col("exported_at").max())
        )
        if later.is_empty():
            return
        with self.warehouse.lend("later", later):
            self.warehouse.execute(_LATER_EXPORT)
        mark_pending(self.warehouse, "call", later["call_id"])

    def _archive(
        self, file_hash: str, fresh: pl.DataFrame, turns: pl.DataFrame
    ) -> None:
        counts = fresh["turns"].to_numpy()
        starts = np.repeat(np.cumsum(counts) - counts, counts)
        placed = turns.with_columns(
            call_no=_repeated(fresh["call_no"], counts),
            turn=pl.Series(np.arange(turns.height) - starts, dtype=pl.UInt16),
            day=_repeated(fresh["day"], counts),
        )
        self.parts.extend(archive.write_day_parts(self.folder, file_hash, placed))

    def forget(self) -> None:
        """Remove the parts of files that were not registered after all."""
        archive.remove_parts(self.parts)
        self.parts.clear()


def _repeated(values: pl.Series, counts: np.ndarray[Any, Any]) -> pl.Series:
    return values.gather(np.repeat(np.arange(len(counts)), counts))


def _turns_of(
    turns: pl.DataFrame, counts: pl.Series, is_wanted: pl.Series
) -> pl.DataFrame:
    if is_wanted.all():
        return turns
    return turns.filter(_repeated(is_wanted, counts.to_numpy()))


def _latest_export(calls: pl.DataFrame, fresh: pl.DataFrame) -> pl.DataFrame:
    """New calls, exported when the last of their repetitions in the same file was."""
    key = ["call_id", "content_hash"]
    if fresh.height == calls.height:
        return fresh
    latest = calls.group_by(key).agg(pl.col("exported_at").max())
    return fresh.drop("exported_at").join(
        latest, on=key, how="left", validate="m:1", maintain_order="left"
    )
