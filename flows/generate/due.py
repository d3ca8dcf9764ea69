"""By when an agent promises a thing: as it is said, and the moment that is meant."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from string import Formatter
from typing import Annotated, Final, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from transforms.knowledge.frozen import Frozen

OFFICE_ENDS: Final = time(17)
"""By when a thing is due that is promised for a day, and no hour is named."""

_LONGEST: Final = 5
_PEOPLE_REST: Final = 4
"""From Friday (Python's weekday) on, working days differ between countries."""
_LAST_HOUR: Final = 18
"""Local hour after which nothing more is promised for the same day."""

Sort = Literal["call", "thing", "vague"]
"""What is promised: a call; what is sent, paid or mended; a call at no time in particular."""

Clock = Annotated[
    time, BeforeValidator(lambda said: time.fromisoformat(said) if said else said)
]


class DuePhrase(Frozen):
    """One way to say by when, and the moment that it means; see the head of `en.yaml`."""

    say: str
    ahead: int | None = Field(default=None, ge=0, le=_LONGEST)
    hours: int | None = Field(default=None, ge=1, le=48)
    working: int | None = Field(default=None, ge=1, le=3)
    weekday: int | None = Field(default=None, ge=0, le=6)
    at: Clock | None = None
    before: Clock | None = None
    is_exact: bool = False

    @property
    def slots(self) -> frozenset[str]:
        """The slots of the wording."""
        return frozenset(slot for _, slot, _, _ in Formatter().parse(self.say) if slot)

    @model_validator(mode="after")
    def _names_one_day(self) -> Self:
        counted = (self.ahead, self.hours, self.working, self.weekday)
        named = len(self.slots & {"day", "until"}) + sum(x is not None for x in counted)
        if named != 1:
            raise ValueError(
                f"{self.say!r}: name the day once: {{day}} or {{until}} in the wording,"
                " or one of ahead, hours, working, weekday"
            )
        if "time" in self.slots and self.at is not None:
            raise ValueError(f"{self.say!r}: give {{time}} or `at`, not both")
        return self


class Dues(Frozen):
    """How a language says by when, for a call back and for everything else."""

    call: tuple[DuePhrase, ...] = Field(min_length=8)
    thing: tuple[DuePhrase, ...] = Field(min_length=4)


class Days(Frozen):
    """How a day to come is said, Monday first; `until` with the word for 'by'."""

    tomorrow: str
    weekdays: tuple[str, str, str, str, str, str, str]
    until: tuple[str, str, str, str, str, str, str]


@dataclass(frozen=True, slots=True)
class Due:
    """By when something will be promised in a call, if it comes to that.

    Attributes:
        sort: what may be promised with it.
        say: the words.
        on: the local day; None where it counts from the moment of speaking, or is vague.
        at: the local time on that day.
        hours: hours from the moment of speaking.
        is_exact: nobody could read another minute in the words.
    """

    sort: Sort
    say: str
    on: date | None = None
    at: time = OFFICE_ENDS
    hours: int | None = None
    is_exact: bool = False

    def moment(self, said: datetime) -> datetime | None:
        """When it is due, in the zone of the moment at which it is said."""
        if self.hours is not None:
            later = said.astimezone(UTC) + timedelta(hours=self.hours)
            return later.astimezone(said.tzinfo)
        return self.on and datetime.combine(self.on, self.at, said.tzinfo)


@dataclass(frozen=True, slots=True)
class DueWords:
    """The words of one language from which due times are drawn."""

    dues: Dues
    vague: tuple[str, ...]
    days: Days
    times: dict[str, str]

    def drawn(self, sort: Sort, now: datetime, latest: int, rng: Random) -> Due | None:
        """Draw by when something is promised.

        Args:
            sort: what is promised.
            now: when the call begins, in its zone.
            latest: days ahead at most, so that it falls due before the customer rings.
            rng: what to draw from.

        Returns:
            None where nothing that could be said now falls due in time.
        """
        if sort == "vague":
            return Due("vague", rng.choice(self.vague))
        phrases = self.dues.call if sort == "call" else self.dues.thing
        today = now.date()
        ahead = rng.randint(1, min(latest, _LONGEST))
        possible = [
            (phrase, days)
            for phrase in phrases
            if (days := _days_ahead(phrase, now, ahead)) is not None and days <= latest
        ]
        if not possible:
            return None
        phrase, days = rng.choice(possible)
        on, clock = today + timedelta(days=days), rng.choice(sorted(self.times))
        timed = "time" in phrase.slots
        return Due(
            sort=sort,
            say=phrase.say.format(
                day=self.days.tomorrow
                if days == 1
                else self.days.weekdays[on.weekday()],
                until=self.days.until[on.weekday()],
                time=self.times[clock],
            ),
            on=None if phrase.hours else on,
            at=time.fromisoformat(clock) if timed else phrase.at or OFFICE_ENDS,
            hours=phrase.hours,
            is_exact=phrase.is_exact or timed or phrase.hours is not None,
        )


def _days_ahead(phrase: DuePhrase, now: datetime, drawn: int) -> int | None:
    """How many days on a phrase falls due that is said now; None if it cannot be said."""
    if phrase.before is not None and now.time() >= phrase.before:
        return None
    if phrase.hours is not None:
        same_day = now.hour + phrase.hours <= _LAST_HOUR
        return phrase.hours // 24 if phrase.hours >= 24 else 0 if same_day else None
    if phrase.working is not None:
        return phrase.working if now.weekday() + phrase.working < _PEOPLE_REST else None
    if phrase.weekday is not None:
        days = phrase.weekday - now.weekday()
        return days if days in (1, 2, 3) else None
    return drawn if phrase.ahead is None else phrase.ahead
