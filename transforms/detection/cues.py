"""Cues written out: needles for one Aho-Corasick pass, a regex where that is not enough."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

import polars as pl

from transforms.detection.text import normalise
from transforms.knowledge.lexicon import GROUP, LabelCues, Lexicon, expand, open_group

Kind = Literal["phrase", "severe", "unless", "before", "after"]

KINDS: Final[tuple[Kind, ...]] = ("phrase", "severe", "unless", "before", "after")
_GAP_PATTERNS: Final = {"...": "(?:[^ ]+ ){0,4}", "_": "[^ ]+ "}
_LINE_START: Final = r"(?:(?<=\A )|(?<=  ))"
"""A line starts the run, or comes after the space that ends another."""
_NOT_WORDS: Final = re.compile(r"[ ()\[\]|]+")
_SHORT_WORD: Final = 4
_GAPS: Final = re.compile(r"(?<!\S)(\.\.\.|_)(?!\S)")


@dataclass(frozen=True)
class Needle:
    """What the Aho-Corasick pass looks for.

    Attributes:
        text: words with a space wherever a word must begin or end.
        words: how many words it covers.
        opens_inside: it may begin inside a word.
        piece: which piece of a gapped phrase it belongs to; each must be met.
    """

    text: str
    words: int
    opens_inside: bool
    at_start: bool = False
    at_end: bool = False
    piece: int = 0


@dataclass(frozen=True)
class Cue:
    """One phrase of a lexicon, or one way to open the gaps in it.

    Attributes:
        needles: the phrase's wordings; where a regex decides, its anchors.
        regex: None where a needle is the whole cue.
    """

    label: str
    phrase: str
    kind: Kind
    needles: tuple[Needle, ...]
    regex: re.Pattern[bytes] | None


def written_cues(lexicon: Lexicon) -> Iterator[Cue]:
    """Write out all phrases of a lexicon."""
    phrases = [
        (label, phrase, kind)
        for label, cues in lexicon.cues.items()
        for phrase, kind in _phrases(cues)
    ]
    normal = _normal_words(
        (word for _, phrase, _ in phrases for word in expand(phrase, lexicon.prefixes)),
        fold=lexicon.fold_diacritics,
    )
    uses = Counter(
        word
        for _, phrase, _ in phrases
        for bare in {word.strip("^$*") for word in _NOT_WORDS.split(phrase)} & set(normal)
        for word in normal[bare]
    )
    writer = _Writer(lexicon.prefixes, normal, uses)
    for label, phrase, kind in phrases:
        for needles, regex in writer.write(phrase):
            yield Cue(label, phrase, kind, needles, regex)


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
            needle = Needle(line, words=1, opens_inside=False)
            yield Cue("", line.strip(), kind, (needle,), None)


def _phrases(cues: LabelCues) -> Iterator[tuple[str, Kind]]:
    yield from ((phrase, "phrase") for phrase in cues.phrases)
    yield from ((phrase, "severe") for phrase in cues.severe)
    yield from ((phrase, "unless") for phrase in cues.unless)


def _normal_words(wordings: Iterable[str], *, fold: bool) -> dict[str, list[str]]:
    """Each bare word of the wordings, as lines have it: often one word, seldom two."""
    bare = sorted({word.strip("^$*") for wording in wordings for word in wording.split()})
    lines = normalise(pl.Series(bare, dtype=pl.String), fold=fold)
    return {word: line.split() for word, line in zip(bare, lines, strict=True)}


@dataclass(frozen=True)
class _Writer:
    """Writes phrases out as needles and regexes."""

    prefixes: tuple[str, ...]
    normal: Mapping[str, list[str]]
    uses: Mapping[str, int]

    def write(
        self, phrase: str
    ) -> Iterator[tuple[tuple[Needle, ...], re.Pattern[bytes] | None]]:
        for opened in open_gaps(phrase):
            pieces = _GAPS.split(opened)
            if len(pieces) > 1:
                yield self._gapped(pieces)
                continue
            wordings = [self._tokens(w) for w in expand(opened, self.prefixes)]
            plain = [tokens for tokens in wordings if not _is_starred_inside(tokens)]
            if plain:
                yield tuple(_needle(tokens) for tokens in plain), None
            for tokens in wordings:
                if _is_starred_inside(tokens):
                    yield (_anchor(tokens),), _compiled(_alternatives([tokens]))

    def _gapped(
        self, pieces: list[str]
    ) -> tuple[tuple[Needle, ...], re.Pattern[bytes]]:
        """Pieces and the gaps between them, by turns: the surest piece is the anchor."""
        wordings = [
            [self._tokens(w) for w in expand(piece, self.prefixes)]
            for piece in pieces[::2]
        ]
        parts = [_alternatives(wordings[0])]
        for gap, alternatives in zip(pieces[1::2], wordings[1:], strict=True):
            parts.append(_GAP_PATTERNS[gap] + _alternatives(alternatives))
        return self._anchors(wordings), _compiled("".join(parts))

    def _anchors(self, wordings: list[list[list[str]]]) -> tuple[Needle, ...]:
        """Needles of the rarest piece, and of the next if it is no mere short word."""
        pieces = [
            [_anchor(tokens) for tokens in choice] for choice in wordings if all(choice)
        ]
        pieces.sort(key=lambda piece: -min(self._rarity(one.text) for one in piece))
        sure = [
            piece
            for n, piece in enumerate(pieces[:2])
            if n == 0 or min(len(one.text.strip()) for one in piece) >= _SHORT_WORD
        ]
        return tuple(
            replace(one, piece=n) for n, piece in enumerate(sure) for one in set(piece)
        )

    def _rarity(self, needle: str) -> float:
        """How seldom a needle may be met: words of many phrases are common words."""
        return sum(1 / self.uses.get(word, 1) for word in needle.split())

    def _tokens(self, wording: str) -> list[str]:
        """The words as lines have them, with their stars and end marks."""
        tokens: list[str] = []
        for word in wording.replace("^", " ^ ").replace("$", " $ ").split():
            if word in "^$":
                tokens.append(word)
                continue
            bare = list(self.normal[word.strip("*")])
            if word.startswith("*"):
                bare[0] = "*" + bare[0]
            if word.endswith("*"):
                bare[-1] += "*"
            tokens += bare
        return tokens


def open_gaps(phrase: str) -> list[str]:
    """Write out only those groups of a phrase that hold a gap.

    >>> open_gaps("i [really|_] (hate|detest) it")
    ['i really (hate|detest) it', 'i _ (hate|detest) it', 'i  (hate|detest) it']
    """
    for group in GROUP.finditer(phrase):
        if _GAPS.search(f" {group[0][1:-1].replace('|', ' ')} "):
            opened = open_group(phrase, group)
            return [phrase for choice in opened for phrase in open_gaps(choice)]
    return [phrase]


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


def _anchor(tokens: list[str]) -> Needle:
    """The longest needle between stars, with the spaces it is sure of."""
    line = f" {' '.join(_words(tokens))} "
    pieces = line.replace("* ", "\n ").replace(" *", " \n").split("\n")
    return Needle(max(pieces, key=len), words=1, opens_inside=False)


def _alternatives(choices: list[list[str]]) -> str:
    """A regex for one of several wordings, the longest first, each with a space after."""
    ordered = sorted(choices, key=lambda tokens: -len(" ".join(tokens)))
    return f"(?:{'|'.join(map(_pattern, ordered))})"


def _pattern(tokens: list[str]) -> str:
    parts: list[str] = []
    for token in tokens:
        if token == "^":
            parts.append(_LINE_START)
        elif token == "$":
            parts.append("$")
        else:
            head = "[^ ]*" if token.startswith("*") else ""
            tail = "[^ ]* " if token.endswith("*") else " "
            parts.append(head + re.escape(token.strip("*")) + tail)
    return "".join(parts)


def _compiled(pattern: str) -> re.Pattern[bytes]:
    return re.compile(f"(?<= ){pattern}".encode())
