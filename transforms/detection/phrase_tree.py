"""Phrases with slots as a tree of words: what stands at a place is found in one walk."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, Generic, TypeAlias, TypeVar

from transforms.knowledge.lexicon import expand

Meaning = TypeVar("Meaning")
Value: TypeAlias = int | str
Table: TypeAlias = dict[tuple[str, ...], Value]

SLOTS: Final[Mapping[str, tuple[int, int]]] = {
    "hour": (0, 24),
    "minute": (0, 59),
    "count": (1, 400),
    "low": (1, 400),
    "weekday": (1, 7),
    "day": (1, 31),
    "month": (1, 12),
    "year": (2000, 2199),
}
"""The numbers that each slot takes."""
_IN_DIGITS: Final = frozenset(SLOTS) - {"weekday", "month"}
_WRITTEN: Final = {
    "time": re.compile(r"\d{1,2}[:.]\d{2}"),
    "date": re.compile(r"\d{1,2}([./-])\d{1,2}\1(?:\d{4}|\d{2})|\d{1,2}\.\d"),
}
"""Slots whose value is a token as it is written."""
_SLOT: Final = re.compile(r"([^\s{}]*)\{(\w+)\}([^\s{}]*)")


def plain(text: str, *, fold: bool) -> str:
    """Lower case, straight apostrophes, and no diacritics where they are folded.

    >>> plain("Zítra, o\u2019clock", fold=True)
    "zitra, o'clock"
    """
    text = text.translate(_STRAIGHT).lower()
    if text.isascii() or not fold:
        return unicodedata.normalize("NFC", text)
    decomposed = unicodedata.normalize("NFD", text)
    return "".join(c for c in decomposed if unicodedata.category(c) != "Mn")


_STRAIGHT: Final = {
    **dict.fromkeys(map(ord, "\u2018\u2019\u02bc\u05f3\u00b4`"), "'"),
    ord("\u05f4"): '"',
    ord("\u201c"): '"',
    ord("\u201d"): '"',
}


@dataclass(frozen=True, slots=True)
class Match(Generic[Meaning]):
    """A phrase found: what it means, the values of its slots, and the words it takes."""

    meaning: Meaning
    slots: Mapping[str, Value]
    first: int
    last: int


@dataclass(frozen=True)
class _Slot:
    """A slot as it stands in a phrase, with letters joined to it."""

    prefix: str
    name: str
    suffix: str


@dataclass
class _Node(Generic[Meaning]):
    words: dict[str, "_Node[Meaning]"] = field(
        default_factory=dict[str, "_Node[Meaning]"]
    )
    slots: dict[_Slot, "_Node[Meaning]"] = field(
        default_factory=dict[_Slot, "_Node[Meaning]"]
    )
    meaning: Meaning | None = None


@dataclass(frozen=True)
class PhraseTree(Generic[Meaning]):
    """All phrases of a language, and the words that their slots take."""

    root: _Node[Meaning]
    tables: Mapping[str, Table]
    fold: bool

    def add(self, wording: str, meaning: Meaning, phrase: str) -> None:
        """Take in one wording of a phrase.

        Raises:
            ValueError: a slot that there is not, or a wording with two meanings.
        """
        node = self.root
        for chunk in wording.split():
            slot = _SLOT.fullmatch(chunk)
            if slot is None:
                node = node.words.setdefault(
                    plain(chunk, fold=self.fold), _Node[Meaning]()
                )
                continue
            prefix, name, suffix = slot.groups()
            if name not in SLOTS and name not in _WRITTEN and name != "unit":
                known = sorted((*SLOTS, *_WRITTEN, "unit"))
                raise ValueError(
                    f"{phrase!r}: no slot is called {name!r}, only {known}"
                )
            key = _Slot(
                plain(prefix, fold=self.fold), name, plain(suffix, fold=self.fold)
            )
            node = node.slots.setdefault(key, _Node[Meaning]())
        if node is self.root:
            raise ValueError(f"{phrase!r} may stand for no words at all")
        if node.meaning is not None and node.meaning is not meaning:
            raise ValueError(
                f"{wording!r} (of {phrase!r}) stands for two things; keep it in one place"
            )
        node.meaning = meaning

    def longest(
        self, words: Sequence[str], first: int, end: int
    ) -> Match[Meaning] | None:
        """The longest phrase that begins at `first` and ends by `end`, exclusive.

        Of equally long ones that in which more is said in words than in slots.
        """
        if not self._may_open(words[first]):
            return None
        best: tuple[int, int, Match[Meaning]] | None = None
        for meaning, slots, last in self._walk(self.root, words, first, end, {}):
            rank = (last, -len(slots))
            if best is None or rank > best[:2]:
                best = (*rank, Match(meaning, slots, first, last))
        return best[2] if best else None

    def _may_open(self, word: str) -> bool:
        return word in self._openers or any(c.isdecimal() for c in word)

    @cached_property
    def _openers(self) -> frozenset[str]:
        """First words of all phrases but digits: most words of a talk are none."""
        in_slots = (
            f"{slot.prefix}{form[0]}{slot.suffix}"
            for slot in self.root.slots
            for form in self.tables.get(slot.name, {})
        )
        return frozenset((*self.root.words, *in_slots))

    def _walk(
        self,
        node: _Node[Meaning],
        words: Sequence[str],
        at: int,
        end: int,
        slots: Mapping[str, Value],
    ) -> Iterator[tuple[Meaning, Mapping[str, Value], int]]:
        if node.meaning is not None:
            yield node.meaning, slots, at
        if at >= end:
            return
        following = node.words.get(words[at])
        if following is not None:
            yield from self._walk(following, words, at + 1, end, slots)
        for slot, after in node.slots.items():
            for value, last in self._values(slot, words, at, end):
                filled = {**slots, slot.name: value}
                yield from self._walk(after, words, last, end, filled)

    def _values(
        self, slot: _Slot, words: Sequence[str], at: int, end: int
    ) -> Iterator[tuple[Value, int]]:
        word = words[at]
        if not word.startswith(slot.prefix):
            return
        opening = word[len(slot.prefix) :]
        if slot.suffix and not opening.endswith(slot.suffix):
            return
        bare = opening[: len(opening) - len(slot.suffix)]
        written = _WRITTEN.get(slot.name)
        if written is not None:
            if written.fullmatch(bare):
                yield bare, at + 1
            return
        if slot.name in _IN_DIGITS and bare.isdecimal() and bare.isascii():
            lowest, highest = SLOTS[slot.name]
            if lowest <= int(bare) <= highest:
                yield int(bare), at + 1
            return
        table = self.tables.get(slot.name, {})
        for length in (1, 2, 3):
            if at + length <= end:
                value = table.get((bare, *words[at + 1 : at + length]))
                if value is not None:
                    yield value, at + length

    def is_number(self, word: str) -> bool:
        """Whether a word is a number, in digits or as said; "one" is often an article."""
        return word[:1].isdecimal() or any(
            self.tables.get(name, {}).get((word,), 1) != 1 for name in _IN_DIGITS
        )


def phrase_tree(
    phrases: Iterable[tuple[str, Meaning]],
    numbers: Mapping[str, Mapping[int, Sequence[str]]],
    units: Mapping[str, Sequence[str]],
    *,
    fold: bool,
) -> PhraseTree[Meaning]:
    """Compile phrases, each with what it means.

    Raises:
        ValueError: a slot that there is not, or a phrase with two meanings.
    """
    tables = {name: _table(words, fold=fold) for name, words in numbers.items()}
    tables["low"] = {**tables.get("hour", {}), **tables.get("count", {})}
    tables["unit"] = _table(units, fold=fold)
    tree = PhraseTree[Meaning](_Node[Meaning](), tables, fold)
    for phrase, meaning in phrases:
        for wording in expand(phrase):
            tree.add(wording, meaning, phrase)
    return tree


def _table(
    words: Mapping[int, Sequence[str]] | Mapping[str, Sequence[str]], *, fold: bool
) -> Table:
    """Forms by their words.

    Raises:
        ValueError: one form stands for two values.
    """
    table: Table = {}
    for value, forms in words.items():
        for form in forms:
            key = tuple(plain(form, fold=fold).split())
            if table.setdefault(key, value) != value:
                raise ValueError(f"{form!r} stands for both {table[key]} and {value}")
    return table
