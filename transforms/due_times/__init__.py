"""By when a promise is due, read from its words in the call's language and zone.

What cannot be read with certainty is not read: rather no time than a wrong one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from transforms.due_times.calendar import Now, OfficeHours
from transforms.due_times.clauses import (
    ELSEWHERE,
    UNCLEAR,
    UNREAD,
    Clause,
    Piece,
    Sentence,
    is_time,
    sentences,
)
from transforms.due_times.reading import TWO, UnreadableError, moment_of
from transforms.due_times.words import Word
from transforms.knowledge.due_rules import Clock, Day, Part, Weekday
from transforms.knowledge.due_times import Grammar

NO_TIME: Final = "no time is named"
VAGUE: Final = "no last moment is named, only {said!r}"

__all__ = ["Due", "Grammar", "OfficeHours", "due_time"]


@dataclass(frozen=True)
class Due:
    """By when a promise is due, and how that was read.

    Attributes:
        at: the moment, in the zone in which it was said; None if it cannot be read.
        phrase: start and end of the words read, in code points; None if none were.
        why: how it was read ("tomorrow, by 16:00"), or why it cannot be.
    """

    at: datetime | None
    phrase: tuple[int, int] | None
    why: str


def due_time(text: str, said_at: datetime, grammar: Grammar, hours: OfficeHours) -> Due:
    """Read by when something promised in these words is due.

    Args:
        text: what an agent said: one utterance.
        said_at: when, in the zone of the call.
        grammar: of the language in which it was said.
        hours: the office's, which tell four o'clock from four in the morning.

    Raises:
        ValueError: `said_at` has no zone.
    """
    if said_at.tzinfo is None:
        raise ValueError(
            f"said_at is {said_at.isoformat()} without a zone; give the call's own zone"
        )
    now = Now(said_at, hours, hours.working_days or grammar.working_week.days)
    words, spoken = sentences(text, grammar)
    spoken = _of_promises(spoken, words, grammar)
    timed = [sentence for sentence in spoken if any(c.times for c in sentence)]
    if not timed:
        return _no_time(text, words, spoken)
    promised = _promised(timed)
    if not promised:
        why = next(c.excluded for s in timed for c in s if c.times and c.excluded)
        return Due(None, None, why)
    try:
        readings = [_read(s, words, now, grammar) for s in promised]
    except UnreadableError as reason:
        return Due(None, None, str(reason))
    if len({at for at, _ in readings}) > 1:
        return Due(None, None, TWO)
    at, pieces = readings[0]
    first = min(p.first for p in pieces)
    last = max(p.last for p in pieces)
    return Due(at, (words[first].start, words[last - 1].end), _how(at, said_at, pieces))


def _of_promises(
    spoken: Sequence[Sentence], words: Sequence[Word], grammar: Grammar
) -> list[Sentence]:
    """Where some clause promises, leave out sentences whose times are all in others.

    A clause with no other words goes with its neighbour, and so does one that is joined
    to a promise: "I'll check it, and call you by four".
    """
    if not any(c.is_promise for sentence in spoken for c in sentence):
        return list(spoken)
    return [
        sentence
        if any(c.times for c in _promising(sentence, words, grammar))
        else tuple(replace(c, excluded=c.excluded or ELSEWHERE) for c in sentence)
        for sentence in spoken
    ]


def _promising(
    sentence: Sentence, words: Sequence[Word], grammar: Grammar
) -> Iterator[Clause]:
    """The clauses that promise, are joined to one that does, or have only times."""
    is_promised = False
    for clause in sentence:
        is_joined = words[clause.first].text in grammar.joining
        is_promised = clause.is_promise or (is_promised and is_joined)
        if is_promised or clause.is_bare:
            yield clause


def _no_time(text: str, words: Sequence[Word], spoken: Sequence[Sentence]) -> Due:
    """Why there is none: no time at all, or a vague one."""
    for clause in (c for sentence in spoken for c in sentence if c.heard("vague")):
        piece = next(
            p for p in clause.pieces if getattr(p.meaning, "kind", None) == "vague"
        )
        span = words[piece.first].start, words[piece.last - 1].end
        return Due(None, span, VAGUE.format(said=text[slice(*span)]))
    unclear = any(c.heard("unclear") for sentence in spoken for c in sentence)
    return Due(None, None, UNCLEAR if unclear else NO_TIME)


def _promised(timed: Sequence[Sentence]) -> list[Sentence]:
    """The sentences whose times may be due, each with its own clauses only.

    Before a sentence that promises, times of one that doesn't are those of the matter.
    """
    kept = [
        tuple(c for c in sentence if c.times and not c.excluded) for sentence in timed
    ]
    promising = [any(c.is_promise for c in sentence) for sentence in timed]
    both = [p and bool(k) for p, k in zip(promising, kept, strict=True)]
    if any(both):
        first = both.index(True)
        kept = kept[first:]
        timed = timed[first:]
    return [sentence for sentence, own in zip(timed, kept, strict=True) if own]


def _read(
    sentence: Sentence, words: Sequence[Word], now: Now, grammar: Grammar
) -> tuple[datetime, list[Piece]]:
    """The due time that one sentence names, and the pieces that name it.

    Raises:
        UnreadableError: says why none can be read.
    """
    if any(c.heard("unclear") and not c.excluded for c in sentence):
        raise UnreadableError(UNCLEAR)
    own = [c for c in sentence if c.pieces and not c.excluded]
    timed = [c for c in own if c.times]
    full = [c for c in timed if not c.is_bare]
    pieces = [p for c in own for p in c.pieces]
    if len(full) > 1:
        apart = {moment_of(c.pieces, now, grammar) for c in timed}
        if len(apart) > 1:
            raise UnreadableError(TWO)
        pieces = list(timed[0].pieces)
    times = [p for c in timed for p in c.times]
    if _is_beside_number(pieces, times, words, grammar):
        raise UnreadableError(UNREAD)
    return moment_of(pieces, now, grammar), _spanned(pieces)


def _spanned(pieces: Sequence[Piece]) -> list[Piece]:
    """The times, and the bounds that stand right before them."""
    following = {p.first for p in pieces}
    return [p for p in pieces if is_time(p) or p.last in following]


def _is_beside_number(
    pieces: Sequence[Piece],
    times: Sequence[Piece],
    words: Sequence[Word],
    grammar: Grammar,
) -> bool:
    """Whether a number that was not read stands beside a time: "tomorrow by four or five"."""
    inside = {at for p in pieces for at in range(p.first, p.last)}

    def is_unread(at: int) -> bool:
        return (
            0 <= at < len(words)
            and at not in inside
            and grammar.tree.is_number(words[at].text)
        )

    for piece in times:
        for step, edge in ((-1, piece.first - 1), (1, piece.last)):
            joint = 0 <= edge < len(words) and words[edge].text in grammar.joining
            if is_unread(edge) or (joint and is_unread(edge + step)):
                return True
    return False


def _how(at: datetime, said_at: datetime, pieces: Sequence[Piece]) -> str:
    """The reading in words: its day, and its time."""
    days = (at.date() - said_at.date()).days
    near = {0: "today", 1: "tomorrow"}
    day = near.get(days, f"{at:%A} {at.day} {at:%B}")
    kinds = {type(p.meaning) for p in pieces}
    if kinds <= {Day, Weekday} and Clock not in kinds and Part not in kinds:
        return f"{day}, by the end of office hours ({at:%H:%M})"
    return f"{day}, by {at:%H:%M}"
