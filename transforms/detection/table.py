"""A language's cues as arrays: what one pass over its texts looks for, and what that means."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from transforms.detection.automaton import Automaton, Builder, Numbers
from transforms.detection.cues import KINDS, Cue, written_cues, written_negators
from transforms.detection.labels import LABELS
from transforms.detection.phrases import START
from transforms.detection.text import Flags
from transforms.knowledge.lexicon import Lexicon

_AGENT: Final = 1
_CUSTOMER: Final = 2
_BOTH: Final = _AGENT | _CUSTOMER
SIDES: Final = {
    "agent": _AGENT,
    "supervisor": _AGENT,
    "customer": _CUSTOMER,
    "unknown": _BOTH,
}
"""Which sides each speaker may take, in bits; what machines say takes none."""
_SIDES_OF_LABELS: Final = {"agent": _AGENT, "customer": _CUSTOMER, "both": _BOTH}


@dataclass(frozen=True)
class Uses:
    """One entry for each needle and cue it belongs to, needle by needle.

    Attributes:
        first: number of each needle's first entry, and at last their count.
        cue: the cue's number.
        sides: the bits of `SIDES` that carry it.
        words: words that the needle covers.
        opens_inside: 1 where it may begin inside a word, else 0.
        at_start: it must stand at the start of a line.
        at_end: it must stand at the end of one.
        piece: which piece of the cue it is: see `cues.Needle`.
        least: how many words of the cue stand before it at least.
        most: how many at most.
    """

    first: Numbers
    cue: Numbers
    sides: Numbers
    words: Numbers
    opens_inside: Numbers
    at_start: Flags
    at_end: Flags
    piece: Numbers
    least: Numbers
    most: Numbers


@dataclass(frozen=True)
class CueTable:
    """All cues of one language, and its negators as cues of no label.

    Attributes:
        needles: the distinct texts of all needles, as one list.
        numbers: numbers them.
        labels: the labels in alphabetical order.
        phrases: each cue as the lexicon writes it.
        label: its label's place in `labels`; -1 for a negator.
        kind: its kind's place in `KINDS`.
        negatable: whether a negator near it turns it round.
        reach: how many words it covers at most, where the automaton decides.
        opens_line: whether it stands at the start of a line only; automaton's cues.
        automaton: reads the cues that no needle is the whole of.
        whole: places of the labels whose cues must cover an utterance.
        within: words that a negator before a cue reaches.
        within_after: words that a negator after it reaches.
        fold: whether lines leave diacritics out.
    """

    needles: pl.Series
    numbers: pl.Enum
    uses: Uses
    labels: tuple[str, ...]
    phrases: pl.Series
    label: Numbers
    kind: Numbers
    negatable: Flags
    reach: Numbers
    opens_line: Flags
    automaton: Automaton
    whole: tuple[int, ...]
    within: int
    within_after: int
    fold: bool


def cue_table(lexicon: Lexicon) -> CueTable:
    """Compile all cues of a language: some tenths of a second, so once a process."""
    written, tokens = written_cues(lexicon)
    cues = [*written, *written_negators(lexicon)]
    builder = Builder(tokens)
    for cue in cues:
        builder.add(cue.parts)
    needles, uses = _uses(cues)
    labels = tuple(sorted(lexicon.cues))
    place = {label: n for n, label in enumerate(labels)}
    negatable = {label for label in labels if lexicon.cues[label].negatable}
    return CueTable(
        needles=pl.Series(needles, dtype=pl.String).implode(),
        numbers=pl.Enum(needles),
        uses=uses,
        labels=labels,
        phrases=pl.Series([cue.phrase for cue in cues], dtype=pl.String),
        label=np.array([place.get(cue.label, -1) for cue in cues]),
        kind=np.array([KINDS.index(cue.kind) for cue in cues]),
        negatable=np.array([cue.label in negatable for cue in cues]),
        reach=np.array([cue.reach for cue in cues]),
        opens_line=np.array(
            [bool(cue.parts) and cue.parts[0] == START for cue in cues]
        ),
        automaton=builder.built(),
        whole=tuple(place[x] for x in labels if lexicon.cues[x].whole_utterance),
        within=lexicon.negation.within,
        within_after=lexicon.negation.within_after,
        fold=lexicon.fold_diacritics,
    )


def _sides(label: str) -> int:
    return _SIDES_OF_LABELS[LABELS[label]] if label else _BOTH


def _uses(cues: list[Cue]) -> tuple[list[str], Uses]:
    """The distinct texts of all needles, and what each is used for."""
    pairs = [(n, needle) for n, cue in enumerate(cues) for needle in cue.needles]
    pairs.sort(key=lambda pair: pair[1].text)
    needles = [needle for _, needle in pairs]
    first = [
        n
        for n, needle in enumerate(needles)
        if n == 0 or needle.text != needles[n - 1].text
    ]
    return [needles[n].text for n in first], Uses(
        first=np.array([*first, len(needles)]),
        cue=np.array([n for n, _ in pairs]),
        sides=np.array([_sides(cues[n].label) for n, _ in pairs]),
        words=np.array([needle.words for needle in needles]),
        opens_inside=np.array([int(needle.opens_inside) for needle in needles]),
        at_start=np.array([needle.at_start for needle in needles]),
        at_end=np.array([needle.at_end for needle in needles]),
        piece=np.array([needle.piece for needle in needles]),
        least=np.array([needle.before[0] for needle in needles]),
        most=np.array([needle.before[1] for needle in needles]),
    )
