"""Agents compared on steps: each against what the same steps get from all, in the same queue."""

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl
from scipy.special import ndtr

from transforms.measures.funnel import LEVELS, funnel, limits
from transforms.measures.rates import Floats
from transforms.measures.shrinkage import (
    beta_binomial_prior,
    interval,
    pooled_interval,
    posterior,
)

SURE: Final = 0.975
"""Probability from which on one agent's rate is told apart from another's, one-sided."""


def standardised(cells: pl.DataFrame, unit: str, strata: list[str]) -> pl.DataFrame:
    """One row for each unit: what was met, and what all units together lead one to expect.

    Indirect standardisation: expected is Σ weight·judged·(rate of the stratum over all
    units). The unit is part of those rates; given each stratum's totals its count is
    hypergeometric, so that the variance is weight²·judged·p(1-p)·(N - judged)/(N - 1) and
    the comparison is the two-sample one with the others (P. Armitage, G. Berry, J. N. S.
    Matthews, 'Statistical methods in medical research', 4th ed. 2002, sections 4.5, 19.3).
    Strata that one unit has to itself are left out: there is nobody to compare with.

    Args:
        cells: for each unit and stratum one row with `met`, `judged` and `weight`.
        unit: the column of those compared.
        strata: columns within which a rate is common: step, queue, language.

    Returns:
        `met`, `judged`; `most_judged`, over single steps, no more than the calls behind it;
        `weighed`, Σ weight·judged; `observed`, `expected` and `variance`, weighted alike;
        `sampling`, the variance if the rates were known: Σ weight²·judged·p(1-p).
    """
    per_step = [name for name in strata if name in ("playbook", "step")]
    judged, met = pl.col("judged"), pl.col("met")
    w, p, n = pl.col("weight"), pl.col("_p"), pl.col("_n")
    by_chance = w * w * judged * p * (1 - p)
    rows = (
        cells.filter(judged > 0)
        .with_columns(pl.col("weight", "met", "judged").cast(pl.Float64))
        .with_columns(_n=judged.sum().over(strata), _m=met.sum().over(strata))
        .filter(n > judged)
        .with_columns(_p=pl.col("_m") / n)
    )
    most = (
        rows.group_by(unit, *per_step)
        .agg(judged.sum())
        .group_by(unit)
        .agg(most_judged=judged.max().cast(pl.UInt32))
    )
    return (
        rows.group_by(unit)
        .agg(
            met.sum().cast(pl.UInt32),
            judged.sum().cast(pl.UInt32),
            weighed=(w * judged).sum(),
            observed=(w * met).sum(),
            expected=(w * judged * p).sum(),
            variance=(by_chance * (n - judged) / (n - 1)).sum(),
            sampling=by_chance.sum(),
        )
        .join(most, on=unit, validate="1:1")
        .sort(unit)
    )


def _placed(
    cells: pl.DataFrame, unit: str, strata: list[str], variance: str
) -> tuple[pl.DataFrame, float]:
    """Standardised rows on one scale, and the share met over all of them.

    `difference` is (observed - expected) ÷ weighed, in shares; `size` the number of
    opportunities that would vary as much at the common share: weighed²·p(1-p) ÷ variance.
    """
    rows = standardised(cells, unit, strata)
    common = float(rows["observed"].sum()) / (float(rows["weighed"].sum()) or 1.0)
    share, target = (
        pl.col(name) / pl.col("weighed") for name in ("observed", "expected")
    )
    sizes = pl.col("weighed") ** 2 * common * (1 - common) / pl.col(variance)
    placed = rows.with_columns(
        share=share,
        target=target,
        difference=share - target,
        size=pl.when(pl.col(variance) > 0).then(sizes).otherwise("weighed"),
    )
    return placed, common


@dataclass(frozen=True)
class Funnel:
    """Units in the funnel of their shares.

    Attributes:
        units: the rows, with `share`, `target`, `difference` and `size`, and of `funnel`
            `z`, `p`, `q`, `outside`, `is_flagged`; limits are of the difference.
        target: the share met over all of them.
        phi: by what the variance is multiplied.
    """

    units: pl.DataFrame
    target: float
    phi: float

    def curve(self, sizes: Floats, level: float) -> tuple[Floats, Floats]:
        """Limits of the difference for these sizes, within what a share can be."""
        expected = sizes * self.target
        low, high = limits(expected, expected * (1 - self.target), level, self.phi)
        shares = (np.clip(bound / sizes, 0.0, 1.0) for bound in (low, high))
        low, high = (share - self.target for share in shares)
        return low, high


def share_funnel(cells: pl.DataFrame, unit: str, strata: list[str]) -> Funnel | None:
    """The units' shares against what is expected of them, with funnel limits.

    The difference from what is expected is in shares (0.05: five of a hundred more were
    met). With one stratum the limits are those of a binomial share around its target; over
    several, units are placed by the size of sample that would vary as much.

    Steps of one call go together, which the variance of a total over several steps does
    not know: what it lacks shows as overdispersion, where there are enough units to test.

    Returns:
        Nothing where no unit can be compared with another.
    """
    rows, target = _placed(cells, unit, strata, "variance")
    if rows.is_empty():
        return None
    size, spread = pl.col("size"), target * (1 - target)
    found = funnel(
        rows.with_columns(
            observed=((target + pl.col("difference")) * size).clip(0.0, size),
            expected=target * size,
            variance=spread * size,
        )
    )
    bounds = [f"{side}{name}" for name in LEVELS for side in ("low", "high")]
    shown = found.with_columns(
        (pl.col(bounds) * target).clip(0.0, 1.0) - target
    ).with_columns(rows["observed", "expected", "variance"])
    return Funnel(shown, target, float(found["phi"][0]))


