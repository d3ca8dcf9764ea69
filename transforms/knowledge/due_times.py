"""Due-time grammars: how one language says by when something will be done.

Phrases have the lexicons' groups, `(a|b)` and `[a|b]`, and slots: `{hour}`, `{minute}`,
`{count}`, `{low}`, `{unit}`, `{weekday}`, `{day}`, `{month}`, `{year}`, `{time}` (16:30)
and `{date}` (14.5. or 14/05/2026). Letters may be joined to a slot: `half{hour}`.
Where diacritics are folded, they are left out of phrases and of what is heard alike.
"""

from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import chain
from typing import Literal, Self

from pydantic import Field, model_validator

from transforms.detection.phrase_tree import SLOTS, PhraseTree, phrase_tree, plain
from transforms.knowledge.due_rules import (
    Bound,
    Clauses,
    Clock,
    Date,
    Day,
    Heard,
    Horizon,
    Part,
    Period,
    Rule,
    Span,
    Unit,
    Weekday,
    WorkingWeek,
)
from transforms.knowledge.frozen import Frozen


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
