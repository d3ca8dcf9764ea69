"""Hearing labels: one Aho-Corasick pass a language, then checks on hits only."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import polars as pl

from transforms.detection.cues import KINDS
from transforms.detection.hits import Hits, uncancelled, whole_only, widest
from transforms.detection.negation import is_negated_after, is_negated_before
from transforms.detection.table import SIDES, CueTable, Flags, Numbers, cue_table
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
"""Texts heard in one pass: compiling the pass costs as much as hearing some thousands."""


@dataclass(frozen=True)
class Matcher:
    """Hears the labels of one language."""

    lexicon: Lexicon

    @cached_property
    def _table(self) -> CueTable:
        return cue_table(self.lexicon)

    def prepare(self) -> "Matcher":
        """Compile the cues now, rather than at the first text."""
        _ = self._table
        return self

    def hear(self, texts: pl.Series, speakers: pl.Series | str) -> pl.DataFrame:
        """One row for each cue heard, in (row, start) order; see `HITS`.

        Args:
            texts: utterances in this language.
            speakers: who says each of them, or all: `agent`, `customer`, `supervisor`
                or `unknown`; others say nothing.
        """
        if isinstance(speakers, str):
            speakers = pl.Series([speakers]).new_from_index(0, len(texts))
        sides = speakers.cast(pl.String).replace_strict(
            SIDES, default=0, return_dtype=pl.UInt8
        )
        spoken = (sides > 0).arg_true()
        parts = [pl.DataFrame(schema=HITS)]
        for start in range(0, len(spoken), _AT_ONCE):
            rows = spoken.slice(start, _AT_ONCE)
            heard = hear(texts.gather(rows), sides.gather(rows).to_numpy(), self._table)
            parts.append(heard.with_columns(row=rows.gather(heard["row"])))
        return pl.concat(parts)


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
    rows = written.rows(words)
    uses = table.uses
    counts = uses.first[needles + 1] - uses.first[needles]
    nth = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    use = np.repeat(uses.first[needles], counts) + nth
    row, cue = np.repeat(rows, counts), uses.cue[use]
    said = (table.sides[cue] & sides[row]) > 0
    use, row, cue = use[said], row[said], cue[said]
    first = np.repeat(words, counts)[said] - uses.opens_inside[use]
    last = first + uses.words[use]
    is_whole = ~table.has_regex[cue]
    is_whole &= ~uses.at_start[use] | (first == written.first[row])
    is_whole &= ~uses.at_end[use] | (last == written.first[row + 1] - 1)
    plain = Hits(table.label[cue[is_whole]], cue[is_whole], first[is_whole], last[is_whole])
    gapped = table.has_regex[cue]
    met = _all_pieces_met(row[gapped], cue[gapped], uses.piece[use[gapped]], table)
    return plain.plus(_by_regex(*met, written, table))


def _occurrences(written: Lines, table: CueTable) -> tuple[Numbers, Numbers]:
    """The word at which each needle found begins or ends the gap, and the needle."""
    offsets = written.whole.str.find_many(table.needles, overlapping=True).explode()
    texts = written.whole.str.extract_many(table.needles, overlapping=True).explode()
    offsets, texts = offsets.drop_nulls(), texts.drop_nulls()
    words = np.searchsorted(written.spaces, offsets.to_numpy())
    return words, texts.cast(table.numbers).to_physical().to_numpy().astype(np.int64)


def _all_pieces_met(
    row: Numbers, cue: Numbers, piece: Numbers, table: CueTable
) -> tuple[Numbers, Numbers]:
    """Rows and cues of which the row has every piece that must be met: one or two."""
    pairs = np.unique((row * len(table.label) + cue) * 2 + piece) // 2
    row, cue = np.divmod(pairs, len(table.label))
    met = table.pieces[cue] == 1
    met[1:] |= pairs[1:] == pairs[:-1]
    return row[met], cue[met]


def _by_regex(rows: Numbers, cues: Numbers, written: Lines, table: CueTable) -> Hits:
    """Run each cue's regex on the line in which its anchors were met."""
    spans = np.array(
        list(_matches(rows, cues, written, table)), dtype=np.int64
    ).reshape(-1, 3)
    cue, start, end = spans.T
    # A match begins after a word's space, and ends after another's.
    first = np.searchsorted(written.spaces, start) - 1
    last = np.searchsorted(written.spaces, end) - 1
    return Hits(table.label[cue], cue, first, last)


def _matches(
    rows: Numbers, cues: Numbers, written: Lines, table: CueTable
) -> Iterator[tuple[int, int, int]]:
    run = written.line.tobytes()
    ends = np.append(written.spaces, len(run))[written.first]
    for row, cue in zip(rows.tolist(), cues.tolist(), strict=True):
        regex, position, end = table.regexes[cue], int(ends[row]), int(ends[row + 1])
        while match := regex.search(run, position, end):
            yield cue, *match.span()
            position = match.start() + 1


def _standing(found: Hits, written: Lines, table: CueTable) -> Hits:
    """Leave out hits that run over a sentence's end, are negated, or cancelled."""
    kind = table.kind[found.cue]
    unless, before, after = (kind == KINDS.index(k) for k in ("unless", "before", "after"))
    hits = found.where(~(unless | before | after))
    breaks = written.sentence_breaks
    hits = hits.where(breaks[hits.last - 1] == breaks[hits.first])
    hits = hits.where(
        ~_negated(hits, np.sort(found.first[before]), np.sort(found.first[after]), written, table)
    )
    return uncancelled(hits, found.where(unless))


def _negated(
    hits: Hits, before: Numbers, after: Numbers, written: Lines, table: CueTable
) -> Flags:
    breaks = written.clause_breaks
    near = is_negated_before(hits.first, before, breaks, table.within)
    near |= is_negated_after(hits.last - 1, after, breaks, table.within_after)
    return near & table.negatable[hits.cue]
