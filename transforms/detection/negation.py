"""Negation: a negator near a cue, in the same clause, turns it round."""

import numpy as np
import polars as pl

from transforms.detection.cues import CueTable
from transforms.detection.text import Words


def negated(
    heard: pl.DataFrame, lines: pl.Series, spans: Words, table: CueTable
) -> pl.Series:
    """Whether each hit is negated: Booleans in the order of `heard`.

    Args:
        heard: hits with `row`, `first`, `last` (words, exclusive) and `negatable`.
        lines: the normalised lines that `row` counts.
        spans: the words of the same texts.
        table: the negators, and how many words away they reach.
    """
    hits = heard.with_row_index("hit").filter("negatable")
    if hits.is_empty():
        return pl.repeat(value=False, n=heard.height, eager=True)
    before = _near(hits, lines, spans, table.negators_before, table.within, after=False)
    after = _near(
        hits, lines, spans, table.negators_after, table.within_after, after=True
    )
    flags = np.zeros(heard.height, dtype=bool)
    flags[before.to_numpy()] = True
    flags[after.to_numpy()] = True
    return pl.Series(flags)


def _near(  # noqa: PLR0913, RUF100
    hits: pl.DataFrame,
    lines: pl.Series,
    spans: Words,
    negators: tuple[str, ...],
    within: int,
    *,
    after: bool,
) -> pl.Series:
    """Numbers of the hits with a negator at most `within` words away in their clause."""
    rows = hits["row"].unique().sort()
    places = lines.gather(rows).str.find_many(list(negators), overlapping=True)
    near = (
        pl.DataFrame({"row": rows, "line": lines.gather(rows), "offset": places})
        .filter(pl.col("offset").list.len() > 0)
        .explode("offset")
        .with_columns(
            negator=pl.col("line")
            .cast(pl.Binary)
            .bin.slice(0, pl.col("offset"))
            .cast(pl.String)
            .str.count_matches(" ", literal=True)
            .cast(pl.Int64)
        )
        .select("row", "negator")
    )
    distance = (
        pl.col("negator") - pl.col("last") + 1
        if after
        else pl.col("first") - pl.col("negator")
    )
    pairs = hits.join(near, on="row").filter(distance.is_between(1, within))
    at = spans.first[pairs["row"].to_numpy()]
    lower = pairs["last"] - 1 if after else pairs["negator"]
    upper = pairs["negator"] if after else pairs["first"]
    breaks = spans.clause_breaks
    crossed = breaks[at + upper.to_numpy()] - breaks[at + lower.to_numpy()]
    return pairs.filter(pl.Series(crossed == 0))["hit"]
