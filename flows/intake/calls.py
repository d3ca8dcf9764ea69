"""Calls made into columns: whole batches at once, since this is the pipeline's widest door.

A batch is first taken for sound. Where it is not, it is halved until few records are left,
and these are looked at one by one (`call_rules`): one bad line costs little.
"""

import gc
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from operator import itemgetter
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from flows.intake import values
from flows.intake.call_rules import (
    KNOWN_FIELDS,
    MOST_TURNS,
    TEXT_FIELDS,
    TIME_FIELDS,
    Fields,
    tidied,
)
from flows.intake.hashing import content_hashes
from flows.intake.turns import (
    add_turn_extras,
    turn_columns,
    without_odd_times,
)
from flows.intake.values import RecordError
from flows.readers.source import Record
from transforms.contracts.columns import UTC

_CLOSE_LOOK: Final = 128
"""Records that are looked at one by one when something among them is odd."""

_COLUMN_NAMES: Final = ("call_id", *TEXT_FIELDS, "vulnerable", *TIME_FIELDS)
_ALL_FIELDS: Final = itemgetter(*_COLUMN_NAMES)
_EXACT_TIME: Final = "%Y-%m-%dT%H:%M:%S%.f%:z"
_ODD: Final = (
    KeyError,
    TypeError,
    ValueError,
    AttributeError,
    OverflowError,
    pl.exceptions.PolarsError,
)


@dataclass(frozen=True)
class RefusedCall:
    """A call record that cannot be stored, and why."""

    record: Record
    reason: str
    awaits: str | None


@dataclass(frozen=True)
class CallColumns:
    """Sound calls as columns.

    Attributes:
        calls: one row a call: the columns of raw.calls but `call_no` and `file_hash`;
            instead `file`, its file's place among those taken in together.
        turns: one row a turn, in the order of `calls`: `speaker`, `start_seconds`,
            `end_seconds`, `text`, `voice`; `calls.turns` tells how many belong to each call.
        refused: the records that are not among them.
    """

    calls: pl.DataFrame
    turns: pl.DataFrame
    refused: tuple[RefusedCall, ...] = ()


@contextmanager
def uncollected() -> Generator[None]:
    """Hold back the garbage collector, which else walks millions of new objects in vain."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def call_columns(records: Sequence[Record], zone: ZoneInfo) -> list[CallColumns]:
    """The records as columns, in their order; refused ones apart.

    Args:
        records: records of kind call.
        zone: the zone of times that name none, and of the local day.
    """
    if not records:
        return []
    try:
        return [_columns(records, zone)]
    except _ODD:
        if len(records) > _CLOSE_LOOK:
            middle = len(records) // 2
            first = call_columns(records[:middle], zone)
            return first + call_columns(records[middle:], zone)
    return [_looked_at(records, zone)]


def _looked_at(records: Sequence[Record], zone: ZoneInfo) -> CallColumns:
    sound: list[Record] = []
    refused: list[RefusedCall] = []
    for record in records:
        try:
            sound.append(record._replace(fields=tidied(record.fields, zone)))
        except RecordError as error:
            refused.append(
                RefusedCall(record, f"line {record.line}: {error}", error.awaits)
            )
    columns = _columns(sound, zone)
    return CallColumns(columns.calls, columns.turns, tuple(refused))


def _columns(records: Sequence[Record], zone: ZoneInfo) -> CallColumns:
    fields = [record.fields for record in records]
    turn_lists: list[list[Fields]] = [call["turns"] for call in fields]
    if any(type(turns) is not list for turns in turn_lists):
        raise TypeError("turns")
    counts = np.fromiter(map(len, turn_lists), np.int64, len(turn_lists))
    if counts.max(initial=0) > MOST_TURNS:
        raise ValueError("turns")
    flat = list(chain.from_iterable(turn_lists))
    texts = [turn["text"] for turn in flat]
    columns = turn_columns(flat, texts, counts)
    extras = [
        {} if call.keys() <= KNOWN_FIELDS else _unknown(call, KNOWN_FIELDS)
        for call in fields
    ]
    if not columns.are_plain:
        add_turn_extras(extras, turn_lists)
    turns = without_odd_times(columns.frame, counts, extras)
    calls = _call_columns(records, fields, zone).with_columns(
        turns=pl.Series(counts, dtype=pl.UInt32), extra=_as_json(extras)
    )
    hashes = content_hashes(calls, counts, turns, columns.codes, texts)
    return CallColumns(calls.with_columns(content_hash=hashes), turns)


def _as_json(extras: list[Fields]) -> pl.Series:
    return pl.Series([values.compact_json(extra) for extra in extras], dtype=pl.String)


def _call_columns(
    records: Sequence[Record], fields: list[Fields], zone: ZoneInfo
) -> pl.DataFrame:
    """The call's own columns, `line` and `day`."""
    told = dict(zip(_COLUMN_NAMES, _told(fields), strict=True))
    columns = {
        name: pl.Series(told[name], dtype=pl.String, strict=True)
        for name in ("call_id", *TEXT_FIELDS)
    }
    columns["vulnerable"] = pl.Series(told["vulnerable"], dtype=pl.Boolean, strict=True)
    for name in TIME_FIELDS:
        columns[name], zones = _times(name, told[name], zone)
        if name == "started_at":
            columns["zone"] = zones
    columns["line"] = pl.Series([record.line for record in records], dtype=pl.UInt32)
    columns["file"] = pl.Series([record.file for record in records], dtype=pl.UInt32)
    calls = pl.DataFrame(columns).with_columns(
        pl.col(*TEXT_FIELDS).replace("", None),
        day=pl.col("started_at").dt.convert_time_zone(zone.key).dt.date(),
    )
    _check(calls)
    return calls


def _told(fields: list[Fields]) -> list[list[Any]]:
    """The values of each column; exports that always name every field are read faster."""
    try:
        rows = list(map(_ALL_FIELDS, fields))
    except KeyError:
        rows = [[call.get(name) for name in _COLUMN_NAMES] for call in fields]
    return [list(column) for column in zip(*rows, strict=True)] or [
        [] for _ in _COLUMN_NAMES
    ]


def _check(calls: pl.DataFrame) -> None:
    """Raise ValueError if any call of the batch needs a close look."""
    odd = calls.select(
        pl.col("call_id").is_null().any()
        | (pl.col("call_id") == "").any()
        | pl.col("started_at").is_null().any()
        | (pl.col("ended_at") < pl.col("started_at")).any()
    )
    if odd.item():
        raise ValueError(
            "a call without id or start, or one that ends before it starts"
        )


def _times(name: str, told: list[Any], zone: ZoneInfo) -> tuple[pl.Series, pl.Series]:
    """Times in UTC and the offsets that they were told in; the plain shape at once."""
    texts = pl.Series(told, dtype=pl.String, strict=True)
    times = texts.str.to_datetime(
        _EXACT_TIME, time_unit="us", time_zone="UTC", strict=False
    )
    zones = texts.str.tail(6)
    if times.null_count() == texts.null_count():
        return times, zones
    read = [values.moment(name, value, zone) for value in told]
    return (
        pl.Series([moment and moment[0] for moment in read], dtype=UTC),
        pl.Series([moment and moment[1] for moment in read], dtype=pl.String),
    )


def _unknown(fields: Fields, known: frozenset[str]) -> Fields:
    return {name: value for name, value in fields.items() if name not in known}
