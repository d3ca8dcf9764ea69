"""An utterance as words, with where its sentences and clauses end."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from transforms.detection.phrase_tree import plain

CLAUSE, SENTENCE = 1, 2
_WORD: Final = re.compile(
    r"""
    \d{1,4}(?:[:./-]\d{1,4})+          # 16:30, 14.5, 14/05/2026
    | (?:[^\W\d_]\.){2,}               # p.m.
    | LETTERS(?:['’`´ʼ׳״"]LETTERS)*    # o'clock, z'n
    """.replace(
        # With the marks that some texts write apart from their letters.
        "LETTERS",
        r"(?:[^\W_][\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7]*)+",
    ),
    re.VERBOSE,
)
_ENDS_SENTENCE: Final = frozenset(".!?…\n;")
_ENDS_CLAUSE: Final = frozenset(",:—–()")


@dataclass(frozen=True, slots=True)
class Word:
    """A word as it is compared, where it stands in the text, and what ends after it.

    Attributes:
        text: lower case, without diacritics and inner dots.
        ends: 0 nothing, `CLAUSE`, `SENTENCE`.
        is_asked: a question mark stands after it.
    """

    text: str
    start: int
    end: int
    ends: int
    is_asked: bool


def words_of(text: str, abbreviations: Collection[str], *, fold: bool) -> list[Word]:
    """The words of a text in their order; spans in code points of the text as given."""
    found = list(_WORD.finditer(text))
    words: list[Word] = []
    for place, match in enumerate(found):
        following = found[place + 1].start() if place + 1 < len(found) else len(text)
        between = text[match.end() : following]
        said = match.group()
        word = plain(said, fold=fold)
        if "." in word and not word[0].isdecimal():
            word = word.replace(".", "")
        goes_on = (
            word in abbreviations or word[0].isdecimal() or said.endswith(".")
        ) and text[following : following + 1] != ""
        words.append(
            Word(
                word,
                match.start(),
                match.end(),
                _ends(between, text[following : following + 1], goes_on=goes_on),
                "?" in between,
            )
        )
    return words


def _ends(between: str, following: str, *, goes_on: bool) -> int:
    """What ends between two words; the dot of `kl.` and `14.` ends no sentence.

    After a number it does where a capital letter follows: "by 4. I'll call".
    """
    if goes_on and between.strip() == "." and not following.isupper():
        return 0
    if not _ENDS_SENTENCE.isdisjoint(between) or not following:
        return SENTENCE
    if not _ENDS_CLAUSE.isdisjoint(between) or " - " in between:
        return CLAUSE
    return 0
