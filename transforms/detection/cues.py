"""Cues: needles for one Aho-Corasick pass, an automaton where a needle is not enough."""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Final, Literal

import polars as pl

from transforms.detection.phrases import (
    Parts,
    Tokens,
    has_gap,
    longest,
    may_be_empty,
    openings,
    parsed,
    shortest,
    wordings,
    words_in,
)
from transforms.detection.text import normalise
from transforms.knowledge.lexicon import LabelCues, Lexicon, expand

Kind = Literal["phrase", "severe", "unless", "before", "after"]

KINDS: Final[tuple[Kind, ...]] = ("phrase", "severe", "unless", "before", "after")
_FEW_WORDINGS: Final = 4
_WORDS_OF_PIECES: Final = (1, 2, 3)
_PROMISING: Final = 2
_UNSAID: Final = 0.5
"""Counted for a word that no sentence of the lexicon has."""
_NEEDLE_COST: Final = 2e-6
"""What a needle costs by being there, in meetings a word."""
_OFTEN: Final = 3e-4
"""Meetings a word at which a second piece is asked for."""
_MUCH_OFTENER: Final = 2
_ENDINGS: Final = 3
"""How many words, roughly, a starred word stands for."""


WHOLE, ONLY, OPENING, FOLLOWING = range(4)
"""What a needle is: the whole cue, or one of the pieces that must be met, in order,
before the cue's automaton is tried."""


@dataclass(frozen=True)
class Needle:
    """What the Aho-Corasick pass looks for.

    Attributes:
        text: words with a space wherever a word must begin or end.
        piece: `WHOLE`, `ONLY`, `OPENING` or `FOLLOWING`.
        words: how many words it covers; of a whole cue, as the rest.
        opens_inside: it may begin inside a word.
        at_start: it must stand at the start of a line.
        at_end: it must stand at the end of one.
        before: how many words of the cue stand before it, at least and at most.
    """

    text: str
    piece: int = WHOLE
    words: int = 1
    opens_inside: bool = False
    at_start: bool = False
    at_end: bool = False
    before: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class Cue:
    """One phrase of a lexicon.

    Attributes:
        needles: the phrase's wordings; where an automaton decides, pieces of it.
        parts: the phrase for the automaton; None where a needle is the whole cue.
        reach: how many words it covers at most.
    """

    label: str
    phrase: str
    kind: Kind
    needles: tuple[Needle, ...]
    parts: Parts | None = None
    reach: int = 0


def written_cues(lexicon: Lexicon) -> tuple[list[Cue], Tokens]:
    """All phrases of a lexicon as cues, and the tokens of their words."""
    phrases: list[tuple[str, str, Kind, Parts]] = [
        (label, phrase, kind, parsed(phrase, lexicon.prefixes))
        for label, cues in lexicon.cues.items()
        for kind, listed in _by_kind(cues)
        for phrase in listed
    ]
    every = {word for *_, parts in phrases for word in words_in(parts)}
    tokens = _tokens(every, fold=lexicon.fold_diacritics)
    writer = _Writer(lexicon, tokens, _odds(lexicon))
    return [writer.write(*phrase) for phrase in phrases], tokens


def _odds(lexicon: Lexicon) -> dict[str, float]:
    """How often each word is said, of all words, in the sentences of the lexicon."""
    sentences = [
        sentence
        for cues in lexicon.cues.values()
        for sentence in (*cues.heard_in, *cues.not_heard_in)
    ]
    lines = normalise(
        pl.Series(sentences, dtype=pl.String), fold=lexicon.fold_diacritics
    )
    words = Counter(" ".join(lines).split())
    total = max(words.total(), 1)
    odds = {word: count / total for word, count in words.items()}
    return odds | {"": _UNSAID / total}


def written_negators(lexicon: Lexicon) -> Iterator[Cue]:
    """Write negating words as cues of no label, to be met in the same pass."""
    kinds: tuple[tuple[Kind, tuple[str, ...]], ...] = (
        ("before", lexicon.negation.before),
        ("after", lexicon.negation.after),
    )
    for kind, words in kinds:
        lines = normalise(
            pl.Series(words, dtype=pl.String), fold=lexicon.fold_diacritics
        )
        for line in dict.fromkeys(lines):
            yield Cue("", line.strip(), kind, (Needle(line),))


def _by_kind(cues: LabelCues) -> tuple[tuple[Kind, tuple[str, ...]], ...]:
    return (
        ("phrase", cues.phrases),
        ("severe", cues.severe),
        ("unless", cues.unless),
    )


def _tokens(words: Iterable[str], *, fold: bool) -> dict[str, tuple[str, ...]]:
    """Each word as lines have it, with its stars: often one token, seldom none or two."""
    listed = sorted(words)
    bare = pl.Series([word.strip("*") for word in listed], dtype=pl.String)
    found: dict[str, tuple[str, ...]] = {}
    for word, line in zip(listed, normalise(bare, fold=fold), strict=True):
        tokens = line.split()
        if tokens and word.startswith("*"):
            tokens[0] = "*" + tokens[0]
        if tokens and word.endswith("*"):
            tokens[-1] += "*"
        found[word] = tuple(tokens)
    return found


