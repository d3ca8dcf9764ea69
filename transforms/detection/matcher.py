"""Hearing labels: one Aho-Corasick pass a language, then checks on hits only."""

from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Final

import numpy as np
import polars as pl

from transforms.detection.cues import FOLLOWING, KINDS, ONLY, OPENING, WHOLE
from transforms.detection.hits import WORD_BITS, Hits, uncancelled, whole_only, widest
from transforms.detection.negation import negated_after, negated_before
from transforms.detection.table import SIDES, CueTable, Numbers, cue_table
from transforms.detection.text import Lines, lines
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

_AT_ONCE: Final = 400_000
"""Texts heard in one pass; preparing it costs as much as hearing some 50,000."""


@dataclass(frozen=True)
class _Written:
    """A lexicon, told from others by what it says."""

    text: str
    lexicon: Lexicon = field(compare=False)


@lru_cache(maxsize=8)
def _compiled(written: _Written) -> CueTable:
    """A lexicon's cues, compiled once a process however often it is read."""
    return cue_table(written.lexicon)


@dataclass(frozen=True)
class Matcher:
    """Hears the labels of one language."""

    lexicon: Lexicon

    @cached_property
    def _table(self) -> CueTable:
        return _compiled(_Written(self.lexicon.model_dump_json(), self.lexicon))

    def prepare(self) -> "Matcher":
        """Compile the cues now, rather than at the first text."""
        _ = self._table
        return self

    def hear(self, texts: pl.Series, speakers: pl.Series | str) -> pl.DataFrame:
        """One row for each cue heard, in (row, start, end, label) order; see `HITS`.

        Args:
            texts: utterances in this language.
            speakers: who says each of them, or all: `agent`, `customer`, `supervisor`
                or `unknown`; others say nothing.
        """
        said = pl.select(
            text=texts,
            side=pl.lit(speakers, dtype=pl.String).replace_strict(
                SIDES, default=0, return_dtype=pl.UInt8
            ),
            row=pl.int_range(len(texts), dtype=pl.UInt32),
        )
        # People repeat themselves: of what is said on real calls, a third to a half has
        # been said before, so each distinct utterance is heard once.
        distinct = said.filter(pl.col("side") > 0).group_by("text", "side").agg("row")
        parts = [pl.DataFrame(schema=HITS)]
        for part in distinct.iter_slices(_AT_ONCE):
            heard = hear(part["text"], part["side"].to_numpy(), self._table)
            rows = part["row"].gather(heard["row"])
            parts.append(heard.with_columns(row=rows).explode("row"))
        return pl.concat(parts).sort("row", maintain_order=True)


def hear(texts: pl.Series, sides: Numbers, table: CueTable) -> pl.DataFrame:
    """One row for each cue of the table heard, in (row, start, end, label) order.

    Args:
        texts: utterances, at least one.
        sides: the bits of `SIDES` that the speaker of each may take.
        table: the cues.
    """
    written = lines(texts, fold=table.fold)
    found = _found(written, sides, table)
    hits = widest(_standing(found, written, table))
    hits = whole_only(hits, table.whole, written)
    hits = hits.where(np.lexsort((hits.label, hits.last, hits.first)))
    start, end = written.spans(hits.first, hits.last)
    return pl.DataFrame(
        {
            "row": written.rows(hits.first),
            "label": pl.Series(table.labels).gather(hits.label),
            "start": start,
            "end": end,
            "cue": table.phrases.gather(hits.cue),
            "is_severe": table.kind[hits.cue] == KINDS.index("severe"),
        },
        schema_overrides=HITS,
    )


def _found(written: Lines, sides: Numbers, table: CueTable) -> Hits:
    """Every cue that stands in the lines of a speaker who can say it."""
    words, needles = _occurrences(written, table)
    uses = table.uses
    counts = uses.first[needles + 1] - uses.first[needles]
    use = np.repeat(uses.first[needles], counts)
    use += np.arange(len(use)) - np.repeat(np.cumsum(counts) - counts, counts)
    said = (uses.sides[use] & np.repeat(sides[written.rows(words)], counts)) > 0
    use, first = use[said], np.repeat(words, counts)[said]
    is_whole = uses.piece[use] == WHOLE
    return _whole_cues(use[is_whole], first[is_whole], written, table).plus(
        _read_on(use[~is_whole], first[~is_whole], written, table)
    )


