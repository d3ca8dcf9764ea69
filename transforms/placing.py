"""Laying a batch out by place: turns and hits as arrays, in one order whatever the rows'."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from transforms.batch import Batch
from transforms.contracts.staging import SPEAKER
from transforms.detection.labels import LABELS
from transforms.heard import Floats, Heard, Ints, Mask

_KEY_BITS: Final = 24
_LABEL: Final = pl.Enum(list(LABELS))


class BatchError(ValueError):
    """A batch does not hold together: its turns, hits and calls name different calls."""


def heard(batch: Batch) -> Heard:
    """Lay the turns and hits of a batch out by place.

    Raises:
        BatchError: turns or hits name a call or a turn that the batch does not hold.
    """
    calls = batch.calls.sort("call_no")
    turns = batch.turns
    if not _in_order(turns):
        turns = turns.sort("call_no", "turn")
    first, end, call_of = _spans(calls, turns)
    turn = turns["turn"].cast(pl.Int64).to_numpy()
    hits = _hits(batch, calls, call_of, turn)
    capitals = turns["is_capitals"].fill_null(value=False).to_numpy()
    return Heard(
        calls=calls,
        first=first,
        end=end,
        call_of=call_of,
        turn=turn,
        speaker=turns["speaker"].cast(SPEAKER).to_physical().to_numpy(),
        words=turns["words"].cast(pl.Int64).to_numpy(),
        starts=_seconds(turns["start_seconds"]),
        ends=_seconds(turns["end_seconds"]),
        is_capitals=capitals,
        is_shouting=turns["is_shouting"].fill_null(value=False).to_numpy() | capitals,
        texts=batch.texts,
        hit_turn=hits.place,
        hit_call=call_of[hits.place],
        hit_label=hits.label,
        hit_start=hits.start,
        hit_end=hits.end,
        hit_key=hits.key,
        hit_severe=hits.severe,
        hit_cue=hits.cue,
    )


def _in_order(turns: pl.DataFrame) -> bool:
    order = turns["call_no"].cast(pl.Int64).to_numpy() << 16
    return bool(np.all(np.diff(order + turns["turn"].cast(pl.Int64).to_numpy()) > 0))


def _seconds(column: pl.Series) -> Floats:
    return column.cast(pl.Float64).fill_null(float("nan")).to_numpy()


def _spans(calls: pl.DataFrame, turns: pl.DataFrame) -> tuple[Ints, Ints, Ints]:
    numbers = calls["call_no"].cast(pl.Int64).to_numpy()
    of_turn = turns["call_no"].cast(pl.Int64).to_numpy()
    opens = np.flatnonzero(np.diff(of_turn, prepend=-1))
    lengths = np.diff(opens, append=len(of_turn))
    call = _known(numbers, of_turn[opens], "turns")
    first = np.zeros(len(numbers), dtype=np.int64)
    end = np.zeros(len(numbers), dtype=np.int64)
    first[call], end[call] = opens, opens + lengths
    return first, end, np.repeat(call, lengths)


def _known(numbers: Ints, asked: Ints, what: str) -> Ints:
    at = np.minimum(np.searchsorted(numbers, asked), max(len(numbers) - 1, 0))
    unknown = asked if not len(numbers) else asked[numbers[at] != asked]
    if len(unknown):
        message = f"{what} of call_no {unknown[:5].tolist()} have no call in the batch"
        raise BatchError(message)
    return at


@dataclass(frozen=True)
class _Hits:
    """Hits in (place, start) order; see `Heard`."""

    place: Ints
    label: Ints
    start: Ints
    end: Ints
    key: Ints
    severe: Mask
    cue: pl.Series


def _hits(batch: Batch, calls: pl.DataFrame, call_of: Ints, turn: Ints) -> _Hits:
    hits = batch.hits
    numbers = calls["call_no"].cast(pl.Int64).to_numpy()
    call = _known(numbers, hits["call_no"].cast(pl.Int64).to_numpy(), "hits")
    wanted = (call << 16) + hits["turn"].cast(pl.Int64).to_numpy()
    place = _known((call_of << 16) + turn, wanted, "hits")
    start = hits["start"].cast(pl.Int64).to_numpy()
    label = hits["label"].cast(_LABEL).to_physical().cast(pl.Int64).to_numpy()
    stop = hits["end"].cast(pl.Int64).to_numpy()
    cue = hits["cue"]
    key = (place << _KEY_BITS) + start
    order = np.lexsort((_tie_breaks(key, label, stop, cue), stop, label, key))
    return _Hits(
        place=place[order],
        label=label[order],
        start=start[order],
        end=stop[order],
        key=key[order],
        severe=hits["is_severe"].fill_null(value=False).to_numpy()[order],
        cue=cue.gather(pl.Series(order, dtype=pl.UInt32)),
    )


def _tie_breaks(key: Ints, label: Ints, stop: Ints, cue: pl.Series) -> Ints:
    """A rank for hits alike but in their cue, so that the order of rows never matters."""
    order = np.lexsort((stop, label, key))
    same = [np.diff(column[order]) == 0 for column in (key, label, stop)]
    alike = np.flatnonzero(same[0] & same[1] & same[2])
    tied = order[np.union1d(alike, alike + 1)]
    ranks = np.zeros(len(key), dtype=np.int64)
    if len(tied):
        ranks[tied] = (
            cue.gather(pl.Series(tied, dtype=pl.UInt32)).rank("dense").to_numpy()
        )
    return ranks
