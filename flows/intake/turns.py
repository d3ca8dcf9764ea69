"""The turns of many calls made into columns, and what no column of theirs holds."""

from typing import Any, Final

import numpy as np
import polars as pl

from flows.intake.call_rules import TURN_FIELDS, Fields, SpeakerCodes
from transforms.contracts.staging import SPEAKER

_TURN_NAMES: Final = frozenset(TURN_FIELDS)
_NEEDED_OF_TURN: Final = ("speaker", "text")
_SPEAKER_CODES: Final = SpeakerCodes()


def turn_columns(
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


def is_plain(flat: list[Fields]) -> bool:
    """Whether no turn has a field that we do not know: counted first, which is cheap.

    Every turn is known to have speaker and text by now.
    """
    sizes = set(map(len, flat))
    if sizes <= {len(_NEEDED_OF_TURN)}:
        return True
    return all(map(_TURN_NAMES.issuperset, flat))


def add_turn_extras(extras: list[Fields], turn_lists: list[list[Fields]]) -> None:
    """Keep unknown fields of turns as one list a field, in the order of turns.

    So that `extra` holds `{"turns": {"confidence": [0.9, null, …]}}`.
    """
    for extra, turns in zip(extras, turn_lists, strict=True):
        names = sorted({name for turn in turns for name in turn} - _TURN_NAMES)
        if names:
            extra["turns"] = {n: [turn.get(n) for turn in turns] for n in names}


def without_odd_times(
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
