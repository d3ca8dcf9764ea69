"""Turns and hits of a batch as arrays, and the searches along them that rules are made of.

A *place* is a turn's number among all turns of the batch, in (call, turn) order; a *hit*
is the number of a cue heard, in (place, start) order. Both are plain integers, so a rule
over half a million turns is a few look-ups in sorted arrays, and never a loop over calls.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
import polars as pl

from transforms.contracts.staging import SPEAKERS
from transforms.detection.labels import LABELS

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
By = Literal["agent", "customer", "supervisor", "staff"]

NEVER: Final = 1 << 60
"""The place, key or moment of what does not happen: later than every other."""

_LABEL_CODES: Final = {label: code for code, label in enumerate(LABELS)}
_SIDES: Final[Mapping[By, tuple[str, ...]]] = {
    "agent": ("agent",),
    "customer": ("customer",),
    "supervisor": ("supervisor",),
    "staff": ("agent", "supervisor"),
}
_SPEAKER_CODES: Final[Mapping[By, Mask]] = {
    by: np.array([speaker in side for speaker in SPEAKERS])
    for by, side in _SIDES.items()
}
"""For each side, which speakers' codes belong to it."""


@dataclass(frozen=True)
class Heard:
    """The turns and hits of a batch, by place.

    Attributes:
        calls: the batch's calls in call_no order; a call's row is its *call* number.
        first: place of each call's first turn.
        end: place after each call's last turn.
        call_of: the call of each turn.
        turn: number of each turn within its call.
        speaker: code of each turn's speaker (`SPEAKERS`).
        words: words of each turn.
        starts: start of each turn in seconds from the call's; NaN if not told.
        ends: end of each turn.
        is_capitals: turns written in capitals.
        is_shouting: turns in capitals or with runs of exclamation marks.
        hit_turn: place of each hit.
        hit_call: call of each hit.
        hit_label: code of each hit's label (`LABELS`).
        hit_start: start of each hit in its text, in code points.
        hit_end: end of each hit, exclusive.
        hit_key: place and start as one number: says which of two hits comes first.
        hit_severe: insults marked severe.
        hit_cue: the cue heard.
        texts: `call_no`, `turn`, `text` of the batch.
    """

    calls: pl.DataFrame
    first: Ints
    end: Ints
    call_of: Ints
    turn: Ints
    speaker: npt.NDArray[np.uint8]
    words: Ints
    starts: Floats
    ends: Floats
    is_capitals: Mask
    is_shouting: Mask
    hit_turn: Ints
    hit_call: Ints
    hit_label: Ints
    hit_start: Ints
    hit_end: Ints
    hit_key: Ints
    hit_severe: Mask
    hit_cue: pl.Series
    texts: pl.DataFrame
    _said: dict[tuple[str, ...], Ints] = field(
        default_factory=dict[tuple[str, ...], Ints]
    )

    @property
    def count(self) -> int:
        """How many calls there are."""
        return self.calls.height

    def none(self) -> Mask:
        """A mask that holds for no call."""
        return np.zeros(self.count, dtype=np.bool_)

    def never(self) -> Ints:
        """A place for each call that it never reaches."""
        return np.full(self.count, NEVER, dtype=np.int64)

    @cached_property
    def _label_slices(self) -> tuple[Ints, Ints]:
        order = np.argsort(self.hit_label, kind="stable")
        bounds = np.searchsorted(self.hit_label[order], np.arange(len(LABELS) + 1))
        return order, bounds

    @cached_property
    def is_by(self) -> Mapping[By, Mask]:
        """Which turns are each side's."""
        return {by: codes[self.speaker] for by, codes in _SPEAKER_CODES.items()}

    @cached_property
    def turns_by(self) -> Mapping[By, Ints]:
        """Places of the turns of each side."""
        return {by: np.flatnonzero(mask) for by, mask in self.is_by.items()}

    def said(self, by: By, *labels: str) -> Ints:
        """Hits of any of the labels in the turns of one side, in order."""
        key = (by, *labels)
        if key not in self._said:
            order, bounds = self._label_slices
            codes = [_LABEL_CODES[label] for label in labels]
            parts = [order[bounds[code] : bounds[code + 1]] for code in codes]
            hits = np.sort(np.concatenate(parts)) if len(parts) > 1 else parts[0]
            speakers = self.speaker[self.hit_turn[hits]]
            self._said[key] = hits[_SPEAKER_CODES[by][speakers]]
        return self._said[key]

    def within(self, hits: Ints, low: Ints, high: Ints) -> Ints:
        """Hits whose place is at or after their call's `low`, and before its `high`."""
        place, call = self.hit_turn[hits], self.hit_call[hits]
        return hits[(place >= low[call]) & (place < high[call])]

    def keyed_before(self, hits: Ints, key: Ints) -> Ints:
        """Hits that come before their call's `key`."""
        return hits[self.hit_key[hits] < key[self.hit_call[hits]]]

    def any_of(self, hits: Ints) -> Mask:
        """Calls that have one of the hits."""
        mask = self.none()
        mask[self.hit_call[hits]] = True
        return mask

    def first_hit(self, hits: Ints) -> Ints:
        """The first of the hits in each call; NEVER where there is none."""
        found = self.never()
        found[self.hit_call[hits][::-1]] = hits[::-1]
        return found

    def first_turn(self, hits: Ints) -> Ints:
        """Place of the first of the hits in each call; NEVER where there is none."""
        found = self.never()
        found[self.hit_call[hits][::-1]] = self.hit_turn[hits][::-1]
        return found

    def first_key(self, hits: Ints) -> Ints:
        """Key of the first of the hits in each call; NEVER where there is none."""
        found = self.never()
        found[self.hit_call[hits][::-1]] = self.hit_key[hits][::-1]
        return found

    def first_place(self, places: Ints) -> Ints:
        """The first of some places, in order, in each call; NEVER where there is none."""
        found = self.never()
        found[self.call_of[places][::-1]] = places[::-1]
        return found

    def last_place(self, places: Ints) -> Ints:
        """The last of some places, in order, in each call; -1 where there is none."""
        found = np.full(self.count, -1, dtype=np.int64)
        found[self.call_of[places]] = places
        return found

    def any_place(self, places: Ints) -> Mask:
        """Calls that have one of the places."""
        mask = self.none()
        mask[self.call_of[places]] = True
        return mask

    def next_turn(self, after: Ints, by: By, nth: int = 1) -> Ints:
        """Place of this side's n-th turn after each given place, in the same call.

        NEVER where the place is NEVER, or the call has no such turn.
        """
        turns = self.turns_by[by]
        found = np.full(len(after), NEVER, dtype=np.int64)
        real = np.flatnonzero(after != NEVER)
        at = np.searchsorted(turns, after[real], side="right") + nth - 1
        inside = at < len(turns)
        real, at = real[inside], at[inside]
        same = self.call_of[turns[at]] == self.call_of[after[real]]
        found[real[same]] = turns[at[same]]
        return found

    def text_at(self, places: Ints) -> pl.Series:
        """The original texts of some turns."""
        return self._texts.gather(pl.Series(places, dtype=pl.UInt32))

    @cached_property
    def _texts(self) -> pl.Series:
        numbers = pl.DataFrame(
            {"call_no": self.calls["call_no"].gather(self.call_of), "turn": self.turn}
        ).with_columns(pl.col("turn").cast(pl.UInt16))
        told = self.texts
        if told.select("call_no", "turn").equals(numbers):
            return told["text"].fill_null("")
        joined = numbers.join(
            told,
            on=["call_no", "turn"],
            how="left",
            maintain_order="left",
            validate="1:1",
        )
        return joined["text"].fill_null("")


def gathered(values: pl.Series, at: Ints) -> pl.Series:
    """The values at some numbers; null where the number is negative."""
    numbers = pl.DataFrame({"at": at}, schema={"at": pl.Int64}).select(
        at=pl.when(pl.col("at") >= 0).then("at").cast(pl.UInt32)
    )
    return values.gather(numbers["at"])
