"""Waiting times of which some are cut off: the share that has not come yet, and its interval."""

from typing import Final

import polars as pl
from scipy.special import ndtri

_CONFIDENCE: Final = 0.95


def kaplan_meier(exits: pl.DataFrame, confidence: float = _CONFIDENCE) -> pl.DataFrame:
    """Kaplan and Meier's estimate of the share still waiting, from additive counts.

    S(t) = Π (1 - dᵢ/nᵢ) over the times up to t; E. L. Kaplan, P. Meier, 'Nonparametric
    estimation from incomplete observations', JASA 53 (1958) 457-481. The interval is by
    Greenwood's variance on the scale of log(-log S), which keeps it within 0-1: J. D.
    Kalbfleisch, R. L. Prentice, The Statistical Analysis of Failure Time Data (2002),
    section 1.4. Those cut off at a time are at risk until just after it.

    Args:
        exits: `time`, and how many left at it: `events` for what is waited for, `censored`
            for those who could be followed no further. Rows of one time are summed, so
            that any filter is a sum. Times may come in any order.
        confidence: of the interval.

    Returns:
        One row for each time, in order: `time`, `at_risk`, `events`, `censored`,
        `survival`, `low`, `high`. Without an event yet, and once nobody is left, the
        interval is null: the formula has none there.
    """
    z = float(ndtri(0.5 + confidence / 2))
    counted = (
        exits.group_by("time")
        .agg(pl.col("events", "censored").cast(pl.Int64).sum())
        .sort("time")
        .with_columns(leaving=pl.col("events") + pl.col("censored"))
        .with_columns(at_risk=pl.col("leaving").cum_sum(reverse=True))
    )
    n, d = pl.col("at_risk").cast(pl.Float64), pl.col("events").cast(pl.Float64)
    waiting = counted.with_columns(
        survival=pl.when(n > 0).then(1 - d / n).otherwise(1.0).cum_prod(),
        # With all that are left gone the term is infinite, and so is the variance.
        greenwood=pl.when(d > 0).then(d / (n * (n - d))).otherwise(0.0).cum_sum(),
    )
    s = pl.col("survival")
    reach = z * pl.col("greenwood").sqrt() / s.log().abs()
    inside = (s > 0) & (s < 1)
    return waiting.with_columns(
        low=pl.when(inside).then(s.pow(reach.exp())),
        high=pl.when(inside).then(s.pow((-reach).exp())),
    ).select("time", "at_risk", "events", "censored", "survival", "low", "high")
