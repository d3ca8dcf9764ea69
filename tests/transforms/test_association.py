"""Associations at equal case mix, against statsmodels, scikit-learn, scipy and published figures."""

from typing import Any, Final

import numpy as np
import polars as pl
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from transforms.measures import association as measured
from transforms.measures.logistic import (
    Counted,
    factor_logistic,
    logistic,
    probabilities,
)

WIDE: Final = 1000.0
"""A prior so wide that it is none."""


def drawn(seed: int, n: int = 600, agents: int = 9) -> dict[str, Any]:
    """Calls with two factors, something done, its agent, and the outcome."""
    draw = np.random.default_rng(seed)
    first, second = draw.integers(0, 4, n), draw.integers(0, 3, n)
    agent = draw.integers(0, agents, n)
    done = draw.random(n) < expit(0.7 * (first - 1.5) + 0.3 * (agent % 3 - 1))
    odds = 0.4 + 0.6 * (first - 1.5) - 0.3 * (second == 0) + 0.8 * done
    good = draw.random(n) < expit(odds + 0.2 * (agent % 4 - 1.5))
    levels = [first == level for level in range(4)]
    levels += [second == level for level in range(3)]
    design = np.column_stack(levels).astype(np.float64)
    return {"design": design, "done": done, "agent": agent, "good": good}


def found(calls: dict[str, Any], deviation: float) -> measured.Association:
    n = len(calls["done"])
    counted = Counted(calls["design"], calls["good"].astype(float), np.ones(n))
    return measured.association(counted, calls["done"], calls["agent"], deviation)


def by_statsmodels(calls: dict[str, Any]) -> tuple[Any, Any]:
    """The same model without a prior: one level of each factor left out."""
    without = calls["design"][:, [1, 2, 3, 5, 6]]
    exog = sm.add_constant(np.column_stack((calls["done"], without)).astype(float))
    good = calls["good"].astype(float)
    fitted: Any = sm.Logit(good, exog).fit(
        disp=False,
        cov_type="cluster",
        cov_kwds={"groups": calls["agent"], "use_correction": False},
    )
    return fitted, fitted.get_margeff(at="overall", dummy=True)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_without_a_prior_it_is_what_statsmodels_gives(seed: int) -> None:
    calls = drawn(seed)
    agents = calls["agent"].max() + 1
    told, (fitted, margins) = found(calls, WIDE), by_statsmodels(calls)
    # The ridge on the intercept's twin columns moves nothing but the last digits.
    assert np.log(told.odds_ratio.value) == pytest.approx(fitted.params[1], abs=2e-3)
    assert told.difference.value == pytest.approx(margins.margeff[0], abs=5e-4)
    few = np.sqrt(agents / (agents - 1)) * stats.t.ppf(0.975, agents - 1)
    width = np.log(told.odds_ratio.high / told.odds_ratio.low) / 2
    assert width >= few * fitted.bse[1] - 2e-3
    independent: Any = sm.Logit(fitted.model.endog, fitted.model.exog).fit(disp=False)
    error = max(
        fitted.bse[1] * np.sqrt(agents / (agents - 1)), float(independent.bse[1])
    )
    assert width == pytest.approx(stats.t.ppf(0.975, agents - 1) * error, rel=0.01)
    reach = told.difference.high - told.difference.value
    assert reach >= few * margins.margeff_se[0] * 0.99


def test_with_a_prior_it_is_scikit_learns_and_scipys_optimum() -> None:
    calls = drawn(4)
    weight = np.random.default_rng(1).integers(1, 5, len(calls["good"])).astype(float)
    counted = Counted(calls["design"], calls["good"] * weight, weight)
    told = logistic(counted, 0.7)
    theirs: Any = LogisticRegression(C=0.49, tol=1e-10, max_iter=2000)
    theirs.fit(calls["design"], calls["good"], sample_weight=weight)
    assert told[1:] == pytest.approx(theirs.coef_[0], abs=1e-4)

    def penalty(coefficients: Any) -> float:
        p = probabilities(coefficients, calls["design"])
        right = np.where(calls["good"], p, 1 - p)
        return float(
            (coefficients[1:] ** 2).sum() / (2 * 0.49) - weight @ np.log(right)
        )

    best: Any = optimize.minimize(penalty, np.zeros(8), tol=1e-10)
    assert told == pytest.approx(best.x, abs=1e-4)


