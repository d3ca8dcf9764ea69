"""What the pieces of one promise say: days, hours, parts, lengths and their bounds."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Final

from transforms.due_times.calendar import Now, add_months, first_of_month, later
from transforms.due_times.clauses import Piece
from transforms.due_times.dates import calendar_date
from transforms.knowledge.due_rules import (
    Bound,
    Clock,
    Date,
    Day,
    Heard,
    Part,
    Period,
    Span,
    Weekday,
)
from transforms.knowledge.due_times import Grammar

OPEN: Final = "the words name no last moment"
TWO: Final = "two times are named, and it is not clear which is promised"
PASSED: Final = "that time has passed"
EITHER_DAY: Final = "it could be today or tomorrow"
HALF_DAY: Final = "morning or afternoon is not said, and office hours don't tell"
EITHER_WEEK: Final = "it could be this week's day or next week's"
NO_SUCH_DATE: Final = "there is no such date near"
NO_SUCH_TIME: Final = "the clock shows that time not once on that day"
LENGTH: Final = "it could be an hour of the clock, or so many hours from now"
DATE_OR_TIME: Final = "it could be a date or a time of day"
_STRICT: Final = ("before", "before_or_for")
HALF: Final = 12 * 60


class UnreadableError(Exception):
    """No due time can be read; says why."""


@dataclass
class Said:
    """What the pieces of a promise say, each kind apart.

    Attributes:
        dates: days, and the bound before each.
        clocks: times of day in minutes after midnight, and the bound before each.
        either: hours of which morning or afternoon is not said, and the bound.
        parts: parts of a day, and the bound before each.
        moments: exact moments.
        ends: ends of a working day.
        needs_day: whether an hour is one of the clock only where a day is named.
    """

    dates: list[tuple[date, str]] = field(default_factory=list[tuple[date, str]])
    clocks: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])
    either: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])
    parts: list[tuple[Part, str]] = field(default_factory=list[tuple[Part, str]])
    moments: list[datetime] = field(default_factory=list[datetime])
    ends: list[str] = field(default_factory=list[str])
    needs_day: bool = False


def gathered(pieces: Sequence[Piece], now: Now, grammar: Grammar) -> Said:
    """Sort the pieces by what they say, each with the bound before it.

    Raises:
        UnreadableError: one of them names no last moment, or no day; says why.
    """
    said = Said()
    weeks = [
        p.meaning.ahead
        for p in pieces
        if isinstance(p.meaning, Period)
        and p.meaning.period == "week"
        and p.meaning.edge == "within"
    ]
    has_weekday = any(isinstance(p.meaning, Weekday) for p in pieces)
    before: Piece | None = None
    bound = "at"
    for piece in pieces:
        adjacent = before is not None and before.last == piece.first
        if isinstance(piece.meaning, Bound):
            bound = _joined(bound if adjacent else "at", piece.meaning.bound)
        elif isinstance(piece.meaning, Heard):
            bound = "at"
        else:
            if not (adjacent and before and isinstance(before.meaning, Bound)):
                bound = "at"
            if bound == "open":
                raise UnreadableError(OPEN)
            in_week = weeks[0] if weeks and has_weekday else None
            _Gatherer(said, now, grammar, in_week).take(piece, bound)
            bound = "at"
        before = piece
    if _dangles(pieces):
        raise UnreadableError(OPEN)
    return said


def _dangles(pieces: Sequence[Piece]) -> bool:
    """Whether "before" stands before something that was not read: the appointment."""
    return any(
        isinstance(piece.meaning, Bound)
        and piece.meaning.bound in _STRICT
        and (after is None or after.first != piece.last)
        for piece, after in zip(pieces, (*pieces[1:], None), strict=True)
    )


def _joined(first: str, second: str) -> str:
    """Two bounds together: an open one leaves all open, a stricter one counts."""
    order = ("open", "before", "before_or_for", "by", "at")
    return min(first, second, key=order.index)


@dataclass(frozen=True)
class _Gatherer:
    """Takes one piece after the other into what is said."""

    said: Said
    now: Now
    grammar: Grammar
    in_week: int | None

    def take(self, piece: Piece, bound: str) -> None:
        """Sort a piece by its kind, with the bound before it."""
        match piece.meaning:
            case Day() as day:
                self.said.dates.append(
                    (self.now.today + timedelta(days=day.ahead), bound)
                )
                self._part(day.part, bound)
            case Weekday() as weekday:
                on = self._weekday(weekday, weekday.day or int(piece.slots["weekday"]))
                self.said.dates.append((on, bound))
                self._part(weekday.part, bound)
            case Date():
                self.said.dates.append((self._date(piece), bound))
            case Clock() as clock:
                self._clock(clock, piece, bound)
            case Part() as part:
                self.said.parts.append((part, bound))
            case Span() as span:
                self._span(span, piece, bound)
            case Period() as period:
                self._period(period, bound)
            case Bound() | Heard():  # pragma: no cover (no times)
                pass

    def _part(self, name: str | None, bound: str) -> None:
        if name is not None:
            self.said.parts.append((self.grammar.part(name), bound))

    def _weekday(self, rule: Weekday, weekday: int) -> date:
        now = self.now
        if self.in_week is not None:
            return now.weekday(weekday, self.in_week)
        if rule.week == "this":
            return now.weekday(weekday, 0)
        following = now.weekday(weekday, 1)
        coming = now.coming(weekday)
        if rule.week == "next":
            return following
        if rule.week == "unclear":
            # On the day itself only the one a week ahead can be meant.
            coming = coming or now.today + timedelta(days=7)
        if coming is None or (rule.week == "unclear" and coming != following):
            raise UnreadableError(EITHER_WEEK)
        return coming + timedelta(days=7 * (rule.week == "after_coming"))

    def _date(self, piece: Piece) -> date:
        grammar = self.grammar
        found = calendar_date(
            piece.slots,
            grammar.words["month"],
            grammar.language,
            self.now.today,
            grammar.horizon_days.value,
        )
        if found is None:
            raise UnreadableError(NO_SUCH_DATE)
        return found

    def _clock(self, rule: Clock, piece: Piece, bound: str) -> None:
        if rule.fixed is not None:
            self.said.clocks.append((minutes_of(rule.fixed), bound))
            return
        if rule.stands == "dated":
            self.said.needs_day = True
        hour, minute, is_whole_day = _hour(piece)
        if minute > 59 or hour > 23:
            raise UnreadableError(NO_SUCH_TIME)
        minutes = hour * 60 + minute + rule.add
        told = int(piece.slots.get("minute", 0))
        minutes += told if rule.minutes == "add" else -told
        if rule.half is not None:
            minutes = minutes % HALF + HALF * (rule.half == "pm")
        if rule.half is not None or is_whole_day or hour > 12:
            self.said.clocks.append((minutes % (2 * HALF), bound))
        else:
            self._either(minutes, piece, bound)

    def _either(self, minutes: int, piece: Piece, bound: str) -> None:
        """Take an hour up to twelve; one written for 24 hours must be one of the office."""
        if "time" not in piece.slots or self.grammar.written_clock == 12:
            self.said.either.append((minutes % HALF, bound))
            return
        hours = self.now.hours
        if not minutes_of(hours.opens) <= minutes <= minutes_of(hours.closes):
            raise UnreadableError(HALF_DAY)
        self.said.clocks.append((minutes, bound))

    def _span(self, rule: Span, piece: Piece, bound: str) -> None:
        if bound in _STRICT:
            raise UnreadableError(OPEN)
        now = self.now
        count = int(piece.slots.get("count", rule.count or 1))
        unit = str(rule.unit or piece.slots.get("unit", "minute"))
        if unit in ("minute", "hour"):
            minutes = rule.minutes or count * (60 if unit == "hour" else 1)
            self.said.moments.append(later(now.said_at, timedelta(minutes=minutes)))
            return
        if unit == "working_day":
            on = now.working_day(now.today, count)
        elif unit == "month":
            on = add_months(now.today, count)
        else:
            on = now.today + timedelta(days=count * (7 if unit == "week" else 1))
        if on is None:
            raise UnreadableError(NO_SUCH_DATE)
        self.said.dates.append((on, "by"))

    def _period(self, rule: Period, bound: str) -> None:
        now = self.now
        if rule.period == "day":
            self.said.ends.append("day")
            return
        if rule.edge == "within":
            if self.in_week is not None and rule.period == "week":
                return
            if bound != "at":
                raise UnreadableError(OPEN)
        if rule.edge == "start" and bound in _STRICT:
            raise UnreadableError(OPEN)
        if rule.period == "week":
            week = now.week_of(rule.ahead)
            on = week[0] if rule.edge == "start" else week[-1]
        else:
            eve = first_of_month(now.today, rule.ahead) - timedelta(days=1)
            last = first_of_month(now.today, rule.ahead + 1) - timedelta(days=1)
            on = now.working_day(eve, 1) if rule.edge == "start" else last
        self.said.dates.append((on, "by"))


def _hour(piece: Piece) -> tuple[int, int, bool]:
    """Hour, minute, and whether it is of a clock of 24 hours, as 07:30 and 16:30 are."""
    written = piece.slots.get("time")
    if written is None:
        hour = int(piece.slots["hour"])
        return hour, 0, hour == 0
    is_bare = piece.last - piece.first == 1
    if is_bare and "." in str(written) and 1 <= int(str(written)[-2:]) <= 12:
        raise UnreadableError(DATE_OR_TIME)
    hours, minutes = str(written).replace(".", ":").split(":")
    return int(hours), int(minutes), hours.startswith("0") or int(hours) > 12


def minutes_of(clock: time) -> int:
    """Minutes after midnight."""
    return clock.hour * 60 + clock.minute
