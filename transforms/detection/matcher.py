"""Hearing labels: one Aho-Corasick pass a language and speaker, then checks on hits only."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import polars as pl

from transforms.detection.cues import SIDES, CueTable, cue_tables
from transforms.detection.negation import negated
from transforms.detection.text import Words, normalise, words
from transforms.knowledge.lexicon import Lexicon

HITS: Final = pl.Schema(
    {
        "row": pl.UInt32,
        "label": pl.String,
        "start": pl.UInt32,
        "end": pl.UInt32,
        "cue": pl.String,
        "is_severe": pl.Boolean,
    }
)
"""One row a cue heard: the text's place in the series, the span in code points (end
exclusive), the cue as the lexicon writes it."""


@dataclass(frozen=True)
class Matcher:
    """Hears the labels of one language."""

    lexicon: Lexicon

    @cached_property
    def _tables(self) -> dict[frozenset[str], CueTable]:
        return cue_tables(self.lexicon)

    def prepare(self) -> "Matcher":
        """Compile the cues now, rather than at the first text."""
        _ = self._tables
        return self

    def hear(self, texts: pl.Series, speaker: str) -> pl.DataFrame:
        """One row for each cue heard in texts of one speaker; see `HITS`.

        Args:
            texts: utterances in this language.
            speaker: `agent`, `customer`, `supervisor` or `unknown`; others say nothing.
        """
        labels = SIDES.get(speaker)
        if labels is None or texts.is_empty():
            return pl.DataFrame(schema=HITS)
        return hear(texts, self._tables[labels])


def hear(texts: pl.Series, table: CueTable) -> pl.DataFrame:
    """One row for each cue of the table heard in the texts, in (row, start) order."""
    lines = normalise(texts, fold=table.fold)
    offsets = lines.str.find_many(list(table.literals), overlapping=True)
    rows = (offsets.list.len() > 0).arg_true()
    if rows.is_empty():
        return pl.DataFrame(schema=HITS)
    lines = lines.gather(rows)
    matched = lines.str.extract_many(list(table.literals), overlapping=True)
    candidates = pl.DataFrame(
        {"offset": offsets.gather(rows), "literal": matched}
    ).with_row_index("row").explode("offset", "literal")
    found = _found(candidates, lines, table)
    spans = words(texts.gather(rows), fold=table.fold)
    kept = _kept(found, lines, spans, table)
    at = spans.first[kept["row"].to_numpy()]
    return (
        kept.with_columns(
            row=rows.gather(kept["row"]),
            start=pl.Series(spans.start[at + kept["first"].to_numpy()]),
            end=pl.Series(spans.end[at + kept["last"].to_numpy() - 1]),
            cue=pl.col("phrase"),
            is_severe=pl.col("kind") == "severe",
        )
        .select(pl.col(name).cast(dtype) for name, dtype in HITS.items())
        .sort("row", "start", "end", "label")
    )


def _found(candidates: pl.DataFrame, lines: pl.Series, table: CueTable) -> pl.DataFrame:
    """Candidates with their cues and the words they cover: `first`, `last` (exclusive)."""
    candidates = candidates.with_columns(word=_words_before(candidates, lines))
    joined = candidates.join(table.by_literal, on="literal", how="inner")
    plain = joined.filter(~pl.col("is_regex")).with_columns(
        first=pl.col("word") - pl.col("opens_inside").cast(pl.Int64)
    )
    plain = plain.with_columns(last=pl.col("first") + pl.col("cue_words"))
    length = lines.str.count_matches(" ", literal=True).cast(pl.Int64) - 1
    plain = plain.filter(
        ~pl.col("at_start") | (pl.col("first") == 0),
        ~pl.col("at_end") | (pl.col("last") == length.gather(plain["row"])),
    )
    kept = ["row", "cue", "first", "last"]
    spans = pl.concat([plain.select(kept), _regex_spans(joined, lines, table)])
    return spans.join(table.cues, on="cue", how="left")


def _words_before(candidates: pl.DataFrame, lines: pl.Series) -> pl.Series:
    """How many words end before each candidate's byte offset."""
    run = np.frombuffer("".join(lines.to_list()).encode(), dtype=np.uint8)
    spaces = np.concatenate(([0], np.cumsum(run == ord(" "), dtype=np.int32)))
    lengths = lines.str.len_bytes().to_numpy()
    starts = np.concatenate(([0], np.cumsum(lengths, dtype=np.int64)))
    at = starts[candidates["row"].to_numpy()]
    places = at + candidates["offset"].to_numpy()
    return pl.Series((spaces[places] - spaces[at]).astype(np.int64))


