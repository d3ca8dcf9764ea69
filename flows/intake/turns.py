"""The turns of many calls made into columns, and what no column of theirs holds."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl

from flows.intake.call_rules import TURN_FIELDS, Fields, SpeakerCodes
from transforms.contracts.staging import SPEAKER, SPEAKERS

_TURN_NAMES: Final = frozenset(TURN_FIELDS)
_NEEDED_OF_TURN: Final = ("speaker", "text")
_SPEAKER_CODES: Final = SpeakerCodes()
MOST_VOICES: Final = 40
"""Voices told apart in a call; the rest count as the last, so that a code fits a byte."""


@dataclass(frozen=True)
class TurnColumns:
    """The turns of many calls, one after the other.

    Attributes:
        frame: one row a turn: `speaker`, `start_seconds`, `end_seconds`, `text`, `voice`.
        codes: each turn's speaker as its place in SPEAKERS, and voice after voice beyond.
        are_plain: no turn has a field that we do not know.
    """

    frame: pl.DataFrame
    codes: pl.Series
    are_plain: bool


def turn_columns(
    flat: list[Fields], texts: list[str], counts: np.ndarray[Any, Any]
) -> TurnColumns:
    """Turns as columns; `texts` are theirs, taken out before, `counts` those of each call.

    Raises:
        KeyError: a turn lacks speaker or text.
        TypeError: a value is of another type than it has to be.
        ValueError: a text is null.
    """
    codes = pl.Series(
        [_SPEAKER_CODES[turn["speaker"]] for turn in flat], dtype=pl.UInt8
    )
    voice = _voices(flat, codes, counts)
    start, is_start_told = _seconds(flat, "start")
    end, is_end_told = _seconds(flat, "end")
    frame = pl.DataFrame(
        {
            "speaker": codes.cat.to(SPEAKER),
            "start_seconds": start,
            "end_seconds": end,
            "text": pl.Series(texts, dtype=pl.String),
            "voice": voice,
        }
    )
    codes += voice.fill_null(0) * len(SPEAKERS)
    if frame["text"].null_count():
        raise ValueError("text")
    return TurnColumns(frame, codes, _are_plain(flat, is_start_told and is_end_told))


def _voices(
    flat: list[Fields], codes: pl.Series, counts: np.ndarray[Any, Any]
) -> pl.Series:
    """Which of a call's speakers without a role says each turn, in order of appearance."""
    voices = np.zeros(len(flat), dtype=np.uint8)
    is_unknown = (codes == _SPEAKER_CODES["unknown"]).to_numpy()
    rows = np.flatnonzero(is_unknown)
    calls = np.repeat(np.arange(len(counts)), counts)[rows]
    seen: dict[str, int] = {}
    last = -1
    for row, call in zip(rows.tolist(), calls.tolist(), strict=True):
        if call != last:
            seen, last = {}, call
        label = str(flat[row]["speaker"] or "").strip().lower()
        voices[row] = min(seen.setdefault(label, len(seen)), MOST_VOICES)
    return pl.select(
        pl.when(pl.Series(is_unknown)).then(pl.Series(voices, dtype=pl.UInt8))
    ).to_series()


def _seconds(flat: list[Fields], name: str) -> tuple[pl.Series, bool]:
    """A column of seconds, and whether every turn has that field."""
    try:
        told, is_told = [turn[name] for turn in flat], True
    except KeyError:
        told, is_told = [turn.get(name) for turn in flat], False
    return pl.Series(told, dtype=pl.Float64, strict=True).cast(pl.Float32), is_told


def _are_plain(flat: list[Fields], are_timed: bool) -> bool:
    """Whether no turn has more than our fields; counting them tells it mostly, and cheaply."""
    sizes = set(map(len, flat))
    ours = len(_TURN_NAMES if are_timed else _NEEDED_OF_TURN)
    return sizes <= {ours} or all(map(_TURN_NAMES.issuperset, flat))


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
