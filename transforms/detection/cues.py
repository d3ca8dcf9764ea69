"""Cues written out: needles for one Aho-Corasick pass, a regex where that is not enough."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import Final, Literal

import polars as pl

from transforms.detection.text import normalise
from transforms.knowledge.lexicon import GROUP, LabelCues, Lexicon, expand, open_group

Kind = Literal["phrase", "severe", "unless", "before", "after"]

KINDS: Final[tuple[Kind, ...]] = ("phrase", "severe", "unless", "before", "after")
_GAP_PATTERNS: Final = {"...": "(?:[^ ]+ ){0,4}", "_": "[^ ]+ "}
_LONGEST_GAP: Final = {"...": 4, "_": 1}
_LINE_START: Final = r"(?:(?<=\A )|(?<=  ))"
"""A line starts the run, or comes after the space that ends another."""
_NOT_WORDS: Final = re.compile(r"[ ()\[\]|]+")
_SHORT_WORD: Final = 2
_FEW_WORDINGS: Final = 40
_MUCH_FEWER: Final = 0.5
_GAPS: Final = re.compile(r"(?<!\S)(\.\.\.|_)(?!\S)")


WHOLE, ONLY, OPENING, FOLLOWING = range(4)
"""What a needle is: the whole cue, or one of the pieces that must be met, in order,
before the cue's regex is tried."""


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
    """

    text: str
    piece: int = WHOLE
    words: int = 1
    opens_inside: bool = False
    at_start: bool = False
    at_end: bool = False


@dataclass(frozen=True)
class Cue:
    """One phrase of a lexicon, or one way to open the gaps in it.

    Attributes:
        needles: the phrase's wordings; where a regex decides, pieces of it.
        regex: empty where a needle is the whole cue. Compiled when first needed.
        reach: how many words after its opening piece the following one may begin.
    """

    label: str
    phrase: str
    kind: Kind
    needles: tuple[Needle, ...]
    regex: bytes = b""
    reach: int = 0


def written_cues(lexicon: Lexicon) -> Iterator[Cue]:
    """Write out all phrases of a lexicon."""
    phrases: list[tuple[str, str, Kind]] = [
        (label, phrase, kind)
        for label, cues in lexicon.cues.items()
        for kind, listed in _by_kind(cues)
        for phrase in listed
    ]
    expanded = cache(partial(expand, prefixes=lexicon.prefixes))
    normal = _normal_words(
        (wording for _, phrase, _ in phrases for wording in expanded(phrase)),
        fold=lexicon.fold_diacritics,
    )
    uses = Counter(
        word
        for _, phrase, _ in phrases
        for bare in {word.strip("^$*") for word in _NOT_WORDS.split(phrase)}
        & set(normal)
        for word in normal[bare]
    )
    writer = _Writer(expanded, normal, uses)
    for label, phrase, kind in phrases:
        yield from writer.write(label, phrase, kind)


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


def _normal_words(wordings: Iterable[str], *, fold: bool) -> dict[str, list[str]]:
    """Each bare word of the wordings, as lines have it: often one word, seldom two."""
    bare = sorted(
        {word.strip("^$*") for wording in wordings for word in wording.split()}
    )
    lines = normalise(pl.Series(bare, dtype=pl.String), fold=fold)
    return {word: line.split() for word, line in zip(bare, lines, strict=True)}


@dataclass(frozen=True)
class _Writer:
    """Writes phrases out as needles and regexes."""

    expanded: Callable[[str], list[str]]
    normal: Mapping[str, list[str]]
    uses: Mapping[str, int]

    def write(self, label: str, phrase: str, kind: Kind) -> Iterator[Cue]:
        for opened in open_gaps(phrase):
            parts = _GAPS.split(opened)
            pieces = [
                [self._tokens(wording) for wording in self.expanded(part)]
                for part in parts[::2]
            ]
            gaps = parts[1::2]
            if not gaps:
                whole, rest = _whole_and_rest(pieces[0])
                if whole:
                    yield Cue(label, phrase, kind, tuple(map(_needle, whole)))
                pieces = [rest]
            if pieces[0]:
                sections = _sections(pieces) if gaps else _ends(pieces[0])
                regex, reach = _regex(pieces, gaps), _reach(pieces, gaps)
                yield Cue(label, phrase, kind, self._anchors(sections), regex, reach)

    def _anchors(self, sections: list[set[str]]) -> tuple[Needle, ...]:
        """Needles of the rarest section, and of the next if it is no mere short word."""
        rarest = sorted(
            range(len(sections)),
            key=lambda n: -min(self._rarity(text) for text in sections[n]),
        )
        sure = [
            n
            for n in rarest[:2]
            if n == rarest[0] or min(len(t.strip()) for t in sections[n]) >= _SHORT_WORD
        ]
        roles = (ONLY,) if len(sure) == 1 else (OPENING, FOLLOWING)
        return tuple(
            Needle(text, role)
            for n, role in zip(sorted(sure), roles, strict=True)
            for text in sections[n]
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


def _whole_and_rest(
    wordings: list[list[str]],
) -> tuple[list[list[str]], list[list[str]]]:
    """The wordings that are needles as they stand, and those that need a regex.

    Needles cost time in every pass. Of a phrase that multiplies its choices, the ends
    are far fewer than the wordings, and all of these are left to the regex.
    """
    whole = [wording for wording in wordings if not _is_starred_inside(wording)]
    if len(whole) > _FEW_WORDINGS:
        ends = sum(map(len, _ends(whole)))
        if ends < _MUCH_FEWER * len(whole):
            return [], wordings
    return whole, [wording for wording in wordings if _is_starred_inside(wording)]


def _ends(wordings: list[list[str]]) -> list[set[str]]:
    """The first two words of each wording and the last two, as far as they are sure."""
    words = [_words(tokens) for tokens in wordings]
    return [
        {_between_stars(tokens[:2])[0] for tokens in words},
        {_between_stars(tokens[-2:])[-1] for tokens in words},
    ]


def _sections(pieces: list[list[list[str]]]) -> list[set[str]]:
    """What must be met of each piece between gaps."""
    return [
        {max(_between_stars(tokens), key=len) for tokens in piece}
        for piece in pieces
        if all(_words(tokens) for tokens in piece)
    ]


def _between_stars(tokens: list[str]) -> list[str]:
    """The literal parts of a wording, with the spaces they are sure of."""
    line = f" {' '.join(_words(tokens))} "
    parts = line.replace("* ", "\n ").replace(" *", " \n").split("\n")
    return [part for part in parts if part.strip()]


def _reach(pieces: list[list[list[str]]], gaps: list[str]) -> int:
    longest = sum(max(map(len, piece)) for piece in pieces)
    return longest + sum(_LONGEST_GAP[gap] for gap in gaps)


def _regex(pieces: list[list[list[str]]], gaps: list[str]) -> bytes:
    parts = ["(?<= )", _tree(pieces[0])]
    for gap, piece in zip(gaps, pieces[1:], strict=True):
        parts += [_GAP_PATTERNS[gap], _tree(piece)]
    return "".join(parts).encode()


def _tree(wordings: list[list[str]]) -> str:
    """A regex for one of several wordings, the longest first, each with a space after."""
    branches: dict[str, list[list[str]]] = {}
    for tokens in sorted(filter(None, wordings), key=lambda t: -len(" ".join(t))):
        branches.setdefault(tokens[0], []).append(tokens[1:])
    options = [_pattern(token) + _tree(rest) for token, rest in branches.items()]
    if not all(wordings):
        options.append("")
    return options[0] if len(options) == 1 else f"(?:{'|'.join(options)})"


def _pattern(word: str) -> str:
    if word == "^":
        return _LINE_START
    if word == "$":
        return "$"
    head = "[^ ]*" if word.startswith("*") else ""
    tail = "[^ ]* " if word.endswith("*") else " "
    return head + re.escape(word.strip("*")) + tail
