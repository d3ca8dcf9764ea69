"""How much oftener an outcome comes with something than without it, at equal covariates."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy import stats

from transforms.measures.logistic import Counted, Floats, logistic, probabilities
from transforms.measures.rates import rate

Ints = npt.NDArray[np.int64]
_UNBOUND: Final = 30.0
"""Prior deviation of what is asked about, in log odds: so wide that nothing is shrunk."""
_CONFIDENCE: Final = 0.95


@dataclass(frozen=True)
class Estimate:
    """A number with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Association:
    """An association at equal covariates.

    Attributes:
        difference: of the shares with the outcome, -1 to 1, with less without.
        odds_ratio: of the odds.
        p_value: two-sided, of no association.
    """

    difference: Estimate
    odds_ratio: Estimate
    p_value: float


def difference(good: str, calls: str, other_good: str, other_calls: str) -> pl.Expr:
    """Difference of two shares of counted columns, -1 to 1; null where a count is zero."""
    return rate(good, calls) - rate(other_good, other_calls)


def odds_ratio(good: str, calls: str, other_good: str, other_calls: str) -> pl.Expr:
    """Ratio of the odds of two shares of counted columns; null where a cell is empty.

    B. Woolf, 'On estimating the relation between blood group and disease', Annals of Human
    Genetics 19 (1955) 251-253, has the worked example that the tests check.
    """
    bad, other_bad = (
        pl.col(calls).cast(pl.Int64) - pl.col(good).cast(pl.Int64),
        pl.col(other_calls).cast(pl.Int64) - pl.col(other_good).cast(pl.Int64),
    )
    filled = pl.min_horizontal(good, bad, other_good, other_bad) > 0
    odds, other_odds = pl.col(good) / bad, pl.col(other_good) / other_bad
    return pl.when(filled).then(odds / other_odds)


def association(
    counted: Counted, is_done: npt.NDArray[np.bool_], cluster: Ints, deviation: float
) -> Association:
    """The association of something done with an outcome, by logistic regression.

    The difference is standardised: what the model expects if it is done in all the calls,
    less what it expects if it is done in none (marginal standardisation; S. Greenland,
    American Journal of Epidemiology 160 (2004) 301-305), with the delta method's interval.

    Calls of one agent resemble each other, so standard errors are cluster-robust (K.-Y.
    Liang, S. L. Zeger, Biometrika 73 (1986) 13-22), with Student's t on one degree less
    than there are agents (A. C. Cameron, D. L. Miller, Journal of Human Resources 50 (2015)
    317-372, section VI.D). With few agents they come out too small by chance: the error of
    independent calls is used where it is the greater.

    Args:
        counted: calls alike, by covariates; with and without the outcome there are some
            among those done and among those not.
        is_done: whether it was done, of each row.
        cluster: the agent of each row, from 0; at least two.
        deviation: prior standard deviation of a covariate's level, in log odds.
    """
    widths = np.full(counted.design.shape[1] + 1, deviation)
    widths[0] = _UNBOUND
    design = np.column_stack((is_done, counted.design)).astype(np.float64)
    rows = Counted(design, counted.with_outcome, counted.calls)
    coefficients = logistic(rows, widths)
    covariances = _covariances(rows, coefficients, widths, cluster)
    agents = int(cluster.max()) + 1
    reach = float(stats.t.ppf(0.5 + _CONFIDENCE / 2, agents - 1))
    change, gradient = _standardised(rows, coefficients)
    error = max(float(np.sqrt(gradient @ cov @ gradient)) for cov in covariances)
    log_odds = float(coefficients[1])
    log_error = max(float(np.sqrt(cov[1, 1])) for cov in covariances)
    return Association(
        difference=Estimate(
            change, max(change - reach * error, -1.0), min(change + reach * error, 1.0)
        ),
        odds_ratio=Estimate(
            float(np.exp(log_odds)),
            float(np.exp(log_odds - reach * log_error)),
            float(np.exp(log_odds + reach * log_error)),
        ),
        p_value=float(2 * stats.t.sf(abs(log_odds) / log_error, agents - 1)),
    )


def _covariances(
    rows: Counted, coefficients: Floats, widths: Floats, cluster: Ints
) -> tuple[Floats, Floats]:
    """Covariance of the coefficients: robust to clusters, and as if calls were independent."""
    design = np.column_stack((np.ones(len(rows.design)), rows.design))
    p = probabilities(coefficients, rows.design)
    information = design.T @ (design * (rows.calls * p * (1 - p))[:, np.newaxis])
    precision = np.concatenate(([0.0], widths**-2.0))
    inverse = np.linalg.inv(information + np.diag(precision))
    scores = design * (rows.with_outcome - rows.calls * p)[:, np.newaxis]
    agents = int(cluster.max()) + 1
    sums = np.zeros((agents, design.shape[1]))
    np.add.at(sums, cluster, scores)
    robust = inverse @ (sums.T @ sums) @ inverse * agents / (agents - 1)
    return np.asarray(robust, dtype=np.float64), np.asarray(inverse, dtype=np.float64)


def _standardised(rows: Counted, coefficients: Floats) -> tuple[float, Floats]:
    """The standardised difference, and its gradient by the coefficients."""
    weight = rows.calls / rows.calls.sum()
    sides: list[tuple[Floats, Floats]] = []
    for done in (1.0, 0.0):
        design = rows.design.copy()
        design[:, 0] = done
        p = probabilities(coefficients, design)
        slope = weight * p * (1 - p)
        sides.append((p, slope @ np.column_stack((np.ones(len(design)), design))))
    (with_it, up), (without, down) = sides
    return float(weight @ (with_it - without)), np.asarray(up - down, dtype=np.float64)