@dataclass(frozen=True)
class RatioFunnel:
    """Units in the funnel of observed ÷ expected.

    Attributes:
        units: the rows of `funnel`, with `size`.
        phi: by what the variance is multiplied.
        per_expected: variance ÷ expected, over all units.
    """

    units: pl.DataFrame
    phi: float
    per_expected: float

    def curve(self, sizes: Floats, level: float) -> tuple[Floats, Floats]:
        """Limits of the ratio for these sizes."""
        low, high = limits(sizes, sizes * self.per_expected, level, self.phi)
        return low / sizes, high / sizes


def ratio_funnel(units: pl.DataFrame) -> RatioFunnel | None:
    """Units with `observed`, `expected`, `variance` in one funnel; see `funnel`.

    `size` is the number expected, scaled so that units of one size vary alike: expected² ÷
    variance × the variance that all units have for one expected.

    Returns:
        Nothing where chance has no say for any unit.
    """
    told = units.filter((pl.col("expected") > 0) & (pl.col("variance") > 0))
    if told.is_empty():
        return None
    per_expected = float(told["variance"].sum()) / float(told["expected"].sum())
    size = pl.col("expected") ** 2 / pl.col("variance") * per_expected
    found = funnel(told).with_columns(size=size)
    return RatioFunnel(found, float(found["phi"][0]), per_expected)


def shrunken(
    cells: pl.DataFrame, unit: str, strata: list[str], least: int
) -> pl.DataFrame:
    """One row for each unit: its share shrunk toward its strata's, with interval and rank.

    A unit's share is first placed beside what its strata (the step's rate in the same
    queue, say) lead one to expect, then shrunk toward that by `beta_binomial_prior`, so
    that nobody gains by easy steps or queues. In one stratum that is the posterior of its
    counts; over several, counts are of the sample that would vary as much, and `shrunk` is
    the common share plus the unit's own shrunk difference.

    Ranks are of shrunk shares, the highest first; equal ones share a rank. Whoever has
    fewer than `least` opportunities in each step is not ranked. `rank_from` and `rank_to`
    say what is known of a rank: one more than the ranked units that are surely higher
    (probability over `SURE`), and how many are not surely lower. H. Goldstein, D. J.
    Spiegelhalter, 'League tables and their limitations', JRSS A 159 (1996) 385-443, show
    how wide such ranges are; posterior differences are taken as normal.

    Returns:
        `met`, `judged`, `most_judged`; `share`, and its `target`; `shrunk`, `low`, `high`
        (95 %); `rank`, `rank_from`, `rank_to`, null for those not ranked.
    """
    rows, common = _placed(cells, unit, strata, "sampling")
    size = rows["size"].round(0).to_numpy()
    placed = (common + rows["difference"].to_numpy()).clip(0.0, 1.0)
    met = np.round(placed * size)
    prior = beta_binomial_prior(met, size)
    believed = posterior(met, size, prior)
    low, high = interval(believed)
    if math.isinf(prior.concentration) and prior.judged:
        low, high = (np.full_like(low, bound) for bound in pooled_interval(prior))
    ranks = _ranks(
        believed.mean,
        np.sqrt(believed.variance),
        (rows["most_judged"] >= least).to_numpy(),
    )
    return rows.select(
        unit,
        "met",
        "judged",
        "most_judged",
        "share",
        "target",
        shrunk=pl.Series(believed.mean, dtype=pl.Float64),
        low=pl.Series(low, dtype=pl.Float64),
        high=pl.Series(high, dtype=pl.Float64),
        **ranks,
    )


def _ranks(mean: Floats, deviation: Floats, is_ranked: Any) -> dict[str, pl.Series]:
    """Rank, and the ranks that cannot be excluded, of those who are ranked."""
    at, sd = mean[is_ranked], deviation[is_ranked]
    apart = np.sqrt(sd[:, None] ** 2 + sd[None, :] ** 2)
    gap = at[None, :] - at[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        is_higher = np.nan_to_num(ndtr(gap / apart), nan=0.5)
    # Rounding must not tell apart what is equal.
    ranked = {
        "rank": 1 + np.sum(gap > 1e-12, axis=1),
        "rank_from": 1 + np.sum(is_higher > SURE, axis=1),
        "rank_to": at.size - np.sum(is_higher < 1 - SURE, axis=1),
    }
    places = np.flatnonzero(is_ranked)
    told: dict[str, pl.Series] = {}
    for name, values in ranked.items():
        column = np.full(mean.size, -1, dtype=np.int64)
        column[places] = values
        told[name] = pl.Series(
            [int(value) if value > 0 else None for value in column], dtype=pl.UInt32
        )
    return told
