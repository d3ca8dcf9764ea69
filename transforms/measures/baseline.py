"""What chance gives: counts that vary from customer to customer, by negative binomial."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy import optimize, special
from scipy.special import betainc, gammainc, gammaln

Floats = npt.NDArray[np.float64]

_SPECIAL: Final[Any] = special
_OPTIMIZE: Final[Any] = optimize
"""Not all of their functions have types."""
_POISSON: Final = 1e-8
"""A dispersion under this is none: the counts vary as Poisson's do, or less."""
_LEAST: Final = np.log(1e-10)
_MOST: Final = np.log(1e3)


@dataclass(frozen=True)
class Baseline:
    """A negative binomial of the second kind: mean μ = rate · exposure, variance μ + αμ².

    Attributes:
        rate: events for each unit of exposure.
        dispersion: α; 0 is Poisson's distribution.
        counted: on how many it was fitted; 0 where it was not fitted but told.
    """

    rate: float
    dispersion: float
    counted: int

    def expected(self, exposure: npt.ArrayLike) -> Floats:
        """The events to be expected."""
        return self.rate * np.asarray(exposure, dtype=np.float64)

    def tail(self, events: npt.ArrayLike, exposure: npt.ArrayLike) -> Floats:
        """The probability of so many events or more, 0-1.

        By the regularised incomplete beta function: P(X ≥ x) = I_p(x, 1/α) with
        p = αμ / (1 + αμ); N. L. Johnson, A. W. Kemp, S. Kotz, Univariate Discrete
        Distributions (2005), section 5.6. Without dispersion by the incomplete gamma
        function, as Poisson's.
        """
        x = np.asarray(events, dtype=np.float64)
        mean = self.expected(exposure)
        some = np.maximum(x, 1.0)
        if self.dispersion < _POISSON:
            chance = gammainc(some, mean)
        else:
            odds = self.dispersion * mean
            chance = betainc(some, 1 / self.dispersion, odds / (1 + odds))
        return np.where(x <= 0, 1.0, chance)


def negative_binomial(
    events: npt.ArrayLike,
    exposure: npt.ArrayLike,
    truncated: npt.ArrayLike | None = None,
) -> Baseline:
    """Fit a negative binomial (NB2) with an exposure by maximum likelihood.

    A. C. Cameron, P. K. Trivedi, Regression Analysis of Count Data (2nd ed. 2013), section
    3.3.1; for those who are seen only when they have an event, the zero-truncated density
    f(x) / (1 - f(0)) of its section 4.3.1. Counts that vary less than Poisson's give a
    dispersion of 0.

    Args:
        events: counts of 0 or more.
        exposure: over how much each was counted, greater than 0.
        truncated: which of them could not have been seen with no event; none if None.

    Raises:
        ValueError: there is nothing to fit, or an exposure that is not greater than 0.
    """
    x = np.asarray(events, dtype=np.float64)
    e = np.asarray(exposure, dtype=np.float64)
    if not len(x) or not x.any():
        raise ValueError(
            f"no baseline can be fitted to {len(x)} counts without an event; count over"
            " more customers, or over a longer time"
        )
    if e.min() <= 0:
        raise ValueError(f"an exposure is {e.min()}; each has to be greater than 0")
    cut = np.zeros(len(x)) if truncated is None else np.asarray(truncated, np.float64)
    # The same few pairs stand thousands of times: each is worked out once.
    pairs, times = np.unique(np.stack((x, e, cut), axis=1), axis=0, return_counts=True)
    start = np.array([np.log(x.sum() / e.sum()), np.log(0.5)])
    weights = times.astype(np.float64)
    found = _OPTIMIZE.minimize(
        _loss,
        start,
        args=(pairs[:, 0], pairs[:, 1], pairs[:, 2], weights),
        jac=True,
        method="L-BFGS-B",
        bounds=[(-30.0, 30.0), (_LEAST, _MOST)],
        options={"ftol": 1e-13, "gtol": 1e-9},
    )
    rate, dispersion = np.exp(np.asarray(found.x, dtype=np.float64))
    return Baseline(
        float(rate), 0.0 if dispersion < _POISSON else float(dispersion), len(x)
    )


def _loss(
    at: Floats, x: Floats, e: Floats, cut: Floats, weights: Floats
) -> tuple[float, Floats]:
    """Mean negative log-likelihood and its gradient, by log rate and log dispersion."""
    alpha = np.exp(at[1])
    mean = np.exp(at[0]) * e
    size = 1 / alpha
    grown = np.log1p(alpha * mean)
    likely = (
        gammaln(x + size)
        - gammaln(size)
        - gammaln(x + 1)
        - size * grown
        + x * (np.log(alpha * mean) - grown)
    )
    by_mean = (x - mean) / (1 + alpha * mean)
    by_size: Floats = (
        _SPECIAL.digamma(x + size)
        - _SPECIAL.digamma(size)
        - grown
        + (alpha * mean - alpha * x) / (1 + alpha * mean)
    )
    by_alpha = -size * by_size
    # Of those cut off at 1, what is left when no event at all is taken away.
    none = np.exp(-size * grown)
    left = np.maximum(-np.expm1(-size * grown), 1e-300)
    shift = cut * none / left
    likely -= cut * np.log(left)
    by_mean -= shift * mean / (1 + alpha * mean)
    by_alpha -= shift * (mean / (1 + alpha * mean) - size * grown)
    gradient = np.array([weights @ by_mean, weights @ by_alpha])
    whole = weights.sum()
    return float(-(weights @ likely) / whole), -gradient / whole
