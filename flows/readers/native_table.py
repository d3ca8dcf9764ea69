"""Native transcripts as a table, CSV or Parquet: one row a turn, the call's fields beside it."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

import orjson
import polars as pl

from flows.readers.source import (
    Fields,
    Kind,
    Record,
    Refused,
    Source,
    UnreadableFileError,
)
from flows.readers.tables import Row, header_of, rows

_PARQUET: Final = b"PAR1"
_NEEDED: Final = frozenset({"call_id", "speaker", "text"})
_TURN_FIELDS: Final = ("speaker", "text", "start", "end")
_BATCH_CALLS: Final = 2_000


@dataclass
class _Gathered:
    """One call as its rows have told it so far."""

    line: int
    fields: Fields = field(default_factory=dict[str, Any])
    turns: list[Fields] = field(default_factory=list[Fields])
    raw: list[bytes] = field(default_factory=list[bytes])
    faults: list[str] = field(default_factory=list[str])

    def add(self, row: Fields) -> None:
        """Take a turn, and whatever call fields no row before it named."""
        turn = {name: row.pop(name, None) for name in _TURN_FIELDS}
        for name, value in row.items():
            self.fields.setdefault(name, value)
        if turn["speaker"] is not None or turn["text"] is not None:
            turn["text"] = turn["text"] or ""
            self.turns.append(
                {n: v for n, v in turn.items() if v is not None or n == "speaker"}
            )

    def record(self) -> Record:
        """The call in native fields."""
        fields = {**self.fields, "turns": self.turns}
        return Record("call", self.line, fields, b"".join(self.raw))


class NativeTable:
    """One turn a row, in native names; the rows of a call need not stand together."""

    name: ClassVar[str] = "native_table"
    understands: ClassVar[str] = (
        "calls as CSV or Parquet (one row a turn: call_id, started_at, speaker, text)"
    )
    kind: ClassVar[Kind] = "call"

    def recognises(self, source: Source) -> bool:
        """Whether the columns are those of turns."""
        return set(_columns(source)) >= _NEEDED

    def read(self, source: Source) -> Iterator[Record | Refused]:
        """One call for each call_id, in order of first rows."""
        if source.head.startswith(_PARQUET):
            return _readable(_parquet_calls(source))
        return _csv_calls(source)


def _columns(source: Source) -> tuple[str, ...]:
    if not source.head.startswith(_PARQUET):
        return header_of(source)
    try:
        return tuple(pl.read_parquet_schema(source.path))
    except (pl.exceptions.PolarsError, OSError):
        return ()


def _csv_calls(source: Source) -> Iterator[Record | Refused]:
    calls: dict[str, _Gathered] = {}
    for row in rows(source):
        call_id = row.fields.get("call_id")
        if call_id is None:
            yield Refused("call", row.line, row.raw, _without_id(row))
            continue
        call = calls.setdefault(call_id, _Gathered(row.line))
        call.raw.append(row.raw)
        call.add(dict(row.fields))
    for call in calls.values():
        yield call.record()


def _without_id(row: Row) -> str:
    fault = (
        row.fault
        or "no call_id, so nobody knows whose turn it is; give one in each row"
    )
    return f"line {row.line}: {fault}"


def _readable(calls: Iterator[Record | Refused]) -> Iterator[Record | Refused]:
    try:
        yield from calls
    except pl.exceptions.PolarsError as error:
        raise UnreadableFileError(
            f"the Parquet file cannot be read to its end ({error}); export it again"
        ) from error


def _parquet_calls(source: Source) -> Iterator[Record | Refused]:
    turns = pl.scan_parquet(source.path).with_row_index("parquet_row", offset=1)
    ids = turns.select("call_id").unique(maintain_order=True).collect()["call_id"]
    for batch in ids.drop_nulls().to_frame().iter_slices(_BATCH_CALLS):
        wanted = turns.filter(pl.col("call_id").is_in(batch["call_id"].implode()))
        calls: dict[object, _Gathered] = {}
        for row in wanted.collect().iter_rows(named=True):
            line = int(row.pop("parquet_row"))
            call = calls.setdefault(row["call_id"], _Gathered(line))
            call.raw.append(
                orjson.dumps(row, default=str, option=orjson.OPT_APPEND_NEWLINE)
            )
            call.add({n: _plain(v) for n, v in row.items() if v is not None})
        for call in calls.values():
            yield call.record()
    for row in (
        turns.filter(pl.col("call_id").is_null()).collect().iter_rows(named=True)
    ):
        raw = orjson.dumps(row, default=str)
        yield Refused(
            "call",
            row["parquet_row"],
            raw,
            f"row {row['parquet_row']}: no call_id; give one",
        )


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, dt.datetime | dt.date) else value
