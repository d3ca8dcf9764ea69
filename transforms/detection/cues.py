"""Cues made ready for matching: literals for one Aho-Corasick pass, regexes for the rest."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

import polars as pl

from transforms.detection.labels import AGENT_LABELS, CUSTOMER_LABELS
from transforms.detection.text import normalise
from transforms.knowledge.lexicon import LabelCues, Lexicon, expand

Kind = Literal["phrase", "severe", "unless"]

_KINDS: Final[tuple[Kind, ...]] = ("phrase", "severe", "unless")
_GAP: Final = "..."
_ONE_WORD: Final = "_"
_GAP_PATTERN: Final = "(?:[^ ]+ ){0,4}"
_ONE_WORD_PATTERN: Final = "[^ ]+ "

SIDES: Final[dict[str, frozenset[str]]] = {
    "agent": AGENT_LABELS,
    "supervisor": AGENT_LABELS,
    "customer": CUSTOMER_LABELS,
    "unknown": AGENT_LABELS | CUSTOMER_LABELS,
}
"""Which labels each speaker's words can carry; what machines say carries none."""


@dataclass(frozen=True)
class Cue:
    """One wording of a cue.

    Attributes:
        literal: what the Aho-Corasick pass looks for; for a regex, its anchor.
        regex: None where the literal is the whole cue.
        words: how many words a match of the literal covers.
        opens_inside: the literal may begin inside a word.
    """

    label: str
    phrase: str
    kind: Kind
    literal: str
    words: int
    opens_inside: bool
    at_start: bool
    at_end: bool
    regex: re.Pattern[str] | None


@dataclass(frozen=True)
class CueTable:
    """All wordings that one language gives one speaker, numbered by row.

    Attributes:
        literals: the distinct literals of the one pass.
        by_literal: `literal`, `cue` (number), and what a candidate needs of its cue.
        regexes: the compiled regex of each cue that has one.
        negators: literals of the words that negate a cue `before` or `after` it.
    """

    literals: tuple[str, ...]
    by_literal: pl.DataFrame
    regexes: dict[int, re.Pattern[str]]
    negators_before: tuple[str, ...]
    negators_after: tuple[str, ...]
    within: int
    within_after: int
    fold: bool


def cue_table(lexicon: Lexicon, labels: frozenset[str]) -> CueTable:
    """Compile the cues of some labels; costs tens of milliseconds, so once a process."""
    cues = [
        cue
        for label, label_cues in lexicon.cues.items()
        if label in labels
        for cue in _label_cues(lexicon, label, label_cues)
    ]
    fold = lexicon.fold_diacritics
    return CueTable(
        literals=tuple(dict.fromkeys(cue.literal for cue in cues)),
        by_literal=_by_literal(lexicon, cues),
        regexes={n: cue.regex for n, cue in enumerate(cues) if cue.regex},
        negators_before=_negators(lexicon.negation.before, fold=fold),
        negators_after=_negators(lexicon.negation.after, fold=fold),
        within=lexicon.negation.within,
        within_after=lexicon.negation.within_after,
        fold=fold,
    )


def _negators(words: tuple[str, ...], *, fold: bool) -> tuple[str, ...]:
    return tuple(normalise(pl.Series(words, dtype=pl.String), fold=fold).to_list())


def _by_literal(lexicon: Lexicon, cues: list[Cue]) -> pl.DataFrame:
    frame = pl.DataFrame(
        {
            "literal": [cue.literal for cue in cues],
            "label": [cue.label for cue in cues],
            "phrase": [cue.phrase for cue in cues],
            "kind": [cue.kind for cue in cues],
            "cue_words": [cue.words for cue in cues],
            "opens_inside": [cue.opens_inside for cue in cues],
            "at_start": [cue.at_start for cue in cues],
            "at_end": [cue.at_end for cue in cues],
            "is_regex": [cue.regex is not None for cue in cues],
            "negatable": [lexicon.cues[cue.label].negatable for cue in cues],
            "whole": [lexicon.cues[cue.label].whole_utterance for cue in cues],
        },
        schema_overrides={"cue_words": pl.Int64},
    )
    labels = pl.Enum(sorted(lexicon.cues))
    return frame.with_row_index("cue").with_columns(
        pl.col("label").cast(labels), pl.col("kind").cast(pl.Enum(_KINDS))
    )


def _label_cues(lexicon: Lexicon, label: str, cues: LabelCues) -> Iterator[Cue]:
    lists: dict[Kind, tuple[str, ...]] = {
        "phrase": cues.phrases,
        "severe": cues.severe,
        "unless": cues.unless,
    }
    for kind, phrases in lists.items():
        for phrase in phrases:
            for wording in expand(phrase, lexicon.prefixes):
                yield _cue(label, phrase, kind, wording, fold=lexicon.fold_diacritics)


def _cue(label: str, phrase: str, kind: Kind, wording: str, *, fold: bool) -> Cue:
    tokens = _tokens(wording.strip("^$ "), fold=fold)
    pieces = _pieces(tokens)
    literal = max(pieces, key=len)
    at_start, at_end = wording.startswith("^"), wording.endswith("$")
    plain = len(pieces) == 1 and _GAP not in tokens and _ONE_WORD not in tokens
    return Cue(
        label=label,
        phrase=phrase,
        kind=kind,
        literal=literal,
        words=literal.strip().count(" ") + 1,
        opens_inside=not literal.startswith(" "),
        at_start=at_start,
        at_end=at_end,
        regex=None if plain else _regex(tokens, at_start=at_start, at_end=at_end),
    )


def _tokens(wording: str, *, fold: bool) -> list[str]:
    """The words as lines have them, with their stars, and the gaps between them."""
    tokens: list[str] = []
    for word in wording.split():
        if word in (_GAP, _ONE_WORD):
            tokens.append(word)
            continue
        bare = normalise(pl.Series([word.strip("*")]), fold=fold)[0].split()
        if word.startswith("*"):
            bare[0] = "*" + bare[0]
        if word.endswith("*"):
            bare[-1] += "*"
        tokens += bare
    return tokens


def _pieces(tokens: list[str]) -> list[str]:
    """The literal pieces between stars and gaps, each with the spaces it is sure of."""
    line = " " + " ".join(tokens) + " "
    line = line.replace(f" {_GAP} ", " \n ").replace(f" {_ONE_WORD} ", " \n ")
    line = line.replace("* ", "\n ").replace(" *", " \n")
    return [piece for piece in line.split("\n") if piece.strip()]


def _regex(tokens: list[str], *, at_start: bool, at_end: bool) -> re.Pattern[str]:
    parts: list[str] = []
    for token in tokens:
        if token == _GAP:
            parts.append(_GAP_PATTERN)
        elif token == _ONE_WORD:
            parts.append(_ONE_WORD_PATTERN)
        else:
            head = "[^ ]*" if token.startswith("*") else ""
            tail = "[^ ]* " if token.endswith("*") else " "
            parts.append(head + re.escape(token.strip("*")) + tail)
    body = "".join(parts).removesuffix(" ")
    before = "(?<=^ )" if at_start else "(?<= )"
    return re.compile(before + body + ("(?= $)" if at_end else "(?= )"))