def _occurrences(written: Lines, table: CueTable) -> tuple[Numbers, Numbers]:
    """Each needle found: how many spaces stand before it, and its number."""
    offsets = written.whole.str.find_many(table.needles, overlapping=True).explode()
    texts = written.whole.str.extract_many(table.needles, overlapping=True).explode()
    words = np.searchsorted(written.spaces, offsets.drop_nulls().to_numpy())
    numbers = texts.drop_nulls().cast(table.numbers).to_physical().to_numpy()
    return words, numbers.astype(np.int64)


def _whole_cues(use: Numbers, word: Numbers, written: Lines, table: CueTable) -> Hits:
    """Hits of needles that are whole cues, where they may stand."""
    uses = table.uses
    first = word - uses.opens_inside[use]
    hits = Hits(
        table.label[uses.cue[use]], uses.cue[use], first, first + uses.words[use]
    )
    at_start, at_end = uses.at_start[use], uses.at_end[use]
    standing = np.ones(len(use), dtype=np.bool_)
    standing[at_start] = written.starts_line(first[at_start])
    standing[at_end] &= written.starts_line(hits.last[at_end] + 1)
    return hits.where(standing)


def _read_on(use: Numbers, word: Numbers, written: Lines, table: CueTable) -> Hits:
    """Let the automaton read on from wherever the pieces of a cue were met in order."""
    uses = table.uses
    word = word - uses.opens_inside[use]
    cue, piece = uses.cue[use], uses.piece[use]
    place = (cue << WORD_BITS) + word
    following = np.sort(place[piece == FOLLOWING])
    may_open = np.flatnonzero(piece == OPENING)
    at = np.searchsorted(following, place[may_open])
    nearest = np.append(following, np.iinfo(np.int64).max)[at]
    reached = nearest - place[may_open] <= table.reach[cue[may_open]]
    met = np.concatenate((np.flatnonzero(piece == ONLY), may_open[reached]))
    begin = np.sort(_beginnings(use[met], word[met], written, table))
    begin = begin[np.diff(begin, prepend=-1) > 0]
    cue, first = begin >> WORD_BITS, begin & ((1 << WORD_BITS) - 1)
    hits, last = table.automaton.longest_from(cue, first, written)
    return Hits(table.label[cue[hits]], cue[hits], first[hits], last)


def _beginnings(
    use: Numbers, word: Numbers, written: Lines, table: CueTable
) -> Numbers:
    """Cue and word wherever one may begin of which a piece stands at a word."""
    cue, least, most = table.uses.cue[use], table.uses.least[use], table.uses.most[use]
    before = word - written.first[written.rows(word)]
    is_opening = table.opens_line[cue]
    farthest = np.minimum(most, before)
    nearest = np.where(is_opening, np.maximum(least, before), least)
    counts = np.maximum(farthest - nearest + 1, 0)
    place = np.repeat((cue << WORD_BITS) + word - nearest, counts)
    again = np.repeat(np.cumsum(counts) - counts, counts)
    return place - (np.arange(len(place)) - again)


def _standing(found: Hits, written: Lines, table: CueTable) -> Hits:
    """Leave out hits that run over a sentence's end, are negated, or cancelled."""
    kind = table.kind[found.cue]
    is_hit = (kind == KINDS.index("phrase")) | (kind == KINDS.index("severe"))
    before, after, unless = (
        found.where(kind == KINDS.index(one)) for one in ("before", "after", "unless")
    )
    hits = found.where(is_hit)
    hits = hits.where(~written.sentence_ends_in(hits.first, hits.last))
    near = negated_before(hits.first, before.first, written, table.within)
    near |= negated_after(hits.last - 1, after.first, written, table.within_after)
    hits = hits.where(~(near & table.negatable[hits.cue]))
    return uncancelled(hits, unless)
