"""Hearing the words about promises: what an agent's sentence promises, what came of it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Final

import polars as pl

from transforms.detection.phrases import Choice, Gap, Parts, Word, parsed, words_in
from transforms.detection.text import normalise
from transforms.knowledge.promises import TOLD, HeardWords, Kind, PromiseWords

SAID: Final = pl.Schema({"row": pl.UInt32, "says": pl.Enum(list(TOLD))})
"""What is said of promises: the text's place in the series, and what it says."""

_IN_VAIN: Final = ("not_called", "not_done", "not_kept")
"""Where one of these is heard, that it was done is not."""


@dataclass(frozen=True)
class Hearing:
    """The words of one language, ready to be heard."""

    words: PromiseWords

    @cached_property
    def _kinds(self) -> Mapping[Kind, re.Pattern[str]]:
        return {
            kind: re.compile(self._pattern(words))
            for kind, words in self.words.kinds.items()
        }

    @cached_property
    def _offers(self) -> re.Pattern[str]:
        return re.compile(self._pattern(self.words.offers))

    @cached_property
    def _told(self) -> Mapping[str, str]:
        return {name: self._pattern(self.words.told[name]) for name in TOLD}

    def _lines(self, texts: pl.Series) -> pl.Series:
        return normalise(texts, fold=self.words.fold_diacritics)

    def _pattern(self, words: HeardWords) -> str:
        """One expression for all phrases; it looks neither ahead nor behind, as Rust's."""
        phrases = [parsed(phrase, ()) for phrase in words.phrases]
        every = sorted({word for parts in phrases for word in words_in(parts)})
        bare = self._lines(pl.Series([word.strip("*") for word in every]))
        tokens = {
            word: (r"\S*" if word.startswith("*") else "")
            + re.escape(line.strip())
            + (r"\S*" if word.endswith("*") else "")
            for word, line in zip(every, bare, strict=True)
        }
        return "|".join(f" {_expression(parts, tokens)}" for parts in phrases)

    @cached_property
    def _any_kind(self) -> str:
        return "|".join(self._pattern(words) for words in self.words.kinds.values())

    def may_promise(self, texts: pl.Series) -> pl.Series:
        """Whether each agent's turn has words of any kind of promise."""
        return self._lines(texts).str.contains(self._any_kind)

    def kinds(self, sentences: Sequence[str]) -> list[frozenset[Kind]]:
        """Every kind whose words are in each of an agent's sentences."""
        return [
            frozenset(kind for kind, heard in self._kinds.items() if heard.search(line))
            for line in self._lines(pl.Series(sentences, dtype=pl.String))
        ]

    def offers(self, sentences: Sequence[str]) -> list[bool]:
        """Whether each sentence offers something to choose, rather than promises it."""
        lines = self._lines(pl.Series(sentences, dtype=pl.String))
        return [
            "?" in sentence or self._offers.search(line) is not None
            for sentence, line in zip(sentences, lines, strict=True)
        ]

    def said(self, texts: pl.Series) -> pl.DataFrame:
        """One row for each text and thing it says came of a promise; see `SAID`.

        Args:
            texts: turns of customers in this language.
        """
        lines = pl.DataFrame({"line": self._lines(texts)}).with_row_index("row")
        heard = (pl.col("line").str.contains(p).alias(n) for n, p in self._told.items())
        flags = lines.select("row", *heard)
        in_vain = pl.any_horizontal(*_IN_VAIN)
        told = flags.with_columns(
            called=pl.col("called") & ~in_vain, done=pl.col("done") & ~in_vain
        )
        said = told.unpivot(index="row", variable_name="says").filter("value")
        return said.select("row", pl.col("says").cast(SAID["says"])).sort("row", "says")


def _expression(parts: Parts, tokens: Mapping[str, str]) -> str:
    """A phrase as a regular expression over lines, each word with the space behind it."""
    written = ""
    for part in parts:
        if isinstance(part, Word):
            written += f"{tokens[part.text]} "
        elif isinstance(part, Gap):
            written += rf"(?:\S+ ){{{min(part.sizes)},{max(part.sizes)}}}"
        elif isinstance(part, Choice):
            options = (_expression(option, tokens) for option in part.options)
            written += f"(?:{'|'.join(options)})"
    return written


@dataclass(frozen=True)
class _Written:
    """Words, told from others by what they say."""

    text: str
    words: PromiseWords = field(compare=False)


@lru_cache(maxsize=16)
def _compiled(written: _Written) -> Hearing:
    return Hearing(written.words)


def hearing(words: PromiseWords) -> Hearing:
    """The words of a language, compiled once a process however often they are read."""
    return _compiled(_Written(words.model_dump_json(), words))
