"""Every formula for rates, in one place, each with its source.

A rate never travels alone: numerator and denominator go with it, and a denominator of zero
gives null, never 0.
"""

from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.special import betaincinv, ndtri

Floats = npt.NDArray[np.float64]
_CONFIDENCE: Final = 0.95


def rate(numerator: str, denominator: str) -> pl.Expr:
    """Share of two counted columns, 0-1; null where the denominator is zero."""
    return pl.when(pl.col(denominator) > 0).then(
        pl.col(numerator) / pl.col(denominator)
    )


def per_hundred(numerator: str, denominator: str) -> pl.Expr:
    """Breaches (or other counts) per 100 calls; null where there are no calls.

    May exceed 100: one call can hold several breaches.
    """
    return 100 * rate(numerator, denominator)


def wilson(
    numerator: str, denominator: str, confidence: float = _CONFIDENCE
) -> tuple[pl.Expr, pl.Expr]:
    """Wilson's score interval of a share: its lower and upper bound, 0-1.

    E. B. Wilson, 'Probable inference, the law of succession, and statistical inference',
    JASA 22 (1927) 209-212; recommended for small counts by R. G. Newcombe, Statistics in
    Medicine 17 (1998) 857-872, and L. D. Brown, T. T. Cai, A. DasGupta, Statistical
    Science 16 (2001) 101-133.

    Returns:
        Two expressions; null where the denominator is zero.
    """
    z = float(ndtri(0.5 + confidence / 2))
    met = pl.col(numerator).cast(pl.Float64)
    n = pl.col(denominator).cast(pl.Float64)
    share = met / n
    scale = 1 + z * z / n
    centre = (share + z * z / (2 * n)) / scale
    reach = z * (share * (1 - share) / n + z * z / (4 * n * n)).sqrt() / scale
    counted = pl.when(n > 0)
    # At 0 and at n of n the bound is exact; rounding would put it beside.
    low = pl.when(met == 0).then(0.0).otherwise((centre - reach).clip(0.0, 1.0))
    high = pl.when(met == n).then(1.0).otherwise((centre + reach).clip(0.0, 1.0))
    return counted.then(low), counted.then(high)


def jeffreys(
    numerator: npt.ArrayLike,
    denominator: npt.ArrayLike,
    confidence: float = _CONFIDENCE,
) -> tuple[Floats, Floats]:
    """Jeffreys' interval of a share: equal-tailed, of the posterior Beta(x + ½, n - x + ½).

    L. D. Brown, T. T. Cai, A. DasGupta, 'Interval estimation for a binomial proportion',
    Statistical Science 16 (2001) 101-133, section 4.1.2, with their lower bound 0 at x = 0
    and upper bound 1 at x = n.

    Returns:
        Lower and upper bounds, 0-1; NaN where the denominator is zero.
    """
    x = np.asarray(numerator, dtype=np.float64)
    n = np.asarray(denominator, dtype=np.float64)
    tail = (1 - confidence) / 2
    low = np.where(x == 0, 0.0, betaincinv(x + 0.5, n - x + 0.5, tail))
    high = np.where(x == n, 1.0, betaincinv(x + 0.5, n - x + 0.5, 1 - tail))
    return np.where(n > 0, low, np.nan), np.where(n > 0, high, np.nan)


def jeffreys_bounds(
    counts: pl.DataFrame,
    numerator: str,
    denominator: str,
    confidence: float = _CONFIDENCE,
) -> tuple[pl.Series, pl.Series]:
    """Jeffreys' interval of two counted columns; null where the denominator is zero."""
    low, high = jeffreys(counts[numerator], counts[denominator], confidence)
    return pl.Series(low).fill_nan(None), pl.Series(high).fill_nan(None)


def weighted_rate(met: str, judged: str, weight: str) -> pl.Expr:
    """Adherence over several steps, each by its weight: Σ w·met ÷ Σ w·judged.

    A ratio of sums, so that a step with few opportunities does not count as much as one
    with many; with equal weights it is met ÷ judged over all steps. For use in an
    aggregation; null where nothing was judged.
    """
    weights = pl.col(weight).cast(pl.Float64)
    judged_weight = (weights * pl.col(judged)).sum()
    return pl.when(judged_weight > 0).then(
        (weights * pl.col(met)).sum() / judged_weight
    )