def test_the_spread_of_a_factor_is_learnt_from_its_levels() -> None:
    draw = np.random.default_rng(11)
    spread, levels, n = 1.2, 30, 30_000
    own = draw.normal(0, spread, levels)
    first, second = draw.integers(0, levels, n), draw.integers(0, levels, n)
    good = draw.random(n) < expit(own[first])
    design = np.zeros((n, 2 * levels))
    design[np.arange(n), first] = 1
    design[np.arange(n), levels + second] = 1
    counted = Counted(design, good.astype(float), np.ones(n))
    factors = [slice(0, levels), slice(levels, 2 * levels)]
    coefficients, told = factor_logistic(counted, factors, widest=2)
    assert told[0] == pytest.approx(float(own.std()), rel=0.1)
    assert told[1] < 0.1
    assert np.corrcoef(coefficients[1 : levels + 1], own)[0, 1] > 0.98


def test_a_level_without_the_outcome_does_not_run_off() -> None:
    design = np.array([[1.0, 0.0], [0.0, 1.0]])
    counted = Counted(design, np.array([0.0, 50.0]), np.array([100.0, 100.0]))
    coefficients, told = factor_logistic(counted, [slice(0, 2)], widest=2)
    assert told[0] == 2
    assert -8 < coefficients[1] < -1


@pytest.mark.parametrize(
    ("cases", "controls", "ratio"),
    [
        ((911, 579), (4578, 4219), 1.4500),
        ((361, 246), (4532, 3775), 1.2224),
        ((396, 219), (6598, 5261), 1.4418),
    ],
    ids=["London", "Manchester", "Newcastle"],
)
def test_the_plain_odds_ratio_is_woolfs(
    cases: tuple[int, int], controls: tuple[int, int], ratio: float
) -> None:
    """Blood group O against A in peptic ulcer, Woolf (1955)."""
    (good, other_good), (bad, other_bad) = cases, controls
    counts = pl.DataFrame(
        {
            "a": [good],
            "n": [good + bad],
            "b": [other_good],
            "m": [other_good + other_bad],
        }
    )
    told = counts.select(measured.odds_ratio("a", "n", "b", "m")).item()
    assert told == pytest.approx(ratio, abs=5e-5)
    table = np.array([[good, bad], [other_good, other_bad]])
    theirs: Any = stats.contingency.odds_ratio(table, kind="sample")
    assert told == pytest.approx(theirs.statistic)


def test_plain_figures_are_null_where_a_cell_is_empty() -> None:
    counts = pl.DataFrame({"a": [0, 5], "n": [9, 5], "b": [3, 3], "m": [9, 0]})
    ratios = counts.select(measured.odds_ratio("a", "n", "b", "m")).to_series()
    differences = counts.select(measured.difference("a", "n", "b", "m")).to_series()
    assert ratios.to_list() == [None, None]
    assert differences.to_list() == [pytest.approx(-1 / 3), None]


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_the_opposite_is_as_much_less(seed: int) -> None:
    calls = drawn(seed, n=200, agents=5)
    told = found(calls, 2.0)
    opposite = found({**calls, "done": ~calls["done"]}, 2.0)
    assert opposite.difference.value == pytest.approx(-told.difference.value, abs=1e-3)
    assert opposite.odds_ratio.value == pytest.approx(
        1 / told.odds_ratio.value, rel=1e-2
    )
    for one in (told.difference, told.odds_ratio):
        assert one.low <= one.value <= one.high
    assert 0 <= told.p_value <= 1


def test_naming_the_agents_otherwise_or_shuffling_calls_changes_nothing() -> None:
    calls = drawn(7)
    order = np.random.default_rng(0).permutation(len(calls["done"]))
    shuffled = {name: values[order] for name, values in calls.items()}
    shuffled["agent"] = shuffled["agent"].max() - shuffled["agent"]
    told, again = found(calls, 2.0), found(shuffled, 2.0)
    assert told.p_value == pytest.approx(again.p_value, rel=1e-6)
    assert told.difference.low == pytest.approx(again.difference.low, rel=1e-6)
