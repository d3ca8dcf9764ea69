"""Empirical Bayes: an agent's rate, drawn toward the others' the more, the less is known."""

import math
from dataclasses import dataclass
from typing import Any, Final, cast

import numpy as np
import numpy.typing as npt
from scipy import optimize
from scipy.special import betaincinv, logit

from transforms.measures.rates import Floats, jeffreys

_CONFIDENCE: Final = 0.95
_CONCENTRATIONS: Final = (0.5, 1e5)
"""Of fitted priors; over the upper one the agents cannot be told from equal ones."""
_GAIN: Final = 1e-6
"""By how much a likelihood must beat that of equal agents, in natural logarithms."""


@dataclass(frozen=True)
class Prior:
    """How the agents' true rates of one step spread: Beta(mean·M, (1 - mean)·M).

    Attributes:
        mean: of the agents' rates, 0-1; NaN where nobody had an opportunity.
        concentration: M; infinite where the agents differ no more than by chance, or where
            there is only one: then every rate is shrunk onto the mean.
        met: opportunities met, over all agents.
        judged: opportunities, over all agents.
        mean_variance: of the mean itself, as an estimate.
    """

    mean: float
    concentration: float
    met: int
    judged: int
    mean_variance: float


@dataclass(frozen=True)
class Posterior:
    """What is believed of each agent's rate: mean and variance; NaN without a prior."""

    mean: Floats
    variance: Floats


def beta_binomial_prior(met: npt.ArrayLike, judged: npt.ArrayLike) -> Prior:
    """Fit the prior of the agents of one step by maximum marginal likelihood.

    Counts of an agent are beta-binomial: J. G. Skellam, 'A probability distribution derived
    from the binomial distribution by regarding the probability of success as variable
    between the sets of trials', JRSS B 10 (1948) 257-261. The likelihood is summed over the
    counts that reach each size, as D. A. Griffiths does, 'Maximum likelihood estimation for
    the beta-binomial distribution', Biometrics 29 (1973) 637-648; it is that of
    `scipy.stats.betabinom`. Shrinking to a fitted prior: G. Casella, 'An introduction to
    empirical Bayes data analysis', The American Statistician 39 (1985) 83-87.

    Args:
        met: whole counts, one for each agent.
        judged: opportunities; agents without any say nothing of the prior.
    """
    n = np.asarray(judged, dtype=np.int64)
    x = np.asarray(met, dtype=np.int64)[n > 0]
    n = n[n > 0]
    total, hits = int(n.sum()), int(x.sum())
    if total == 0:
        return Prior(math.nan, math.inf, 0, 0, math.nan)
    pooled = hits / total
    mean, concentration = pooled, math.inf
    if n.size > 1 and 0 < hits < total:
        mean, concentration = _fitted(x, n, pooled)
    share = 0.0 if math.isinf(concentration) else 1 / (1 + concentration)
    told = float(np.sum(n / (1 + (n - 1) * share)))
    return Prior(mean, concentration, hits, total, mean * (1 - mean) / told)


def _reaching(counts: npt.NDArray[np.int64]) -> Floats:
    """For each size j from 0 on, how many counts are over j."""
    held = np.bincount(counts)
    return (counts.size - np.cumsum(held))[: max(held.size - 1, 0)].astype(np.float64)


