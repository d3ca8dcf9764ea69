"""Finding commitments: the sentences of a batch in which something is promised, and by when."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from transforms.commitment import Commitment, ReadFrom, zone_of
from transforms.due_times import NO_TIME, Due, Grammar, due_time
from transforms.due_times.clauses import sentences
from transforms.heard import NEVER, Ints
from transforms.knowledge.due_times import Date, Day, Period, Span, Weekday
from transforms.knowledge.promises import Kind
from transforms.promise_words import hearing

if TYPE_CHECKING:
    from transforms.context import Context

ALWAYS: Final = "follow_up_commitment"
"""The label that is a commitment by itself."""
TIMED: Final = (
    "next_steps",
    "solution_offer",
    "goodwill_gesture",
    "prevention_commitment",
)
"""Labels that are commitments where a time is named, and no choice is offered."""

_BY_US: Final[tuple[Kind, ...]] = (
    "message",
    "call_back",
    "investigation",
    "refund",
    "visit",
    "call_back",
)
"""Who says 'I'll let you know when the engineer comes' promises to let know; without such
words it is a call back, as the label says. Where a message is spoken of as well ('you'll get
a text, and the driver rings') nobody can tell whose call it is, and none is missed."""
_WHAT_COMES: Final[tuple[Kind, ...]] = (
    "message",
    "visit",
    "refund",
    "investigation",
    "call_back",
    "other",
)
"""'The engineer will come on Friday, and ring before' promises the engineer."""
_SENTENCE: Final = re.compile(r"\S.*?(?:[.!?\u2026](?=\s+\D|\s*$)|$)", re.DOTALL)
"""A full stop before a number ends none: 'kl. 10'."""
_DAYS: Final = (Date, Day, Period, Span, Weekday)
_NO_DAY: Final = "an hour is named, and not of which day"
_UNREADABLE: Final = "there is no grammar of due times in the call's language"


@dataclass(frozen=True)
class _Sentence:
    """A sentence of a turn that may commit; `label` is the strongest label heard in it."""

    place: int
    text: str
    start: int
    end: int
    always: bool

    @property
    def said(self) -> str:
        return self.text[self.start : self.end]


class Finder:
    """Looks through the turns of a batch for commitments."""

    def __init__(self, context: "Context") -> None:
        self.context, self.heard = context, context.heard
        self.promising = context.promising
        calls = self.heard.calls
        self.language: list[str | None] = calls["spoken_language"].to_list()
        self.zone = calls["zone"].to_list()
        self.started = calls["started_at"].to_list()

    def found(self) -> list[Commitment]:
        """All sayings, of one kind by one speaker of a call beside each other, in order."""
        by_language: dict[str | None, list[_Sentence]] = {}
        for each in self._sentences():
            by_language.setdefault(self._language_of(each.place), []).append(each)
        told = [
            commitment
            for language, some in by_language.items()
            for commitment in self._told(language, some)
        ]
        return sorted(
            told, key=lambda c: (c.call, c.made_by or "", c.kind, c.place, c.start)
        )

    def _sentences(self) -> list[_Sentence]:
        """Sentences with a label of `ALWAYS` or `TIMED`, or in a turn with words of a kind."""
        h = self.heard
        labelled = self._hits(ALWAYS), self._hits(*TIMED)
        worded = self._worded()
        places = np.unique(np.concatenate((*(hits[0] for hits in labelled), worded)))
        starts = [_by_place(hits) for hits in labelled]
        in_words = set(worded.tolist())
        found: list[_Sentence] = []
        for place, text in zip(places.tolist(), h.text_at(places), strict=True):
            always, timed = (hits.get(place, ()) for hits in starts)
            for match in _SENTENCE.finditer(text):
                start, end = match.span()
                is_always = any(start <= at < end for at in always)
                if (
                    is_always
                    or place in in_words
                    or any(start <= at < end for at in timed)
                ):
                    found.append(_Sentence(place, text, start, end, is_always))
        return found

    def _hits(self, *labels: str) -> tuple[Ints, Ints]:
        """Places, and starts in their texts, of hits in the assessable calls."""
        h = self.heard
        hits = h.said("staff", *labels)
        hits = hits[self.context.is_assessable[h.hit_call[hits]]]
        return h.hit_turn[hits], h.hit_start[hits]

    def _worded(self) -> Ints:
        """Places of turns of agents and supervisors in which something may be promised."""
        h = self.heard
        staff = h.turns_by["staff"]
        staff = staff[self.context.is_assessable[h.call_of[staff]]]
        texts = pl.DataFrame(
            {
                "place": staff,
                "language": pl.Series(self.language, dtype=pl.String)[h.call_of[staff]],
                "text": h.text_at(staff),
            }
        )
        found = [np.empty(0, dtype=np.int64)]
        for (language,), part in texts.partition_by("language", as_dict=True).items():
            words = self.promising.words.get(str(language))
            if words is not None:
                may = hearing(words).may_promise(part["text"])
                found.append(part["place"].filter(may).to_numpy())
        return np.concatenate(found)

    def _told(
        self, language: str | None, sentences: Sequence[_Sentence]
    ) -> Iterator[Commitment]:
        """The commitments among sentences in one language."""
        words = self.promising.words.get(language or "")
        said = [each.said for each in sentences]
        nothing = [frozenset[Kind]()] * len(said), [False] * len(said)
        kinds, offers = nothing
        if words is not None:
            kinds, offers = hearing(words).kinds(said), hearing(words).offers(said)
        for each, kind, is_offer in zip(sentences, kinds, offers, strict=True):
            if each.always or not is_offer:
                told = self._commitment(each, kind)
                if told is not None:
                    yield told

    def _commitment(self, each: _Sentence, kinds: frozenset[Kind]) -> Commitment | None:
        place, read_from = each.place, "turn"
        due = self._due(place, each.said)
        if due.at is not None and self._is_day_unnamed(each, due.at):
            due = Due(None, None, _NO_DAY)
        # 'I'll ring you one of these days' promises, though no time; 'by four?' asks.
        is_vague = due.phrase is not None and "call_back" in kinds
        asks = each.said.endswith("?")
        if due.at is None and (asks or not (each.always or is_vague)):
            return None
        if due.why == NO_TIME:
            due, read_from = self._elsewhere(place, each.text[each.start :], due)
        order = _BY_US if each.always or is_vague else _WHAT_COMES
        return Commitment(
            call=int(self.heard.call_of[place]),
            place=place,
            start=each.start,
            end=each.end,
            kind=_first(order, kinds),
            made_by="agent" if self.heard.is_by["agent"][place] else "supervisor",
            said_at=self._said_at(place),
            due=NEVER if due.at is None else _microseconds(due.at),
            read_from=None if due.at is None else read_from,
            reading=due.why,
        )

    def _is_day_unnamed(self, each: _Sentence, due: datetime) -> bool:
        """Whether only an hour is named, and of which day is said elsewhere, if at all.

        'Between nine and eleven', at the end of a talk of days, is of another day than
        today. 'I'll ring you at four' says its day by itself, unless one was named before
        in the turn.
        """
        if due.date() != self._said_at(each.place).date():
            return False
        grammar = self.promising.grammars[self._language_of(each.place) or ""]
        before = each.text[: each.start]
        return not names_day(each.said, grammar) and (
            not each.always or names_day(before, grammar)
        )

    def _said_at(self, place: int) -> datetime:
        """The end of the turn: a promise begins when it has been said."""
        call = int(self.heard.call_of[place])
        started: datetime = self.started[call]
        seconds = float(self.heard.ends[place])
        said = started + timedelta(seconds=0 if np.isnan(seconds) else seconds)
        return said.astimezone(zone_of(self.zone[call], said, self.promising.zone))

    def _language_of(self, place: int) -> str | None:
        return self.language[int(self.heard.call_of[place])]

    def _due(self, place: int, text: str) -> Due:
        grammar = self.promising.grammars.get(self._language_of(place) or "")
        if grammar is None:
            return Due(None, None, _UNREADABLE)
        return due_time(text, self._said_at(place), grammar, self.promising.hours)

    def _elsewhere(self, place: int, rest: str, due: Due) -> tuple[Due, ReadFrom]:
        """The time that the rest of the turn names, else the same speaker's turn beside it."""
        told = self._due(place, rest)
        if told.at is not None:
            return told, "turn"
        for beside, name in self._beside(place):
            text = str(self.heard.text_at(np.array([beside]))[0])
            told = self._due(beside, text)
            if told.at is not None:
                return told, name
        return due, "turn"

    def _beside(self, place: int) -> list[tuple[int, ReadFrom]]:
        """Short turns of the same speaker before and after, one turn of others between."""
        h, most = self.heard, self.context.thresholds.due_turn_words.value
        near: tuple[tuple[int, ReadFrom], ...] = (
            (place + 2, "next turn"),
            (place - 2, "turn before"),
        )
        return [
            (other, name)
            for other, name in near
            if 0 <= other < len(h.call_of)
            and h.call_of[other] == h.call_of[place]
            and h.speaker[other] == h.speaker[place]
            and h.words[other] <= most
        ]


def names_day(text: str, grammar: Grammar) -> bool:
    """Whether a text names a day, or a span of time, and not only an hour."""
    _, spoken = sentences(text, grammar)
    pieces = (piece for sentence in spoken for c in sentence for piece in c.pieces)
    return any(isinstance(piece.meaning, _DAYS) for piece in pieces)


def _by_place(hits: tuple[Ints, Ints]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for place, start in zip(*(part.tolist() for part in hits), strict=True):
        found.setdefault(place, []).append(start)
    return found


def _first(order: tuple[Kind, ...], kinds: frozenset[Kind]) -> Kind:
    """The first kind of an order that was heard; its last where none was."""
    for kind in order:
        if kind in kinds:
            return kind
    return order[-1]


def _microseconds(moment: datetime) -> int:
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
