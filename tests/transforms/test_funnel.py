"""Funnel limits, overdispersion and corrections, against published limits and libraries."""

from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests

from transforms.measures.funnel import (
    LEAST_UNITS,
    dispersion,
    false_discovery,
    funnel,
    limits,
    outside_by_chance,
    winsorised,
    winsorised_square,
)
from transforms.measures.tails import Counted

PAEDIATRIC = [
    # operations, survival, and limits in %: 99.8 low, 95 low, 95 high, 99.8 high
    (482, 97.45, 94.8, 95.9, 98.8, 99.4),
    (582, 97.60, 95.4, 96.2, 98.8, 99.3),
    (678, 97.25, 95.1, 96.0, 98.4, 99.0),
    (835, 97.80, 96.0, 96.8, 98.7, 99.2),
    (890, 97.30, 95.5, 96.2, 98.3, 98.8),
    (976, 98.00, 96.5, 97.1, 98.9, 99.2),
    (1056, 97.85, 96.3, 96.9, 98.7, 99.1),
    (1146, 97.40, 95.8, 96.4, 98.3, 98.7),
    (1204, 97.25, 95.6, 96.3, 98.1, 98.6),
    (1481, 96.80, 95.3, 95.9, 97.7, 98.1),
    (1881, 97.70, 96.5, 97.0, 98.4, 98.7),
]
"""Predicted ranges of survival that NICOR published for the paediatric heart surgery of
2011-2014 in the United Kingdom and Ireland; the middle, which it did not print, is fitted
by one number a hospital, which has to give all four limits."""


def units(*rows: tuple[float, float, float]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=["observed", "expected", "variance"], orient="row")


@pytest.mark.parametrize("row", PAEDIATRIC, ids=lambda row: f"{row[0]} operations")
def test_limits_are_those_that_were_published_within_one_death(
    row: tuple[float, ...],
) -> None:
    n, survival, *published = row
    p = 1 - survival / 100
    expected, variance = np.array([n * p]), np.array([n * p * (1 - p)])
    (low, high), (lowest, highest) = (
        limits(expected, variance, level) for level in (0.05, 0.002)
    )
    found = [100 * (1 - float(bound[0]) / n) for bound in (highest, high, low, lowest)]
    assert found == pytest.approx(published, abs=100 / n + 0.05)


@settings(deadline=None)
@given(
    st.integers(1, 400),
    st.floats(0.01, 0.99),
    st.sampled_from([0.05, 0.002]),
)
def test_no_more_lies_outside_the_limits_than_they_promise(
    n: int, p: float, level: float
) -> None:
    low, high = limits([n * p], [n * p * (1 - p)], level)
    known: Any = stats.binom(n, p)
    counts = np.arange(n + 1)
    probabilities = known.pmf(counts)
    assert probabilities[counts < low[0] - 1e-9].sum() <= level / 2 + 1e-9
    assert probabilities[counts > high[0] + 1e-9].sum() <= level / 2 + 1e-9


@settings(deadline=None)
@given(st.integers(1, 300), st.floats(0.01, 0.99))
def test_tails_are_those_of_scipys_binomial(n: int, p: float) -> None:
    known: Any = stats.binom(n, p)
    counts = np.arange(n + 1, dtype=float)
    counted = Counted(np.full(n + 1, n * p), np.full(n + 1, n * p * (1 - p)))
    low, high = counted.tails(counts)
    assert low == pytest.approx(known.cdf(counts), abs=1e-9)
    assert high == pytest.approx(known.sf(counts - 1), abs=1e-9)


@settings(deadline=None)
@given(st.lists(st.floats(0.02, 0.5), min_size=20, max_size=60))
def test_calls_with_probabilities_of_their_own_have_nearly_those_tails(
    probabilities: list[float],
) -> None:
    """Against the exact distribution, call by call (Poisson-binomial)."""
    exact = np.array([1.0])
    for p in probabilities:
        exact = np.convolve(exact, [1 - p, p])
    shares = np.array(probabilities)
    counted = Counted(
        np.full(exact.size, shares.sum()),
        np.full(exact.size, (shares * (1 - shares)).sum()),
    )
    low = counted.at_most(np.arange(exact.size))
    assert low == pytest.approx(np.cumsum(exact), abs=0.03)


def test_scores_of_small_counts_have_mean_0_and_variance_1() -> None:
    counts = np.arange(21, dtype=float)
    probabilities = stats.binom(20, 0.15).pmf(counts)
    scores = Counted(np.full(21, 3.0), np.full(21, 2.55)).scores(counts)
    assert float(probabilities @ scores) == pytest.approx(0.0, abs=0.02)
    assert float(probabilities @ scores**2) == pytest.approx(1.0, abs=0.1)


