"""Days and hours as a contact centre works them, in the wall-clock time of a zone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo


@dataclass(frozen=True)
class OfficeHours:
    """When the office is open, in its own wall-clock time.

    Attributes:
        opens: first moment of a working day.
        closes: last moment; what is promised for a day is due by then.
        working_days: 1 Monday to 7 Sunday in the order of the week; the language's own
            working week where none are given.
    """

    opens: time
    closes: time
    working_days: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        """Refuse hours that end before they begin.

        Raises:
            ValueError: says which hours were given.
        """
        if self.opens >= self.closes:
            raise ValueError(
                f"the office opens at {self.opens:%H:%M} and closes at"
                f" {self.closes:%H:%M}; it must open before it closes"
            )


@dataclass(frozen=True)
class Now:
    """The moment at which something is said, and the week around it."""

    said_at: datetime
    hours: OfficeHours
    week: Sequence[int]

    @property
    def today(self) -> date:
        """The day on which it is said."""
        return self.said_at.date()

    def close(self, day: date) -> datetime | None:
        """When the office closes on a day."""
        return self.at(day, self.hours.closes)

    def at(self, day: date, clock: time) -> datetime | None:
        """A wall-clock time; None for one that does not exist, or exists twice."""
        return wall_clock(day, clock, self.said_at.tzinfo)

    def is_worked(self, day: date) -> bool:
        """Whether the day of the week is a working day."""
        return day.isoweekday() in self.week

    def working_day(self, day: date, count: int) -> date:
        """The working day that is `count` after a day, or before it if negative."""
        step = timedelta(days=1 if count > 0 else -1)
        left = abs(count)
        while left:
            day += step
            left -= self.is_worked(day)
        return day

    def week_of(self, ahead: int) -> list[date]:
        """The working days of this week (0) or one ahead, in their order."""
        first = self.week[0]
        monday = self.today - timedelta(days=(self.today.isoweekday() - first) % 7)
        return [
            monday + timedelta(days=7 * ahead + (day - first) % 7) for day in self.week
        ]

    def weekday(self, weekday: int, ahead: int) -> date:
        """A day of this week (0) or one ahead; weeks begin with their first working day."""
        first = self.week[0]
        start = self.today - timedelta(days=(self.today.isoweekday() - first) % 7)
        return start + timedelta(days=7 * ahead + (weekday - first) % 7)

    def coming(self, weekday: int) -> date | None:
        """The next such day; None on that day itself, when it could mean either."""
        days = (weekday - self.today.isoweekday()) % 7
        return self.today + timedelta(days=days) if days else None


def wall_clock(day: date, clock: time, zone: tzinfo | None) -> datetime | None:
    """A wall-clock time in a zone; None for one that does not exist, or exists twice.

    An hour that daylight saving leaves out or repeats names no one moment (PEP 495).
    """
    moment = datetime.combine(day, clock, zone)
    once = moment.utcoffset() == moment.replace(fold=1).utcoffset()
    return moment if once else None


def later(moment: datetime, length: timedelta) -> datetime:
    """A moment after a length of real time, in the same zone."""
    return (moment.astimezone(UTC) + length).astimezone(moment.tzinfo)


def first_of_month(day: date, ahead: int) -> date:
    """The first day of a day's month, or of one ahead."""
    year, month = divmod(day.year * 12 + day.month - 1 + ahead, 12)
    return date(year, month + 1, 1)


def add_months(day: date, count: int) -> date | None:
    """The same day of a later month; None where that month has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    try:
        return day.replace(year=year, month=month + 1)
    except ValueError:
        return None
