"""Commitments: what agents and supervisors say that they, or the company, will do, and by when.

Which labels are commitments: `follow_up_commitment` always is one. `next_steps`,
`solution_offer`, `goodwill_gesture` and `prevention_commitment` say how things go on, what
could be done, or that care will be taken; they commit to something that can be checked only
where their own sentence names a time, and offers no choice ("we can", "shall we").
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta, timezone, tzinfo
from itertools import groupby
from typing import TYPE_CHECKING, Final, Literal
from zoneinfo import ZoneInfo

import numpy as np

from transforms.detection.labels import LABELS
from transforms.due_times import NO_TIME, Due, Grammar, OfficeHours, due_time
from transforms.heard import NEVER
from transforms.knowledge.promises import Kind, PromiseWords
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
OUTSIDE: Final = -1
"""The place of a promise that the incident log alone holds."""
ReadFrom = Literal["turn", "next turn", "turn before", "incident"]

_BY_US: Final[tuple[Kind, ...]] = (
    "call_back",
    "message",
    "investigation",
    "refund",
    "visit",
    "call_back",
)
"""Who says 'I'll let you know when the engineer comes' promises to let know; without such words
it is a call back, as the label says."""
_WHAT_COMES: Final[tuple[Kind, ...]] = (
    "visit",
    "refund",
    "message",
    "investigation",
    "call_back",
    "other",
)
"""'The engineer will come on Friday, and ring before' promises the engineer."""
_SENTENCE: Final = re.compile(r"\S.*?(?:[.!?\u2026](?=\s+\D|\s*$)|$)", re.DOTALL)
"""A full stop before a number ends none: 'kl. 10'."""
_UNREADABLE: Final = "there is no grammar of due times in the call's language"


@dataclass(frozen=True)
class Promising:
    """What promises are read by.

    Attributes:
        words: words about promises, by language.
        grammars: grammars of due times, by language.
        hours: the office's.
        zone: IANA name of the contact centre's zone.
    """

    words: Mapping[str, PromiseWords]
    grammars: Mapping[str, Grammar]
    hours: OfficeHours
    zone: str


NOTHING_READ: Final = Promising({}, {}, OfficeHours(time(9), time(17)), "UTC")
"""Without words and grammars: every commitment is heard, no time is read."""


@dataclass(frozen=True)
class Commitment:
    """One thing that was promised.

    Attributes:
        call: the call's number in the batch.
        place: the turn's place; OUTSIDE where only the incident log holds it.
        start: start of the sentence in the turn's text, in code points.
        end: its end, exclusive.
        kind: what is promised.
        made_by: `agent` or `supervisor`; None where only the log holds it.
        said_at: when, in the call's zone.
        due: by when, in microseconds; NEVER where it cannot be read.
        read_from: where the due time was read; None if it wasn't.
        reading: how it was read, or why it can't be.
    """

    call: int
    place: int
    start: int
    end: int
    kind: Kind
    made_by: str | None
    said_at: datetime
    due: int
    read_from: ReadFrom | None
    reading: str

    @property
    def has_due(self) -> bool:
        """Whether a due time could be read."""
        return self.due != NEVER


def zone_of(name: str, moment: datetime, centre: str) -> tzinfo:
    """The zone of a call: by IANA name, else by offset.

    An offset does not know of daylight saving; where it is the one that the contact centre
    has at that moment, the centre's own zone is taken.

    >>> zone_of("+02:00", datetime(2026, 7, 1, tzinfo=UTC), "Europe/Prague").key
    'Europe/Prague'
    """
    own = ZoneInfo(centre)
    if re.fullmatch(r"[+-]\d\d:?\d\d", name):
        sign = -1 if name[0] == "-" else 1
        offset = sign * timedelta(hours=int(name[1:3]), minutes=int(name[-2:]))
        same = moment.astimezone(own).utcoffset() == offset
        return own if same else timezone(offset)
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return UTC


def commitments(context: "Context") -> list[Commitment]:
    """Every commitment of a batch's assessable calls, in (call, place) order.

    Commitments of one kind by one speaker in a call are one promise, said again: the last
    time that is stated counts. Where no turn tells the time, a linked incident may. A
    promise that only the incident log holds is one of its own.
    """
    found = _Finder(context).found()
    grouped = groupby(found, key=lambda c: (c.call, c.made_by or "", c.kind))
    kept = [_counted(list(same)) for _, same in grouped]
    written = promised_until(context)
    told = [_by_the_log(each, written) for each in kept]
    told += _only_logged(context, written, {each.call for each in kept})
    return sorted(told, key=lambda c: (c.call, c.place, c.start))


def _counted(same: Sequence[Commitment]) -> Commitment:
    """Of one promise said several times, the last that says when, best in its own words."""
    timed = [each for each in same if each.has_due]
    own = [each for each in timed if each.read_from == "turn"]
    return (own or timed or same)[-1]


class _Finder:
    """Looks through the hits of a batch for commitments."""

    def __init__(self, context: "Context") -> None:
        self.context, self.heard = context, context.heard
        self.promising = context.promising
        calls = self.heard.calls
        self.language = calls["spoken_language"].to_list()
        self.zone = calls["zone"].to_list()
        self.started = calls["started_at"].to_list()

    def found(self) -> list[Commitment]:
        """All sayings, of one kind by one speaker of a call beside each other, in order."""
        told = [each for group in self._sentences() if (each := self._told(*group))]
        return sorted(
            told, key=lambda c: (c.call, c.made_by or "", c.kind, c.place, c.start)
        )

    def _sentences(self) -> list[tuple[int, str, int, int, bool]]:
        """Place, text, start, end of each sentence with a hit; whether it always commits."""
        h, codes = self.heard, list(LABELS)
        hits = h.said("staff", ALWAYS, *TIMED)
        hits = hits[self.context.is_assessable[h.hit_call[hits]]]
        places = np.unique(h.hit_turn[hits])
        texts = dict(zip(places.tolist(), h.text_at(places), strict=True))
        sentences: dict[tuple[int, int, int], bool] = {}
        for hit in hits.tolist():
            place, at = int(h.hit_turn[hit]), int(h.hit_start[hit])
            always = codes[h.hit_label[hit]] == ALWAYS
            for match in _SENTENCE.finditer(texts[place]):
                if match.end() > at:
                    key = place, match.start(), match.end()
                    sentences[key] = sentences.get(key, False) or always
                    break
        return [
            (place, texts[place], start, end, always)
            for (place, start, end), always in sentences.items()
        ]

    def _told(
        self, place: int, text: str, start: int, end: int, always: bool
    ) -> Commitment | None:
        call, sentence = int(self.heard.call_of[place]), text[start:end]
        words = self.promising.words.get(self.language[call])
        told = hearing(words) if words else None
        due, read_from = self._due(place, sentence), "turn"
        if not always:
            if due.at is None or (told is not None and told.offers([sentence])[0]):
                return None
        elif due.why == NO_TIME:
            due, read_from = self._elsewhere(place, text[start:], due)
        kinds = told.kinds([sentence])[0] if told else frozenset[Kind]()
        return Commitment(
            call=call,
            place=place,
            start=start,
            end=end,
            kind=_first(_BY_US, kinds) if always else _first(_WHAT_COMES, kinds),
            made_by="agent" if self.heard.is_by["agent"][place] else "supervisor",
            said_at=self._said_at(place),
            due=NEVER if due.at is None else _microseconds(due.at),
            read_from=None if due.at is None else read_from,
            reading=due.why,
        )

    def _said_at(self, place: int) -> datetime:
        call = int(self.heard.call_of[place])
        started: datetime = self.started[call]
        seconds = float(self.heard.starts[place])
        said = started + timedelta(seconds=0 if np.isnan(seconds) else seconds)
        return said.astimezone(zone_of(self.zone[call], said, self.promising.zone))

    def _due(self, place: int, text: str) -> Due:
        call = int(self.heard.call_of[place])
        grammar = self.promising.grammars.get(self.language[call])
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


def promised_until(context: "Context") -> dict[int, int]:
    """The latest due time that a linked incident names, by call, in microseconds."""
    links = context.incidents.links.drop_nulls("promised_until")
    until: dict[int, int] = {}
    moments = links["promised_until"].to_physical()
    for call, moment in zip(links["call"], moments, strict=True):
        if moment > context.started[call]:
            until[call] = max(moment, until.get(call, moment))
    return until


def _by_the_log(each: Commitment, until: Mapping[int, int]) -> Commitment:
    """The same with the incident's time, where no words told one."""
    if each.has_due or each.call not in until:
        return each
    return replace(
        each, due=until[each.call], read_from="incident", reading="by the incident log"
    )


def _only_logged(
    context: "Context", until: Mapping[int, int], heard: set[int]
) -> list[Commitment]:
    """Promises of the log in calls in which none was heard."""
    calls = context.heard.calls
    logged: list[Commitment] = []
    for call, due in until.items():
        if call in heard or not context.is_assessable[call]:
            continue
        started: datetime = calls["started_at"][call]
        zone = zone_of(calls["zone"][call], started, context.promising.zone)
        logged.append(
            Commitment(
                call=call,
                place=OUTSIDE,
                start=0,
                end=0,
                kind="other",
                made_by=None,
                said_at=started.astimezone(zone),
                due=due,
                read_from="incident",
                reading="by the incident log",
            )
        )
    return logged


def _first(order: tuple[Kind, ...], kinds: frozenset[Kind]) -> Kind:
    """The first kind of an order that was heard; its last where none was."""
    for kind in order:
        if kind in kinds:
            return kind
    return order[-1]


def _microseconds(moment: datetime) -> int:
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