def _fitted(
    x: npt.NDArray[np.int64], n: npt.NDArray[np.int64], pooled: float
) -> tuple[float, float]:
    """Mean and concentration at the greatest likelihood; infinite if equal agents do as well."""
    reached = [_reaching(counts) for counts in (x, n - x, n)]
    sizes = [np.arange(r.size, dtype=np.float64) for r in reached]

    def loss(point: Floats) -> tuple[float, Floats]:
        mean, m = 1 / (1 + math.exp(-point[0])), math.exp(point[1])
        starts = (mean * m, (1 - mean) * m, m)
        parts = [
            (float(r @ np.log(start + j)), float(r @ (1 / (start + j))))
            for r, j, start in zip(reached, sizes, starts, strict=True)
        ]
        (la, da), (lb, db), (lm, dm) = parts
        by_mean = m * mean * (1 - mean) * (da - db)
        by_size = m * (mean * da + (1 - mean) * db - dm)
        return -(la + lb - lm), np.array([-by_mean, -by_size])

    low, high = (math.log(bound) for bound in _CONCENTRATIONS)
    start = min(max(math.log(_by_moments(x, n, pooled)), low), high)
    found = cast("Any", optimize).minimize(
        loss,
        np.array([logit(pooled), start]),
        jac=True,
        method="L-BFGS-B",
        bounds=[(None, None), (low, high)],
    )
    equal = x.sum() * math.log(pooled) + (n - x).sum() * math.log(1 - pooled)
    if -found.fun - equal < _GAIN or found.x[1] >= high:
        return pooled, math.inf
    return 1 / (1 + math.exp(-found.x[0])), math.exp(found.x[1])


def _by_moments(
    x: npt.NDArray[np.int64], n: npt.NDArray[np.int64], pooled: float
) -> float:
    """A first guess at the concentration, by the spread of the rates (Kleinman, 1973)."""
    spread = float(np.sum(n * (x / n - pooled) ** 2))
    by_chance = pooled * (1 - pooled)
    room = float(n.sum() - np.sum(n * n) / n.sum())
    share = (spread / by_chance - (n.size - 1)) / max(room - (n.size - 1), 1e-9)
    return _CONCENTRATIONS[1] / 10 if share <= 0 else max(1 / share - 1, 1.0)


def posterior(met: npt.ArrayLike, judged: npt.ArrayLike, prior: Prior) -> Posterior:
    """The agents' rates after their counts: Beta(α + met, β + judged - met).

    The variance holds that of the prior's mean, too, weighted by how far a rate is shrunk:
    R. E. Kass, D. Steffey, 'Approximate Bayesian inference in conditionally independent
    hierarchical models', JASA 84 (1989) 717-726, to the first order and for the mean only.
    Without it the intervals of few agents would be too narrow, and those of agents who
    cannot be told apart would be points.
    """
    x = np.asarray(met, dtype=np.float64)
    n = np.asarray(judged, dtype=np.float64)
    if prior.judged == 0:
        return Posterior(np.full_like(x, np.nan), np.full_like(x, np.nan))
    if math.isinf(prior.concentration):
        equal = np.full_like(x, prior.mean)
        return Posterior(equal, np.full_like(x, prior.mean_variance))
    m = prior.concentration
    drawn = m / (m + n)
    mean = drawn * prior.mean + (1 - drawn) * np.where(n > 0, x / np.maximum(n, 1), 0)
    variance = mean * (1 - mean) / (m + n + 1) + drawn**2 * prior.mean_variance
    return Posterior(mean, variance)


def interval(
    believed: Posterior, confidence: float = _CONFIDENCE
) -> tuple[Floats, Floats]:
    """Equal-tailed interval of Beta distributions with these means and variances.

    Without what is added for the prior's mean these are the posterior's own quantiles. At a
    mean of 0 or 1, or without a variance, the mean itself; see `pooled_interval`.

    Returns:
        Lower and upper bounds, 0-1; NaN where nothing is believed.
    """
    mean, variance = believed.mean, believed.variance
    tail = (1 - confidence) / 2
    is_spread = (variance > 0) & (mean > 0) & (mean < 1)
    size = np.where(is_spread, mean * (1 - mean) / np.where(is_spread, variance, 1), 2)
    size = np.maximum(size - 1, 1e-6)
    at = np.where(is_spread, mean, 0.5)
    low = betaincinv(at * size, (1 - at) * size, tail)
    high = betaincinv(at * size, (1 - at) * size, 1 - tail)
    return np.where(is_spread, low, mean), np.where(is_spread, high, mean)


def pooled_interval(
    prior: Prior, confidence: float = _CONFIDENCE
) -> tuple[float, float]:
    """Jeffreys' interval of all agents' counts together, for agents that are all equal."""
    low, high = jeffreys([prior.met], [prior.judged], confidence)
    return float(low[0]), float(high[0])
