"""Shares beside their counts, all by the formulas of `transforms.measures`."""

import polars as pl

from transforms.measures import (
    jeffreys_bounds,
    per_hundred,
    rate,
    weighted_rate,
    wilson,
)


def with_share(counts: pl.DataFrame, numerator: str, denominator: str) -> pl.DataFrame:
    """Add `rate`, `low` and `high` (95 %, Wilson), 0-1; null where the denominator is 0."""
    low, high = wilson(numerator, denominator)
    return counts.with_columns(rate=rate(numerator, denominator), low=low, high=high)


def with_adherence(steps: pl.DataFrame) -> pl.DataFrame:
    """Add `rate`, `low` and `high` (95 %, Jeffreys) of `met` ÷ `judged`, 0-1.

    Null where nothing was judged. For the rows that are shown: the quantiles take longer
    than the bounds of `with_share`.
    """
    low, high = jeffreys_bounds(steps, "met", "judged")
    return steps.with_columns(rate=rate("met", "judged"), low=low, high=high)


def with_per_hundred(
    counts: pl.DataFrame, numerator: str, denominator: str
) -> pl.DataFrame:
    """Add `per_hundred`; null where the denominator is 0."""
    return counts.with_columns(per_hundred=per_hundred(numerator, denominator))


def adherence(steps: pl.DataFrame, *by: str) -> pl.DataFrame:
    """Adherence over several steps, one row for each group, in the groups' order.

    Args:
        steps: `met`, `judged` (met, missed or violated) and `weight` of each step.
        by: columns to group by; none gives one row.

    Returns:
        `met`, `judged`; `weighted`, the share by the playbooks' weights; `rate`, the plain
        share, with `low` and `high`.
    """
    sums = (
        pl.col("met").sum(),
        pl.col("judged").sum(),
        weighted_rate("met", "judged", "weight").alias("weighted"),
    )
    if by:
        grouped = steps.group_by(by, maintain_order=True).agg(*sums)
    else:
        grouped = steps.select(*sums)
    return with_share(grouped, "met", "judged")
