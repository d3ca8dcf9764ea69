"""Rates and intervals, against published examples and scipy."""

from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from transforms.measures import (
    jeffreys,
    jeffreys_bounds,
    per_hundred,
    rate,
    weighted_rate,
    wilson,
)

COUNTS = st.integers(0, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def wilson_of(met: int, n: int, confidence: float = 0.95) -> tuple[float | None, ...]:
    low, high = wilson("met", "n", confidence)
    counts = pl.DataFrame({"met": [met], "n": [n]})
    return counts.select(low=low, high=high).row(0)


def test_a_rate_without_a_denominator_is_null() -> None:
    counts = pl.DataFrame({"met": [0, 3], "n": [0, 4]})
    assert counts.select(rate("met", "n")).to_series().to_list() == [None, 0.75]
    assert counts.select(per_hundred("met", "n")).to_series().to_list() == [None, 75.0]
    assert wilson_of(0, 0) == (None, None)
    low, high = jeffreys_bounds(counts, "met", "n")
    assert low[0] is None
    assert high[0] is None


@pytest.mark.parametrize(
    ("met", "n", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_gives_the_bounds_that_newcombe_published(
    met: int, n: int, low: float, high: float
) -> None:
    """Table I, method 3, of Newcombe, Statistics in Medicine 17 (1998) 857-872."""
    found = wilson_of(met, n)
    assert found == pytest.approx((low, high), abs=5e-5)


@given(COUNTS.filter(lambda counts: counts[1] > 0), st.sampled_from([0.8, 0.95, 0.998]))
def test_wilson_agrees_with_scipy_and_holds_the_rate(
    counts: tuple[int, int], confidence: float
) -> None:
    met, n = counts
    expected: Any = stats.binomtest(met, n).proportion_ci(confidence, method="wilson")
    low, high = wilson_of(met, n, confidence)
    bounds = (float(expected.low), float(expected.high))
    assert (low, high) == pytest.approx(bounds, abs=1e-9)
    assert low is not None
    assert high is not None
    assert low <= met / n <= high


@given(COUNTS.filter(lambda counts: counts[1] > 0))
def test_jeffreys_is_the_posteriors_and_holds_the_rate(counts: tuple[int, int]) -> None:
    met, n = counts
    low, high = (float(bound[0]) for bound in jeffreys([met], [n]))
    posterior: Any = stats.beta(met + 0.5, n - met + 0.5)
    assert low == pytest.approx(
        0.0 if met == 0 else float(posterior.ppf(0.025)), abs=1e-9
    )
    assert high == pytest.approx(
        1.0 if met == n else float(posterior.ppf(0.975)), abs=1e-9
    )
    assert low <= met / n <= high


def test_jeffreys_has_the_closed_ends_of_its_source() -> None:
    low, high = jeffreys([0, 10, 0], [10, 10, 0])
    assert low[0] == 0.0
    assert high[1] == 1.0
    assert np.isnan(low[2])


def test_steps_count_by_weight_and_by_opportunity() -> None:
    steps = pl.DataFrame({"met": [1, 9], "judged": [2, 10], "weight": [1.0, 3.0]})
    total = weighted_rate("met", "judged", "weight")
    assert steps.select(total).item() == pytest.approx((1 + 27) / (2 + 30))
    assert steps.with_columns(judged=0).select(total).item() is None


@given(st.lists(COUNTS, min_size=1, max_size=8))
def test_equal_weights_give_the_plain_rate(counts: list[tuple[int, int]]) -> None:
    steps = pl.DataFrame(counts, schema=["met", "judged"], orient="row")
    steps = steps.with_columns(weight=pl.lit(2.5))
    judged = sum(n for _, n in counts)
    total = steps.select(weighted_rate("met", "judged", "weight")).item()
    expected = sum(met for met, _ in counts) / judged if judged else None
    assert total == (None if expected is None else pytest.approx(expected))