def _regex_spans(
    joined: pl.DataFrame, lines: pl.Series, table: CueTable
) -> pl.DataFrame:
    """Run each regex on the lines in which its anchor was heard."""
    found: list[tuple[int, int, int, int]] = []
    anchored = (
        joined.lazy()
        .filter("is_regex")
        .group_by("row", "cue")
        .agg(pl.col("piece").n_unique(), pl.col("pieces").first())
        .filter(pl.col("piece") == pl.col("pieces"))
        .select("row", "cue")
        .collect()
    )
    anchored = anchored.with_columns(line=lines.gather(anchored["row"]))
    for row, cue, line in anchored.iter_rows():
        regex, position = table.regexes[cue], 0
        while match := regex.search(line, position):
            first = line.count(" ", 0, match.start()) - 1
            last = first + match[0].strip().count(" ") + 1
            found.append((row, cue, first, last))
            position = match.start() + 1
    schema = {"row": pl.UInt32, "cue": pl.UInt32, "first": pl.Int64, "last": pl.Int64}
    return pl.DataFrame(found, schema=schema, orient="row")


def _kept(
    found: pl.DataFrame, lines: pl.Series, spans: Words, table: CueTable
) -> pl.DataFrame:
    """Drop what runs over a sentence's end, is negated, cancelled or not the whole."""
    heard = found.filter(pl.col("kind") != "unless")
    at = spans.first[heard["row"].to_numpy()]
    breaks = spans.sentence_breaks
    inner = (
        breaks[at + heard["last"].to_numpy() - 1]
        - breaks[at + heard["first"].to_numpy()]
    )
    heard = heard.filter(pl.Series(inner == 0))
    heard = heard.filter(~negated(heard, lines, spans, table))
    heard = _uncancelled(heard, found.filter(pl.col("kind") == "unless"))
    return _widest(_covering(heard, lines))


def _uncancelled(heard: pl.DataFrame, unless: pl.DataFrame) -> pl.DataFrame:
    """Leave out hits that share a word with a cancelling phrase of their label."""
    if unless.is_empty():
        return heard
    heard = heard.with_row_index("hit")
    cancelled = (
        heard.join(unless, on=["row", "label"], suffix="_unless")
        .filter(
            pl.col("first") < pl.col("last_unless"),
            pl.col("first_unless") < pl.col("last"),
        )
        .select("hit")
        .unique()
    )
    return heard.join(cancelled, on="hit", how="anti").drop("hit")


def _covering(heard: pl.DataFrame, lines: pl.Series) -> pl.DataFrame:
    """Of labels that must cover the whole utterance, keep the hits of those that do."""
    whole = heard.filter("whole")
    if whole.is_empty():
        return heard
    length = lines.str.count_matches(" ", literal=True).cast(pl.UInt32) - 1
    covering = (
        whole.select("row", "label", word=pl.int_ranges("first", "last"))
        .explode("word")
        .group_by("row", "label")
        .agg(covered=pl.col("word").n_unique())
    )
    covering = covering.filter(
        pl.col("covered") == length.gather(covering["row"])
    ).select("row", "label")
    return pl.concat(
        [
            heard.filter(~pl.col("whole")),
            whole.join(covering, on=["row", "label"], how="semi"),
        ]
    )


def _widest(heard: pl.DataFrame) -> pl.DataFrame:
    """Leave out hits that lie within another hit of the same label."""
    ordered = heard.sort(
        "row", "label", "first", "last", "cue", descending=[False, False, False, True, False]
    )
    reached = pl.col("last").cum_max().shift(1).over("row", "label")
    return ordered.filter(reached.is_null() | (pl.col("last") > reached))