@dataclass(frozen=True)
class _Writer:
    """Finds needles for phrases.

    Attributes:
        odds: how often a word is said, as far as cues tell: of how many it is part.
    """

    lexicon: Lexicon
    tokens: Tokens
    odds: Mapping[str, float]
    _known: dict[str, float] = field(default_factory=dict[str, float])

    def write(self, label: str, phrase: str, kind: Kind, parts: Parts) -> Cue:
        if wordings(parts) <= _FEW_WORDINGS and not has_gap(parts):
            written = [self._wording(w) for w in expand(phrase, self.lexicon.prefixes)]
            if not any(map(_is_starred_inside, written)):
                return Cue(label, phrase, kind, tuple(map(_needle, written)))
        needles = self._anchors(parts)
        if not needles:
            raise ValueError(
                f"{self.lexicon.language}, {label}: {phrase!r} has no word that must be said"
            )
        reach = longest(parts, self.tokens)
        return Cue(label, phrase, kind, needles, parts, reach)

    def _wording(self, wording: str) -> list[str]:
        """The tokens of a wording without gaps, with its end marks."""
        return [
            token
            for word in wording.replace("^", " ^ ").replace("$", " $ ").split()
            for token in ((word,) if word in "^$" else self.tokens[word.lstrip("~")])
        ]

    def _anchors(self, parts: Parts) -> tuple[Needle, ...]:
        """Needles of the rarest section; of another, too, where that is met often."""
        sections = sorted(
            (self._cost(section), n, sorted(section))
            for n in self._promising(parts)
            for section in self._sections(parts[n:], _WORDS_OF_PIECES)
        )
        if not sections:
            return ()
        cost, place, first = sections[0]
        second = next((s for s in sections if s[1] != place), None)
        if cost < _OFTEN or second is None or second[0] > _MUCH_OFTENER * cost:
            return self._pieces(parts, ONLY, place, first)
        (opening, following) = sorted([(place, first), second[1:]])
        return (
            *self._pieces(parts, OPENING, *opening),
            *self._pieces(parts, FOLLOWING, *following),
        )

    def _promising(self, parts: Parts) -> list[int]:
        """The parts that begin with the rarest words, of those that must be said."""
        costs = [
            (self._cost(section), n)
            for n, part in enumerate(parts)
            if not may_be_empty(part, self.tokens)
            for section in self._sections(parts[n:], (1,))
        ]
        return [n for _, n in sorted(costs)[:_PROMISING]]

    def _sections(
        self, parts: Parts, sizes: tuple[int, ...]
    ) -> Iterator[set[tuple[str, int]]]:
        """Needles of which one is met wherever these parts are, and words before each."""
        found = openings(parts, self.tokens, max(sizes))
        if all(found):
            for words in sizes:
                yield {_longest_literal(tokens[:words]) for tokens in found}

    def _pieces(
        self, parts: Parts, piece: int, n: int, section: list[tuple[str, int]]
    ) -> tuple[Needle, ...]:
        least, most = shortest(parts[:n], self.tokens), longest(parts[:n], self.tokens)
        return tuple(
            Needle(
                text,
                piece,
                opens_inside=not text.startswith(" "),
                before=(least + words, most + words),
            )
            for text, words in section
        )

    def _cost(self, section: set[tuple[str, int]]) -> float:
        """How often any needle of a section may be met, roughly."""
        return sum(self._odds_of(text) + _NEEDLE_COST for text, _ in section)

    def _odds_of(self, needle: str) -> float:
        if needle not in self._known:
            unsaid = self.odds[""]
            met = math.prod(self.odds.get(word, unsaid) for word in needle.split())
            is_whole = needle.startswith(" ") and needle.endswith(" ")
            self._known[needle] = met if is_whole else _ENDINGS * met
        return self._known[needle]


def _is_starred_inside(tokens: list[str]) -> bool:
    words = _words(tokens)
    inner = "".join([*(w.lstrip("*") for w in words[:1]), *words[1:]])
    return "*" in inner.removesuffix("*")


def _words(tokens: list[str]) -> list[str]:
    return [token for token in tokens if token not in ("^", "$")]


def _needle(tokens: list[str]) -> Needle:
    line = f" {' '.join(_words(tokens))} ".replace(" *", "").replace("* ", "")
    return Needle(
        text=line,
        words=line.strip().count(" ") + 1,
        opens_inside=not line.startswith(" "),
        at_start="^" in tokens,
        at_end="$" in tokens,
    )


@cache
def _longest_literal(tokens: tuple[str, ...]) -> tuple[str, int]:
    """The longest literal part of some tokens, and how many words stand before it."""
    line = f" {' '.join(tokens)} "
    if "*" not in line:
        return line, 0
    parts = line.replace("* ", "\n ").replace(" *", " \n").split("\n")
    literal = max((part for part in parts if part.strip()), key=len)
    words = 0
    for part in parts:
        if part is literal:
            break
        words += len(part.split())
    # What begins inside a word is counted with the space before it.
    return literal, words
