"""What a behaviour finds: opportunities, evidence for and against, and reasons in words."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np
import polars as pl

from transforms.context import Context
from transforms.heard import NEVER, Heard, Ints, Mask
from transforms.knowledge.playbook import Value

Parameters = Mapping[str, Value]
Need = Literal[
    "text", "times", "incident log", "other calls", "next call", "shifts", "decisions"
]

NO_SHIFT: Final = (
    "shifts are exported for the day, and none of the agent's holds the call"
)
OUTSIDE: Final = -1
"""The place of evidence that the transcript does not hold."""


@dataclass(frozen=True)
class Evidence:
    """Evidence rows: cues heard, whole turns that a rule points at, or records outside.

    Attributes:
        call: the call of each row.
        place: the turn's place; OUTSIDE the transcript, -1.
        hit: the hit; -1 where a rule itself is the evidence.
        note: for such a row, which of `notes`; else -1.
        notes: rules in words.
    """

    call: Ints
    place: Ints
    hit: Ints
    note: Ints
    notes: tuple[str, ...] = ()

    def __add__(self, other: "Evidence") -> "Evidence":
        """Both together."""
        moved = np.where(other.note >= 0, other.note + len(self.notes), -1)
        return Evidence(
            np.concatenate((self.call, other.call)),
            np.concatenate((self.place, other.place)),
            np.concatenate((self.hit, other.hit)),
            np.concatenate((self.note, moved)),
            self.notes + other.notes,
        )

    def only(self, calls: Mask) -> "Evidence":
        """The rows of some calls."""
        kept = np.flatnonzero(calls[self.call])
        return Evidence(
            self.call[kept],
            self.place[kept],
            self.hit[kept],
            self.note[kept],
            self.notes,
        )

    def calls(self, count: int) -> Mask:
        """Calls with any of it."""
        mask = np.zeros(count, dtype=np.bool_)
        mask[self.call] = True
        return mask


def _empty() -> Ints:
    return np.empty(0, dtype=np.int64)


NOTHING: Final = Evidence(_empty(), _empty(), _empty(), _empty())


def cues(heard: Heard, hits: Ints) -> Evidence:
    """Cues heard, as evidence."""
    return Evidence(
        heard.hit_call[hits], heard.hit_turn[hits], hits, np.full(len(hits), -1)
    )


def turns(heard: Heard, places: Ints, rule: str) -> Evidence:
    """Whole turns at which a rule points; places that are NEVER are left out."""
    places = places[places != NEVER]
    nothing = np.full(len(places), -1)
    note = np.zeros(len(places), dtype=np.int64)
    return Evidence(heard.call_of[places], places, nothing, note, (rule,))


def records(calls: Ints, words: str | Sequence[str]) -> Evidence:
    """Records outside the transcript: one row a call, in the same words or its own."""
    own = (words,) if isinstance(words, str) else tuple(words)
    note = (
        np.zeros(len(calls), dtype=np.int64) if len(own) == 1 else np.arange(len(own))
    )
    outside = np.full(len(calls), OUTSIDE)
    return Evidence(calls, outside, outside, note[: len(calls)], own)


def noted(calls: Ints, places: Ints, words: Sequence[str]) -> Evidence:
    """Whole turns, or OUTSIDE the transcript records, each with words of its own."""
    nothing = np.full(len(calls), -1)
    return Evidence(calls, places, nothing, np.arange(len(calls)), tuple(words))


@dataclass(frozen=True)
class Notes:
    """A reason in words for some calls.

    Attributes:
        code: for each call which of `words`; -1 where there is none.
        words: the reasons.
    """

    code: Ints
    words: tuple[str, ...]

    def otherwise(self, calls: Mask, words: str) -> "Notes":
        """The same, with a reason for those of the calls that have none yet."""
        code = np.where((self.code < 0) & calls, len(self.words), self.code)
        return Notes(code, (*self.words, words))


def note(calls: Mask, words: str) -> Notes:
    """One reason for some calls."""
    return Notes(np.where(calls, 0, -1).astype(np.int64), (words,))


def notes_each(count: int, calls: Ints, words: Sequence[str]) -> Notes:
    """A reason of its own for each of some calls."""
    code = np.full(count, -1, dtype=np.int64)
    code[calls] = np.arange(len(calls))
    return Notes(code, tuple(words))


@dataclass(frozen=True)
class Judgement:
    """What one behaviour, with one set of parameters, finds in each call of a batch.

    Attributes:
        opportunity: calls in which there is occasion for the behaviour.
        missed: why it is missed where there is no evidence, in words.
        not_applicable: why there is no opportunity, in words.
        met: evidence for it.
        violated: evidence against it; wins.
        unobservable: calls for which the data it needs is absent or still open, and why.
        closes: when an open window closes, in microseconds; NEVER or None for none.
        instead: words in place of `missed` for some calls.
    """

    opportunity: Mask
    missed: str
    not_applicable: str
    met: Evidence = field(default=NOTHING)
    violated: Evidence = field(default=NOTHING)
    unobservable: Notes | None = None
    closes: Ints | None = None
    instead: Notes | None = None


Judge = Callable[[Context, Parameters], Judgement]


@dataclass(frozen=True)
class Behaviour:
    """A rule that judges calls.

    Attributes:
        name: as the glossary names it.
        measures: what it measures, in one line.
        needs: the data without which it cannot be judged.
        judge: the rule.
        heated_only: it has an opportunity in heated calls only.
        is_conduct: satisfied by silence; reported as breaches, apart from adherence.
        parameters: for each parameter the values allowed: a tuple of words, `bool`, `int`,
            or a list of words for a parameter that takes several of them.
    """

    name: str
    measures: str
    needs: tuple[Need, ...]
    judge: Judge
    heated_only: bool = False
    is_conduct: bool = False
    parameters: Mapping[str, tuple[str, ...] | list[str] | type[bool] | type[int]] = (
        field(
            default_factory=dict[
                str, tuple[str, ...] | list[str] | type[bool] | type[int]
            ]
        )
    )


def flag(parameters: Parameters, name: str) -> bool:
    """A yes-or-no parameter; no where the playbook does not name it."""
    return bool(parameters.get(name, False))


def word(parameters: Parameters, name: str, default: str) -> str:
    """A parameter of one word."""
    return str(parameters.get(name, default))


def several(
    parameters: Parameters, name: str, default: tuple[str, ...]
) -> tuple[str, ...]:
    """A parameter of several words."""
    value = parameters.get(name, default)
    return value if isinstance(value, tuple) else (str(value),)


def open_until(context: Context, waiting: Mask, closes: Ints) -> Notes:
    """`window open until …` for the calls that wait, each with its own moment (UTC)."""
    calls = np.flatnonzero(waiting)
    moments = closes[calls].astype("datetime64[us]").astype("datetime64[m]")
    told = pl.Series(np.datetime_as_string(moments).tolist(), dtype=pl.String)
    words = ("window open until " + told.str.replace("T", " ") + " UTC").to_list()
    return notes_each(context.count, calls, words)


def both(first: Notes, second: Notes) -> Notes:
    """The first reason, and where there is none the second."""
    moved = np.where(second.code >= 0, second.code + len(first.words), -1)
    return Notes(
        np.where(first.code >= 0, first.code, moved), first.words + second.words
    )
