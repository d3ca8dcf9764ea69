"""The rules of a due-time grammar: phrases, and what they say of a time."""

from datetime import time
from typing import Literal, Self

from pydantic import Field, model_validator

from transforms.knowledge.frozen import Frozen

Unit = Literal["minute", "hour", "day", "working_day", "week", "month"]
IsoDay = int


class Phrases(Frozen):
    """Phrases that mean the same; the reason is given where it is not plain."""

    phrases: tuple[str, ...] = Field(min_length=1)
    reason: str | None = None


class Bound(Phrases):
    """Words that say how a time bounds the promise.

    `open` bounds name no last moment ("after", "about", "from"): nothing can be read.
    `before` a day is the end of the working day before it; before an hour, that hour.
    `before_or_for` an hour is the same; with a day it could be either: not read.
    """

    bound: Literal["by", "at", "before", "before_or_for", "open"]


class Day(Phrases):
    """A day counted from the one on which it is said."""

    ahead: int = Field(ge=0, le=7)
    part: str | None = None


class Weekday(Phrases):
    """A `{weekday}`: the coming one, or that of a week.

    `unclear` is said of the coming one and of next week's: read only where both agree.

    Attributes:
        day: 1 Monday to 7 Sunday, where the phrase says it without a slot.
    """

    day: IsoDay | None = Field(default=None, ge=1, le=7)
    week: Literal["coming", "this", "next", "unclear", "after_coming"]
    part: str | None = None


class Clock(Phrases):
    """A time of day: `{hour}`, `{time}`, or one that is `fixed`.

    Attributes:
        add: minutes before (negative) or after the hour that is named.
        minutes: whether a `{minute}` is added or taken away.
        half: the half of the day that the phrase says.
        stands: `alone`; `followed`, only before a word that may follow an hour;
            `bounded`, and only after a bound or a day, too; `dated`, only where a day
            is named: it could be a length of time.
    """

    fixed: time | None = None
    half: Literal["am", "pm"] | None = None
    add: int = Field(default=0, ge=-60, le=60)
    minutes: Literal["add", "take"] = "add"
    stands: Literal["alone", "followed", "bounded", "dated"] = "alone"


class Part(Phrases):
    """A part of the day, from and to which its hours are counted.

    A promise for a part is due at its end, or when the office closes within it; of one
    that is not `sharp` nobody says the end: it only tells hours apart.

    Attributes:
        beside: phrases that name it only beside a bound, a day or an hour: a bare
            "evening" may be said of anything.
        stands: as of a `Clock`.
    """

    beside: tuple[str, ...] = ()
    stands: Literal["alone", "bounded"] = "alone"

    name: str
    begins: time
    ends: time
    sharp: bool = True


class Span(Phrases):
    """A length of time from now: `{count}` of `{unit}`, or what is given here."""

    minutes: int | None = Field(default=None, ge=1)
    count: int | None = Field(default=None, ge=1)
    unit: Unit | None = None


class Period(Phrases):
    """The day, week or month as it is worked: this one, or some ahead.

    Of a day only the end is named: when the office closes. `within` names all of it: due at its end, but what "before" it means is unclear.
    """

    period: Literal["day", "week", "month"]
    ahead: int = Field(default=0, ge=0, le=4)
    edge: Literal["start", "end", "within"] = "end"


class Date(Phrases):
    """A date of the calendar: `{day}` and `{month}` [and `{year}`], or `{date}`."""


class Heard(Phrases):
    """What is no due time, and what it does to those beside it.

    - `vague`: a time without a last moment; said where nothing better is.
    - `unclear`: nothing in its clause can be read.
    - `past`: a time gone by; no due time.
    - `nothing`: looks like a time and is none.
    """

    kind: Literal["vague", "unclear", "past", "nothing"]


class Clauses(Frozen):
    """Words that show which times of an utterance are promised.

    Attributes:
        promising: words of a clause that promises.
        elsewhere: words of a clause whose times are no due times: told, opens.
        negating: words that turn a clause round.
        conditional: words with which a condition or a doubt begins.
        joining: words with which another clause begins.
        that: words with which a clause goes on after a comma: I promise, that ...
        follows_hour: words that may follow a bare hour; others could be what is counted.
        abbreviations: words whose dot ends no sentence.
    """

    promising: tuple[str, ...] = Field(min_length=1)
    elsewhere: tuple[str, ...] = Field(min_length=1)
    negating: tuple[str, ...] = Field(min_length=1)
    conditional: tuple[str, ...] = Field(min_length=1)
    joining: tuple[str, ...] = Field(min_length=1)
    that: tuple[str, ...] = ()
    follows_hour: tuple[str, ...] = Field(min_length=1)
    abbreviations: tuple[str, ...] = ()


class WorkingWeek(Frozen):
    """The days that are worked (1 Monday to 7 Sunday), in the order of the week, and why."""

    days: tuple[IsoDay, ...] = Field(min_length=1, max_length=7)
    reason: str

    @model_validator(mode="after")
    def _days_are_iso(self) -> Self:
        if not set(self.days) <= set(range(1, 8)) or len(set(self.days)) < len(
            self.days
        ):
            raise ValueError(
                f"{list(self.days)}: days are numbers from 1 (Monday) to 7 (Sunday), each"
                " once"
            )
        return self


class Horizon(Frozen):
    """How many days ahead a date without a year may be, and why."""

    value: int = Field(ge=1, le=366)
    reason: str


Rule = Bound | Day | Weekday | Clock | Part | Span | Period | Date | Heard