def test_scores_far_out_keep_their_digits() -> None:
    counted = Counted(np.full(2, 27.76), np.full(2, 8.49))
    low, high = counted.scores([2, 40])
    assert -12 < low < -8
    assert 3 < high < 8


def test_winsorising_sets_the_outer_tenths_to_their_quantiles() -> None:
    scores = np.arange(-10.0, 11.0)
    assert winsorised(scores).tolist() == np.clip(scores, -8, 8).tolist()
    drawn = np.random.default_rng(3).standard_normal(200_000)
    assert winsorised_square() == pytest.approx(
        float(np.mean(winsorised(drawn) ** 2)), abs=0.01
    )


def test_overdispersion_is_spiegelhalters_and_corrected_for_winsorising() -> None:
    drawn = np.random.default_rng(4).standard_normal(4_000)
    over = dispersion(drawn * np.sqrt(2.0))
    assert over.published == pytest.approx(2.0 * winsorised_square(), rel=0.05)
    assert over.phi == pytest.approx(2.0, rel=0.05)
    none = dispersion(drawn)
    assert none.phi == 1.0
    assert none.p_value == pytest.approx(
        float(stats.chi2.sf(np.sum(drawn**2), drawn.size)), rel=1e-9
    )


def test_few_units_are_not_tested_for_overdispersion() -> None:
    told = dispersion(np.full(LEAST_UNITS - 1, 5.0))
    assert (told.phi, told.p_value, told.published) == (1.0, None, None)


@settings(deadline=None)
@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=40))
def test_corrected_p_values_are_those_of_statsmodels(p_values: list[float]) -> None:
    expected = multipletests(p_values, method="fdr_bh")[1]
    assert false_discovery(p_values) == pytest.approx(expected)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(0, 1), st.integers(2, 90), st.floats(0.05, 0.95)),
        min_size=1,
        max_size=30,
    )
)
def test_who_lies_beyond_a_limit_is_said_to(
    drawn: list[tuple[float, int, float]],
) -> None:
    told = funnel(units(*((round(o * n), n * p, n * p * (1 - p)) for o, n, p in drawn)))
    beyond = pl.when(
        ~pl.col("ratio").is_between(pl.col("low998") - 1e-6, pl.col("high998") + 1e-6)
    ).then(pl.lit("outside 99.8 %"))
    within = pl.col("ratio").is_between(
        pl.col("low998") + 1e-6, pl.col("high998") - 1e-6
    )
    assert told.filter(beyond != pl.col("outside")).is_empty()
    assert told.filter(within & (pl.col("outside") == "outside 99.8 %")).is_empty()
    assert (told["q"] >= told["p"] - 1e-12).all()
    assert told["phi"].n_unique() == 1


def test_where_chance_has_no_say_nobody_is_outside() -> None:
    told = funnel(units((0, 0.0, 0.0), (3, 3.0, 0.0), (2, 2.0, 1.5)))
    assert told["ratio"].to_list() == [None, 1.0, 1.0]
    assert told["outside"].to_list() == ["inside"] * 3
    assert told["z"].is_null().to_list() == [True, True, False]
    assert told["low95"].is_null().to_list() == [True, True, False]


@settings(deadline=None)
@given(st.integers(0, 40), st.floats(1.1, 6.0))
def test_harder_calls_and_the_same_share_beyond_them_leave_an_agent_inside(
    easy: int, harder: float
) -> None:
    """An agent whose calls are harder escalates more and is as good: both are inside."""
    p = 0.15
    hard = min(0.9, p * harder)
    n = 100
    told = funnel(
        units(
            (n * p, n * p, n * p * (1 - p)),
            (n * hard, n * hard, n * hard * (1 - hard)),
            *[(easy, float(easy), easy * 0.8)] * 3,
        )
    )
    assert told["outside"].unique().to_list() == ["inside"]
    assert told["ratio"].drop_nulls().to_list() == pytest.approx(
        [1.0] * told["ratio"].drop_nulls().len()
    )


def test_equal_agents_are_outside_no_more_often_than_promised() -> None:
    """200 simulated months of 60 agents with unlike calls, all equally good."""
    random = np.random.default_rng(11)
    out = {"95": 0, "998": 0}
    flagged = agents = 0
    for _ in range(200):
        calls, p = random.integers(5, 120, 60), random.uniform(0.03, 0.4, 60)
        frame = pl.DataFrame(
            {
                "observed": random.binomial(calls, p),
                "expected": calls * p,
                "variance": calls * p * (1 - p),
            }
        )
        told = funnel(frame)
        out["95"] += told.filter(pl.col("outside") != "inside").height
        out["998"] += told.filter(outside="outside 99.8 %").height
        flagged += int(told["is_flagged"].any())
        agents += told.height
    chance = outside_by_chance(agents)
    assert out["95"] <= chance["95"]
    assert out["998"] <= chance["998"]
    assert flagged <= 0.05 * 200
