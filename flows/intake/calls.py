"""Calls made into columns: whole batches at once, since this is the pipeline's widest door.

A batch is first taken for sound. Where it is not, it is halved until few records are left,
and these are looked at one by one (`call_rules`): one bad line costs little.
"""

import gc
import hashlib
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, pairwise
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
    TURN_FIELDS,
    Fields,
    SpeakerCodes,
    tidied,
)
from flows.intake.values import RecordError
from flows.readers.source import Record
from transforms.contracts.columns import UTC
from transforms.contracts.staging import SPEAKER

_CLOSE_LOOK: Final = 128
"""Records that are looked at one by one when something among them is odd."""

_COLUMN_NAMES: Final = ("call_id", *TEXT_FIELDS, "vulnerable", *TIME_FIELDS)
_ALL_FIELDS: Final = itemgetter(*_COLUMN_NAMES)
_EXACT_TIME: Final = "%Y-%m-%dT%H:%M:%S%.f%:z"
_TURN_WIDTH: Final = np.dtype([("speaker", "u1"), ("start", "<f4"), ("end", "<f4")])
_TURN_NAMES: Final = frozenset(TURN_FIELDS)
_NEEDED_OF_TURN: Final = ("speaker", "text")
_TURN_END: Final = "\x1f"
_FIELD_END: Final = "\x1e"
_SPEAKER_CODES: Final = SpeakerCodes()
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
            `end_seconds`, `text`; `calls.turns` tells how many belong to each call.
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
    turns, codes = _turn_columns(flat, texts)
    extras = [
        {} if call.keys() <= KNOWN_FIELDS else _unknown(call, KNOWN_FIELDS)
        for call in fields
    ]
    if not _is_plain(flat):
        _add_turn_extras(extras, turn_lists)
    turns = _without_odd_times(turns, counts, extras)
    calls = _call_columns(records, fields, zone).with_columns(
        turns=pl.Series(counts, dtype=pl.UInt32), extra=_as_json(extras)
    )
    hashes = _content_hashes(calls, counts, turns, codes, texts)
    return CallColumns(calls.with_columns(content_hash=hashes), turns)


def _as_json(extras: list[Fields]) -> pl.Series:
    return pl.Series([values.compact_json(extra) for extra in extras], dtype=pl.String)


def _turn_columns(
    flat: list[Fields], texts: list[str]
) -> tuple[pl.DataFrame, pl.Series]:
    codes = pl.Series(
        [_SPEAKER_CODES[turn["speaker"]] for turn in flat], dtype=pl.UInt8
    )
    turns = pl.DataFrame(
        {
            "speaker": codes.cat.to(SPEAKER),
            "start_seconds": _seconds(flat, "start"),
            "end_seconds": _seconds(flat, "end"),
            "text": pl.Series(texts, dtype=pl.String),
        }
    )
    if turns["text"].null_count():
        raise ValueError("text")
    return turns, codes


def _seconds(flat: list[Fields], name: str) -> pl.Series:
    try:
        told = [turn[name] for turn in flat]
    except KeyError:
        told = [turn.get(name) for turn in flat]
    return pl.Series(told, dtype=pl.Float64, strict=True).cast(pl.Float32)


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


def _is_plain(flat: list[Fields]) -> bool:
    """Whether no turn has a field that we do not know: counted first, which is cheap.

    Every turn is known to have speaker and text by now.
    """
    sizes = set(map(len, flat))
    if sizes <= {len(_NEEDED_OF_TURN)}:
        return True
    return all(map(_TURN_NAMES.issuperset, flat))


def _add_turn_extras(extras: list[Fields], turn_lists: list[list[Fields]]) -> None:
    """Keep unknown fields of turns as one list a field, in the order of turns.

    So that `extra` holds `{"turns": {"confidence": [0.9, null, …]}}`.
    """
    for extra, turns in zip(extras, turn_lists, strict=True):
        names = sorted({name for turn in turns for name in turn} - _TURN_NAMES)
        if names:
            extra["turns"] = {n: [turn.get(n) for turn in turns] for n in names}


def _unknown(fields: Fields, known: frozenset[str]) -> Fields:
    return {name: value for name, value in fields.items() if name not in known}


def _without_odd_times(
    turns: pl.DataFrame, counts: np.ndarray[Any, Any], extras: list[Fields]
) -> pl.DataFrame:
    """Turns whose times cannot be are kept without them; `extra` keeps what was told."""
    start, end = pl.col("start_seconds"), pl.col("end_seconds")
    odd = turns.select(odd=((start < 0) | (end < 0) | (end < start)).fill_null(False))[
        "odd"
    ]
    if not odd.any():
        return turns
    ends = np.cumsum(counts)
    rows: list[int] = odd.arg_true().to_list()
    for row in rows:
        call = int(np.searchsorted(ends, row, side="right"))
        place = row - int(ends[call] - counts[call])
        told = [turns["start_seconds"][row], turns["end_seconds"][row]]
        extras[call].setdefault("turn_times", {})[str(place)] = told
    return turns.with_columns(
        pl.when(~odd).then(pl.col("start_seconds", "end_seconds")).otherwise(None)
    )


def _content_hashes(
    calls: pl.DataFrame,
    counts: np.ndarray[Any, Any],
    turns: pl.DataFrame,
    codes: pl.Series,
    texts: list[str],
) -> pl.Series:
    """BLAKE2b of what each call says, whatever its key order or format.

    When it was exported is left out: the same call sent again is the same call.
    """
    said = calls.select(
        pl.concat_str(
            pl.col(
                "call_id",
                *TEXT_FIELDS,
                "started_at",
                "zone",
                "ended_at",
                "vulnerable",
                "extra",
            )
            .to_physical()
            .cast(pl.String)
            .fill_null("\0"),
            separator=_FIELD_END,
        )
    ).to_series()
    shape = np.empty(len(texts), _TURN_WIDTH)
    shape["speaker"] = codes.to_numpy()
    shape["start"] = turns["start_seconds"].fill_null(-1).to_numpy()
    shape["end"] = turns["end_seconds"].fill_null(-1).to_numpy()
    packed, width = shape.tobytes(), _TURN_WIDTH.itemsize
    bounds = [0, *np.cumsum(counts).tolist()]
    hashes: list[str] = []
    for (first, last), head in zip(pairwise(bounds), said, strict=True):
        digest = hashlib.blake2b(
            _TURN_END.join(texts[first:last]).encode(), digest_size=16
        )
        digest.update(packed[first * width : last * width])
        digest.update(head.encode())
        hashes.append(digest.hexdigest())
    return pl.Series(hashes, dtype=pl.String)
