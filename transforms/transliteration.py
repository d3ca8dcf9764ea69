"""Names as they are compared: folded, in words, and by their sound across scripts."""

import unicodedata
from itertools import groupby, product
from typing import Final

from transforms.knowledge.transliteration import Readings, Script, Transliteration

_LETTER_MARKS: Final = "'`´\u2018\u2019\u02bc\u05f3\u05f4\""
"""Apostrophes and geresh belong to the word that they stand in."""


class Spelling:
    """Reads names by one knowledge of scripts.

    Args:
        knowledge: which letters fold, and how each script sounds.
    """

    def __init__(self, knowledge: Transliteration) -> None:
        self._folds = str.maketrans(
            knowledge.folded.letters | dict.fromkeys(_LETTER_MARKS, "")
        )
        self._titles = frozenset(knowledge.titles.words)
        self._most = int(knowledge.most_keys.value)
        self._scripts = tuple(_Sounds(script) for script in knowledge.scripts.values())

    def words(self, name: str) -> list[str]:
        """The words of a name: lower case, without marks, titles or punctuation."""
        plain = unicodedata.normalize("NFKD", name).lower().translate(self._folds)
        letters = (
            c if c.isalnum() else "" if unicodedata.category(c) == "Mn" else " "
            for c in plain
        )
        words = "".join(letters).split()
        return [w for w in words if w not in self._titles] or words

    def script(self, word: str) -> int | None:
        """The number of the script that all letters of a word are of; None if none is."""
        for number, sounds in enumerate(self._scripts):
            if sounds.knows(word):
                return number
        return None

    def sounds(self, word: str) -> list[str]:
        """The sound keys of a folded word, the likeliest reading first.

        The word itself is its only key where no script reads it.
        """
        script = self.script(word)
        if script is None:
            return [word]
        parts = self._scripts[script].parts(word)
        keys = dict.fromkeys("".join(reading) for reading in product(*parts))
        return list(keys)[: self._most]


class _Sounds:
    """The readings of one script, longest spellings first."""

    def __init__(self, script: Script) -> None:
        self._script = script
        tables = (script.anywhere, script.start, script.end)
        self._letters = frozenset("".join(k for table in tables for k in table))
        self._longest = max(len(k) for table in tables for k in table)

    def knows(self, word: str) -> bool:
        return bool(word) and self._letters.issuperset(word)

    def parts(self, word: str) -> list[tuple[str, ...]]:
        """For each spelling in the word, its possible sounds."""
        once = _undoubled(word) if self._script.doubled_as_one else word
        parts: list[tuple[str, ...]] = []
        place = 0
        while place < len(once):
            place, sounds = self._next(once, place)
            parts.append(sounds)
        return parts

    def _next(self, word: str, place: int) -> tuple[int, tuple[str, ...]]:
        for length in range(min(self._longest, len(word) - place), 0, -1):
            written = word[place : place + length]
            for table in self._tables(place == 0, place + length == len(word)):
                if written in table:
                    return place + length, table[written]
        return place + 1, ("",)

    def _tables(self, is_start: bool, is_end: bool) -> list[Readings]:
        script = self._script
        special = [script.start] if is_start else [script.end] if is_end else []
        return [*special, script.anywhere]


def _undoubled(word: str) -> str:
    return "".join(letter for letter, _ in groupby(word))
