"""Due-time grammars: how one language says by when something will be done.

Phrases have the lexicons' groups, `(a|b)` and `[a|b]`, and slots: `{hour}`, `{minute}`,
`{count}`, `{low}`, `{unit}`, `{weekday}`, `{day}`, `{month}`, `{year}`, `{time}` (16:30)
and `{date}` (14.5. or 14/05/2026). Letters may be joined to a slot: `half{hour}`.
Where diacritics are folded, they are left out of phrases and of what is heard alike.
"""

from collections.abc import Iterable, Iterator
from datetime import time
from functools import cached_property
from itertools import chain
from typing import Literal, Self

from pydantic import Field, model_validator

from transforms.detection.phrase_tree import SLOTS, PhraseTree, phrase_tree, plain
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

    `within` names all of it: due at its end, but what "before" it means is unclear.
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


class Grammar(Frozen):
    """How one language names a due time; see `data/due_times/`.

    Attributes:
        written_clock: whether 4:30 can be half past four in the afternoon (12).
        prefixes: letters joined to any word, as "and" and "that" are in Hebrew.
        words: the words of each slot, by what they stand for; digits stand for themselves.
        units: the words of `{unit}`.
    """

    language: str = Field(pattern=r"^[a-z]{2,3}$")
    version: str
    fold_diacritics: bool = False
    written_clock: Literal[12, 24] = 24
    prefixes: tuple[str, ...] = ()
    working_week: WorkingWeek
    horizon_days: Horizon
    words: dict[
        Literal["hour", "minute", "count", "weekday", "day", "month"],
        dict[int, tuple[str, ...]],
    ]
    units: dict[Unit, tuple[str, ...]]
    bounds: tuple[Bound, ...]
    days: tuple[Day, ...]
    weekdays: tuple[Weekday, ...]
    clocks: tuple[Clock, ...]
    parts: tuple[Part, ...]
    spans: tuple[Span, ...]
    periods: tuple[Period, ...]
    dates: tuple[Date, ...]
    heard: tuple[Heard, ...]
    clauses: Clauses

    @property
    def rules(self) -> Iterator[Rule]:
        """Every rule, in the order of the file; parts that stand beside others apart."""
        return chain(
            self.bounds,
            self.days,
            self.weekdays,
            self.clocks,
            self.parts,
            self._parts_beside,
            self.spans,
            self.periods,
            self.dates,
            self.heard,
        )

    @cached_property
    def _parts_beside(self) -> tuple[Part, ...]:
        return tuple(
            part.model_copy(update={"phrases": part.beside, "stands": "bounded"})
            for part in self.parts
        )

    @cached_property
    def clause_tree(self) -> PhraseTree[str]:
        """The words that show what a clause does, by what they show."""
        clauses = self.clauses
        kinds = {
            "promising": clauses.promising,
            "elsewhere": clauses.elsewhere,
            "negating": clauses.negating,
            "conditional": clauses.conditional,
        }
        phrases = ((phrase, kind) for kind, said in kinds.items() for phrase in said)
        return phrase_tree(phrases, {}, {}, fold=self.fold_diacritics)

    @cached_property
    def joining(self) -> frozenset[str]:
        """Words with which another clause begins, as they are compared."""
        return self._plain(self.clauses.joining)

    @cached_property
    def that(self) -> frozenset[str]:
        """Words with which a clause goes on after a comma, as they are compared."""
        return self._plain(self.clauses.that)

    @cached_property
    def follows_hour(self) -> frozenset[str]:
        """Words that may follow a bare hour, as they are compared."""
        return self._plain(self.clauses.follows_hour)

    def _plain(self, words: Iterable[str]) -> frozenset[str]:
        return frozenset(plain(word, fold=self.fold_diacritics) for word in words)

    @cached_property
    def tree(self) -> PhraseTree[Rule]:
        """All phrases, ready to be looked for in words."""
        tables = {str(slot): dict(words) for slot, words in self.words.items()}
        return phrase_tree(
            ((phrase, rule) for rule in self.rules for phrase in rule.phrases),
            tables,
            {str(unit): words for unit, words in self.units.items()},
            fold=self.fold_diacritics,
        )

    def part(self, name: str) -> Part:
        """The part of the day with this name."""
        return next(part for part in self.parts if part.name == name)

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        wanted = {"hour", "minute", "count", "weekday", "day", "month"}
        if missing := sorted(wanted - set(self.words)):
            raise ValueError(f"words: none for {missing}")
        for slot, words in self.words.items():
            lowest, highest = SLOTS[slot]
            if strange := [n for n in words if not lowest <= n <= highest]:
                raise ValueError(
                    f"words.{slot}: {strange} is not from {lowest} to {highest}"
                )
        if unexplained := [part.name for part in self.parts if part.reason is None]:
            raise ValueError(f"parts {unexplained} lack the reason for their bounds")
        names = {part.name for part in self.parts}
        for rule in (*self.days, *self.weekdays):
            if rule.part is not None and rule.part not in names:
                raise ValueError(
                    f"{rule.phrases[0]!r} names part {rule.part!r}, but there are only"
                    f" {sorted(names)}"
                )
        _ = self.tree, self.clause_tree
        return self
