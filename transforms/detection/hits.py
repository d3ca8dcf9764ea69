"""Hits as arrays of word numbers, and which of them stand beside each other."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from transforms.detection.table import Numbers
from transforms.detection.text import Flags, Lines

WORD_BITS: Final = 32
"""Room for a word's number below that of a label, cue or text."""


@dataclass(frozen=True)
class Hits:
    """Cues that stand in some lines: see `Lines` for how words are counted.

    Attributes:
        label: the label's place among the table's labels.
        cue: the cue's number in the table.
        first: its first word.
        last: the word after its last.
    """

    label: Numbers
    cue: Numbers
    first: Numbers
    last: Numbers

    def where(self, flags: Flags | Numbers) -> "Hits":
        """The hits that the flags pick, or hits by their places, in that order."""
        return Hits(
            self.label[flags], self.cue[flags], self.first[flags], self.last[flags]
        )

    def plus(self, other: "Hits") -> "Hits":
        """These hits and others after them."""
        pairs = (
            (self.label, other.label),
            (self.cue, other.cue),
            (self.first, other.first),
            (self.last, other.last),
        )
        return Hits(*(np.concatenate(pair) for pair in pairs))

    @property
    def begins(self) -> Numbers:
        """The first words, kept apart by label."""
        return (self.label << WORD_BITS) + self.first

    @property
    def ends(self) -> Numbers:
        """The words after the last, kept apart by label."""
        return (self.label << WORD_BITS) + self.last


def uncancelled(hits: Hits, unless: Hits) -> Hits:
    """Leave out hits that share a word with a cancelling phrase of their label."""
    if not len(unless.cue):
        return hits
    ordered = unless.where(np.argsort(unless.begins))
    reached = np.maximum.accumulate(ordered.ends)
    before = np.searchsorted(ordered.begins, hits.ends) - 1
    cancelled = (before >= 0) & (reached[before] > hits.begins)
    return hits.where(~cancelled)


def widest(hits: Hits) -> Hits:
    """Leave out hits within another of the same label; the rest by label and place."""
    ordered = hits.where(np.lexsort((hits.cue, -hits.last, hits.begins)))
    reached = np.maximum.accumulate(np.concatenate(([-1], ordered.ends)))[:-1]
    return ordered.where(ordered.ends > reached)


def whole_only(hits: Hits, labels: tuple[int, ...], written: Lines) -> Hits:
    """Of some labels, keep only the hits of lines that they cover from end to end.

    Args:
        hits: as `widest` leaves them.
        labels: labels that must cover the whole line.
        written: the lines.
    """
    keep = np.ones(len(hits.cue), dtype=np.bool_)
    for label in labels:
        (places,) = np.nonzero(hits.label == label)
        first, last = hits.first[places], hits.last[places]
        rows = written.rows(first)
        fresh = last - np.maximum(first, np.concatenate(([0], last))[:-1])
        covered = np.bincount(rows, weights=fresh, minlength=len(written.first) - 1)
        keep[places] = covered[rows] == np.diff(written.first)[rows] - 1
    return hits.where(keep)
