"""What the pieces of one promise come to: a moment, or why there is none."""

from collections.abc import Sequence
from datetime import date, datetime, time

from transforms.due_times.calendar import Now
from transforms.due_times.clauses import Piece
from transforms.due_times.gathering import (
    EITHER_DAY,
    HALF,
    HALF_DAY,
    LENGTH,
    NO_SUCH_TIME,
    OPEN,
    PASSED,
    TWO,
    Said,
    UnreadableError,
    gathered,
    minutes_of,
)
from transforms.knowledge.due_rules import Part
from transforms.knowledge.due_times import Grammar


def moment_of(pieces: Sequence[Piece], now: Now, grammar: Grammar) -> datetime:
    """The moment by which what these pieces say is due.

    Raises:
        UnreadableError: none can be read; says why.
    """
    due = _combined(gathered(pieces, now, grammar), now)
    if due is None:
        raise UnreadableError(NO_SUCH_TIME)
    if due <= now.said_at:
        raise UnreadableError(PASSED)
    return due


def _combined(said: Said, now: Now) -> datetime | None:
    if said.moments:
        return _exact(said)
    dates = {on for on, _ in said.dates}
    if len(dates) > 1 or len({part.name for part, _ in said.parts}) > 1:
        raise UnreadableError(TWO)
    day = next(iter(dates), None)
    minutes = _clock_time(said, now, day or now.today)
    if minutes is not None:
        return now.at(day or now.today, time(*divmod(minutes, 60)))
    if said.ends:
        return now.close(day or now.today)
    if said.parts:
        return _part_end(said, now, day)
    if day is None or any(bound == "before_or_for" for _, bound in said.dates):
        raise UnreadableError(OPEN)
    if any(bound == "before" for _, bound in said.dates):
        return now.close(now.working_day(day, -1))
    return now.close(day)


def _exact(said: Said) -> datetime:
    moment = said.moments[0]
    others = said.clocks or said.either or said.parts or said.ends
    days = {on for on, _ in said.dates}
    if others or len(set(said.moments)) > 1 or days - {moment.date()}:
        raise UnreadableError(TWO)
    return moment


def _clock_time(said: Said, now: Now, day: date) -> int | None:
    """The one time of day that is said, in minutes; None if none is."""
    if not said.clocks and not said.either:
        return None
    if said.ends:
        raise UnreadableError(TWO)
    if said.needs_day and not said.dates and not said.parts:
        raise UnreadableError(LENGTH)
    times = {minutes for minutes, _ in said.clocks}
    times |= {_told_apart(m, bound, said, now, day) for m, bound in said.either}
    if len(times) > 1:
        raise UnreadableError(TWO)
    minutes = times.pop()
    if any(not _is_in(minutes, part) for part, _ in said.parts):
        raise UnreadableError(HALF_DAY)
    return minutes


def _told_apart(minutes: int, bound: str, said: Said, now: Now, day: date) -> int:
    """The only half of the day that fits: the part that is said, else office hours."""
    both = (minutes, minutes + HALF)
    if said.parts:
        fits = [m for m in both if all(_is_in(m, part) for part, _ in said.parts)]
    else:
        opens, closes = minutes_of(now.hours.opens), minutes_of(now.hours.closes)
        fits = [m for m in both if opens <= m <= closes]
        if bound != "at":
            # Nobody promises to be done before the office opens.
            fits = [m for m in fits if m > opens]
        if day == now.today and len(fits) > 1:
            spoken = now.said_at.hour * 60 + now.said_at.minute
            fits = [m for m in fits if m > spoken]
    if len(fits) != 1:
        raise UnreadableError(HALF_DAY)
    return fits[0]


def _is_in(minutes: int, part: Part) -> bool:
    return minutes_of(part.begins) <= minutes <= minutes_of(part.ends)


def _part_end(said: Said, now: Now, day: date | None) -> datetime | None:
    """The end of a part of a day, or of the office's day within it."""
    part, bound = said.parts[0]
    if day is None and now.said_at.time() >= part.begins:
        raise UnreadableError(EITHER_DAY)
    on = day or now.today
    if bound == "before_or_for" or not part.sharp:
        raise UnreadableError(OPEN)
    if bound == "before":
        return now.at(on, part.begins)
    closes = now.hours.closes
    return now.at(on, min(part.ends, closes) if part.begins < closes else part.ends)
