"""Cues made ready for matching: literals for one Aho-Corasick pass, regexes for the rest."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

import polars as pl

from transforms.detection.labels import AGENT_LABELS, CUSTOMER_LABELS
from transforms.detection.text import normalise
from transforms.knowledge.lexicon import GROUP, LabelCues, Lexicon, expand, open_group

Kind = Literal["phrase", "severe", "unless"]

_KINDS: Final[tuple[Kind, ...]] = ("phrase", "severe", "unless")
_GAP_PATTERNS: Final = {"...": "(?:[^ ]+ ){0,4}", "_": "[^ ]+ "}
_NOT_WORDS: Final = re.compile(r"[ ()\[\]|]+")
_SHORT_WORD: Final = 4
_GAPS: Final = re.compile(r"(?<!\S)(\.\.\.|_)(?!\S)")

SIDES: Final[dict[str, frozenset[str]]] = {
    "agent": AGENT_LABELS,
    "supervisor": AGENT_LABELS,
    "customer": CUSTOMER_LABELS,
    "unknown": AGENT_LABELS | CUSTOMER_LABELS,
}
"""Which labels each speaker's words can carry; what machines say carries none."""


@dataclass(frozen=True)
class Literal:
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
        literals: the phrase's wordings; where a regex decides, its anchors.
        regex: None where a literal is the whole cue.
    """

    label: str
    phrase: str
    kind: Kind
    literals: tuple[Literal, ...]
    regex: re.Pattern[str] | None


@dataclass(frozen=True)
class CueTable:
    """All cues that one language gives one speaker.

    Attributes:
        literals: the distinct literals of the one pass.
        by_literal: one row a literal and cue: `literal`, `cue` (number), and what a
            candidate needs of both.
        cues: one row a cue: `cue` and what a hit needs of it.
        regexes: the compiled regex of each cue that has one.
        negators_before: lines of words that negate a cue after them.
        negators_after: the same for a cue before them.
    """

    literals: tuple[str, ...]
    by_literal: pl.DataFrame
    cues: pl.DataFrame
    regexes: dict[int, re.Pattern[str]]
    negators_before: tuple[str, ...]
    negators_after: tuple[str, ...]
    within: int
    within_after: int
    fold: bool


def cue_tables(lexicon: Lexicon) -> dict[frozenset[str], CueTable]:
    """Compile all cues, for each set of labels that a speaker's words can carry.

    Costs some tenths of a second for a large lexicon, so once a process.
    """
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
    cues = [
        Cue(label, phrase, kind, literals, regex)
        for label, phrase, kind in phrases
        for literals, regex in writer.write(phrase)
    ]
    return {
        labels: _cue_table(lexicon, [cue for cue in cues if cue.label in labels])
        for labels in set(SIDES.values())
    }


def _phrases(cues: LabelCues) -> Iterator[tuple[str, Kind]]:
    for kind, phrases in zip(
        _KINDS, (cues.phrases, cues.severe, cues.unless), strict=True
    ):
        yield from ((phrase, kind) for phrase in phrases)


def _normal_words(wordings: Iterable[str], *, fold: bool) -> dict[str, list[str]]:
    """Each bare word of the wordings, as lines have it: often one word, seldom two."""
    bare = sorted({word.strip("^$*") for wording in wordings for word in wording.split()})
    lines = normalise(pl.Series(bare, dtype=pl.String), fold=fold)
    return {word: line.split() for word, line in zip(bare, lines, strict=True)}


def _cue_table(lexicon: Lexicon, cues: list[Cue]) -> CueTable:
    fold = lexicon.fold_diacritics
    literals = [(n, literal) for n, cue in enumerate(cues) for literal in cue.literals]
    by_literal = pl.DataFrame(
        {
            "cue": [n for n, _ in literals],
            "literal": [literal.text for _, literal in literals],
            "cue_words": [literal.words for _, literal in literals],
            "opens_inside": [literal.opens_inside for _, literal in literals],
            "at_start": [literal.at_start for _, literal in literals],
            "at_end": [literal.at_end for _, literal in literals],
            "is_regex": [cues[n].regex is not None for n, _ in literals],
            "piece": [literal.piece for _, literal in literals],
            "pieces": [cues[n].literals[-1].piece + 1 for n, _ in literals],
        },
        schema_overrides={"cue": pl.UInt32, "cue_words": pl.Int64},
    )
    return CueTable(
        literals=tuple(dict.fromkeys(literal.text for _, literal in literals)),
        by_literal=by_literal,
        cues=_about_cues(lexicon, cues),
        regexes={n: cue.regex for n, cue in enumerate(cues) if cue.regex},
        negators_before=_negators(lexicon.negation.before, fold=fold),
        negators_after=_negators(lexicon.negation.after, fold=fold),
        within=lexicon.negation.within,
        within_after=lexicon.negation.within_after,
        fold=fold,
    )


def _about_cues(lexicon: Lexicon, cues: list[Cue]) -> pl.DataFrame:
    frame = pl.DataFrame(
        {
            "label": [cue.label for cue in cues],
            "phrase": [cue.phrase for cue in cues],
            "kind": [cue.kind for cue in cues],
            "negatable": [lexicon.cues[cue.label].negatable for cue in cues],
            "whole": [lexicon.cues[cue.label].whole_utterance for cue in cues],
        }
    )
    return frame.with_row_index("cue").with_columns(
        pl.col("label").cast(pl.Enum(sorted(lexicon.cues))),
        pl.col("kind").cast(pl.Enum(_KINDS)),
    )


def _negators(words: tuple[str, ...], *, fold: bool) -> tuple[str, ...]:
    return tuple(normalise(pl.Series(words, dtype=pl.String), fold=fold).to_list())


@dataclass(frozen=True)
class _Writer:
    """Writes phrases out as literals and regexes."""

    prefixes: tuple[str, ...]
    normal: Mapping[str, list[str]]
    uses: Mapping[str, int]

    def write(
        self, phrase: str
    ) -> Iterator[tuple[tuple[Literal, ...], re.Pattern[str] | None]]:
        for opened in open_gaps(phrase):
            pieces = _GAPS.split(opened)
            if len(pieces) > 1:
                yield self._gapped(pieces)
                continue
            wordings = [self._tokens(w) for w in expand(opened, self.prefixes)]
            plain = [tokens for tokens in wordings if not _is_starred_inside(tokens)]
            if plain:
                yield tuple(_literal(tokens) for tokens in plain), None
            for tokens in wordings:
                if _is_starred_inside(tokens):
                    yield (_anchor(tokens),), _compiled(_alternatives([tokens]))

    def _gapped(
        self, pieces: list[str]
    ) -> tuple[tuple[Literal, ...], re.Pattern[str]]:
        """Pieces and the gaps between them, by turns: the surest piece is the anchor."""
        wordings = [
            [self._tokens(w) for w in expand(piece, self.prefixes)]
            for piece in pieces[::2]
        ]
        parts = [_alternatives(wordings[0])]
        for gap, alternatives in zip(pieces[1::2], wordings[1:], strict=True):
            parts.append(_GAP_PATTERNS[gap] + _alternatives(alternatives))
        return self._anchors(wordings), _compiled("".join(parts))

    def _anchors(self, wordings: list[list[list[str]]]) -> tuple[Literal, ...]:
        """Literals of the rarest piece, and of the next if it is no mere short word."""
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

    def _rarity(self, literal: str) -> float:
        """How seldom a literal may be met: words of many phrases are common words."""
        return sum(1 / self.uses.get(word, 1) for word in literal.split())

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


def _literal(tokens: list[str]) -> Literal:
    line = f" {' '.join(_words(tokens))} ".replace(" *", "").replace("* ", "")
    return Literal(
        text=line,
        words=line.strip().count(" ") + 1,
        opens_inside=not line.startswith(" "),
        at_start="^" in tokens,
        at_end="$" in tokens,
    )


def _anchor(tokens: list[str]) -> Literal:
    """The longest literal between stars, with the spaces it is sure of."""
    line = f" {' '.join(_words(tokens))} "
    pieces = line.replace("* ", "\n ").replace(" *", " \n").split("\n")
    return Literal(max(pieces, key=len), words=1, opens_inside=False)


def _alternatives(choices: list[list[str]]) -> str:
    """A regex for one of several wordings, the longest first, each with a space after."""
    ordered = sorted(choices, key=lambda tokens: -len(" ".join(tokens)))
    return f"(?:{'|'.join(map(_pattern, ordered))})"


def _pattern(tokens: list[str]) -> str:
    parts: list[str] = []
    for token in tokens:
        if token == "^":
            parts.append("(?<=^ )")
        elif token == "$":
            parts.append("$")
        else:
            head = "[^ ]*" if token.startswith("*") else ""
            tail = "[^ ]* " if token.endswith("*") else " "
            parts.append(head + re.escape(token.strip("*")) + tail)
    return "".join(parts)


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(f"(?<= ){pattern}")
