"""Logistic regression on factors: levels that say little are drawn to the average."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy.special import expit

Floats = npt.NDArray[np.float64]
_FITTING: Final[dict[str, Any]] = {
    # Newton's method: exact to the last digits, so that the rows' order changes nothing.
    "solver": "newton-cholesky",
    "tol": 1e-8,
    "max_iter": 100,
}
_ROUNDS: Final = 12
_SETTLED: Final = 0.02
"""A change of a deviation, in log odds, that is none."""
_NARROWEST: Final = 0.01


@dataclass(frozen=True)
class Counted:
    """Rows of calls that are alike, with what came of them; some must differ in that.

    Attributes:
        design: rows x columns, without the intercept.
        with_outcome: calls of each row that have the outcome.
        calls: calls of each row.
    """

    design: Floats
    with_outcome: Floats
    calls: Floats


def probabilities(coefficients: Floats, design: Floats) -> Floats:
    """What a model expects of each row, 0-1; the intercept is the first coefficient."""
    return expit(coefficients[0] + design @ coefficients[1:])


def logistic(
    counted: Counted, deviations: npt.ArrayLike, start: Floats | None = None
) -> Floats:
    """Coefficients of a logistic model with a normal prior, the intercept first.

    Ridge regression: S. le Cessie, J. C. van Houwelingen, 'Ridge estimators in logistic
    regression', Applied Statistics 41 (1992) 191-201; its penalty is the logarithm of the
    prior.

    Args:
        counted: the calls.
        deviations: standard deviation of each coefficient (or of all) before anything is
            seen, in log odds; the intercept has none.
        start: coefficients from which to set out.
    """
    # It takes a second to import, which commands that score nothing should not pay.
    from sklearn.linear_model import LogisticRegression

    scale = np.broadcast_to(
        np.asarray(deviations, dtype=np.float64), counted.design.shape[1:]
    )
    rows = np.concatenate((counted.design, counted.design)) * scale
    truth = np.repeat([1, 0], len(counted.design))
    weight = np.concatenate(
        (counted.with_outcome, counted.calls - counted.with_outcome)
    )
    used = weight > 0
    model: Any = LogisticRegression(C=1.0, warm_start=True, **_FITTING)
    if start is not None:
        model.classes_ = np.array([0, 1])
        model.intercept_, model.coef_ = start[:1], (start[1:] / scale)[np.newaxis]
    model.fit(rows[used], truth[used], sample_weight=weight[used])
    return np.concatenate((model.intercept_, model.coef_[0] * scale))


def factor_logistic(
    counted: Counted, factors: Sequence[slice], widest: float
) -> tuple[Floats, Floats]:
    """A logistic model whose factors each have a spread of their own, learnt from the calls.

    The levels of a factor are drawn from a normal distribution about nought (random effects;
    N. E. Breslow, D. G. Clayton, JASA 88 (1993) 9-25), whose deviation follows from how much
    the levels differ beyond chance, by D. J. C. MacKay's rule (Neural Computation 4 (1992)
    415-447): its square is the sum of the squared coefficients over the number of them that
    the calls, not the prior, decide. So a factor that makes no difference drops out, and one
    that does is hardly shrunk.

    Args:
        counted: the calls; the columns of a factor are its levels.
        factors: the columns of each factor, side by side.
        widest: the largest deviation, in log odds: keeps a level without the outcome from
            running off.

    Returns:
        The coefficients, the intercept first; and each factor's deviation.
    """
    sizes = [factor.stop - factor.start for factor in factors]
    spread = np.full(len(factors), min(1.0, widest))
    coefficients: Floats | None = None
    for _ in range(_ROUNDS):
        coefficients = logistic(counted, np.repeat(spread, sizes), coefficients)
        told = _decided(counted, coefficients, np.repeat(spread, sizes))
        squares = coefficients[1:] ** 2
        before = spread
        spread = np.array(
            [
                np.sqrt(squares[factor].sum() / max(told[factor].sum(), _NARROWEST))
                for factor in factors
            ]
        ).clip(_NARROWEST, widest)
        if np.all(np.abs(spread - before) <= _SETTLED):
            break
    return logistic(counted, np.repeat(spread, sizes), coefficients), spread


def _decided(counted: Counted, coefficients: Floats, deviations: Floats) -> Floats:
    """How far the calls, and not the prior, decide each coefficient: 0-1."""
    design = np.column_stack((np.ones(len(counted.design)), counted.design))
    p = probabilities(coefficients, counted.design)
    information = design.T @ (design * (counted.calls * p * (1 - p))[:, np.newaxis])
    precision = np.concatenate(([0.0], deviations**-2.0))
    covariance = np.linalg.inv(information + np.diag(precision))
    return np.asarray(1 - np.diag(covariance)[1:] * precision[1:], dtype=np.float64)
