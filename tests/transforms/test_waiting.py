"""Waiting times, baselines and trends, against published examples and other libraries."""

from typing import Final

import numpy as np
import polars as pl
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from transforms.measures import (
    Baseline,
    kaplan_meier,
    laplace_trend,
    negative_binomial,
)

FREIREICH: Final = [6, 6, 6, 7, 10, 13, 16, 22, 23]
FREIREICH_CENSORED: Final = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
"""Weeks of remission under 6-MP: E. J. Freireich et al., Blood 21 (1963) 699-716."""
PUBLISHED: Final = {6: 0.857, 7: 0.807, 10: 0.753, 13: 0.690, 16: 0.627, 22: 0.538}
"""Their curve, as D. G. Kleinbaum, M. Klein, Survival Analysis (2012), ch. 2, tabulate it."""


def exits(events: list[int], censored: list[int]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "time": [*events, *censored],
            "events": [1] * len(events) + [0] * len(censored),
            "censored": [0] * len(events) + [1] * len(censored),
        }
    )


def test_kaplan_meier_gives_the_published_curve() -> None:
    curve = kaplan_meier(exits(FREIREICH, FREIREICH_CENSORED))
    told = dict(curve.select("time", "survival").iter_rows())
    assert {time: round(told[time], 3) for time in PUBLISHED} == PUBLISHED
    assert curve["at_risk"][0] == 21


def test_kaplan_meier_and_its_interval_are_those_of_scipy() -> None:
    curve = kaplan_meier(exits(FREIREICH, FREIREICH_CENSORED))
    known = stats.ecdf(
        stats.CensoredData(uncensored=FREIREICH, right=FREIREICH_CENSORED)
    ).sf
    bounds = known.confidence_interval(0.95, method="log-log")
    at = curve["time"].to_numpy()
    assert curve["survival"].to_numpy() == pytest.approx(known.evaluate(at))
    low, high = bounds.low.evaluate(at), bounds.high.evaluate(at)
    assert curve["low"].to_numpy() == pytest.approx(low)
    assert curve["high"].to_numpy() == pytest.approx(high)


def test_without_events_nobody_has_gone_and_there_is_no_interval() -> None:
    curve = kaplan_meier(exits([], [3, 5]))
    assert curve["survival"].to_list() == [1.0, 1.0]
    assert curve["low"].null_count() == curve["high"].null_count() == 2


def test_once_all_have_gone_there_is_no_interval() -> None:
    last = kaplan_meier(exits([1, 2], [])).row(-1, named=True)
    assert (last["survival"], last["low"], last["high"]) == (0.0, None, None)


times = st.lists(st.integers(0, 9), max_size=30)


@given(times, times)
def test_a_curve_falls_within_its_interval_and_rows_may_be_summed_or_shuffled(
    events: list[int], censored: list[int]
) -> None:
    rows = exits(events, censored)
    curve = kaplan_meier(rows)
    assert curve["survival"].is_between(0, 1).all()
    assert curve["survival"].is_sorted(descending=True)
    told = curve.drop_nulls()
    assert (told["low"] <= told["survival"] + 1e-12).all()
    assert (told["survival"] <= told["high"] + 1e-12).all()
    summed = rows.group_by("time").sum().sample(fraction=1, shuffle=True, seed=1)
    assert kaplan_meier(summed).equals(curve)


@pytest.fixture(scope="module")
def counts() -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(3)
    exposure = 1.0 + draw.poisson(1.5, 4000)
    return draw.negative_binomial(1 / 0.7, 1 / (1 + 0.7 * 0.6 * exposure)), exposure


def test_the_baseline_is_that_of_statsmodels(
    counts: tuple[np.ndarray, np.ndarray],
) -> None:
    events, exposure = counts
    model = sm.NegativeBinomial(events, np.ones((len(events), 1)), exposure=exposure)
    constant, dispersion = model.fit(disp=0).params
    found = negative_binomial(events, exposure)
    assert found.rate == pytest.approx(np.exp(constant), rel=1e-3)
    assert found.dispersion == pytest.approx(dispersion, rel=1e-3)


def test_who_is_seen_only_with_an_event_does_not_bias_the_baseline(
    counts: tuple[np.ndarray, np.ndarray],
) -> None:
    events, exposure = counts
    seen = (exposure > 1) | (events > 0)
    cut = negative_binomial(events[seen], exposure[seen], exposure[seen] == 1)
    assert cut.rate == pytest.approx(0.6, rel=0.05)
    assert cut.dispersion == pytest.approx(0.7, rel=0.15)
    naive = negative_binomial(events[seen], exposure[seen])
    assert naive.rate > cut.rate * 1.05


def test_the_truncated_likelihood_is_at_its_greatest() -> None:
    """Against scipy's own density: no other parameters nearby are more likely."""
    events, exposure = np.array([1, 1, 2, 1, 5, 3, 1, 9]), np.ones(8)
    found = negative_binomial(events, exposure, exposure == 1)

    def likely(rate: float, dispersion: float) -> float:
        size = 1 / dispersion
        chance = stats.nbinom(size, size / (size + rate))
        return float(np.sum(chance.logpmf(events) - np.log(chance.sf(0))))

    best = likely(found.rate, found.dispersion)
    for rate, dispersion in ((1.05, 1), (0.95, 1), (1, 1.05), (1, 0.95)):
        assert likely(found.rate * rate, found.dispersion * dispersion) <= best + 1e-9


@pytest.mark.parametrize("dispersion", [0.0, 0.3, 2.0])
def test_the_tail_is_that_of_scipy(dispersion: float) -> None:
    baseline = Baseline(rate=0.5, dispersion=dispersion, counted=1)
    events, exposure = np.arange(8), np.linspace(1, 20, 8)
    mean = 0.5 * exposure
    if dispersion:
        size = 1 / dispersion
        known = stats.nbinom(size, size / (size + mean)).sf(events - 1)
    else:
        known = stats.poisson(mean).sf(events - 1)
    assert baseline.tail(events, exposure) == pytest.approx(known)
    assert baseline.expected(exposure) == pytest.approx(mean)


def test_counts_that_vary_less_than_chance_are_poissons() -> None:
    found = negative_binomial([1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 1, 1])
    assert found.dispersion == pytest.approx(0, abs=1e-6)
    assert found.rate == pytest.approx(1, rel=1e-3)


@pytest.mark.parametrize(
    ("events", "exposure", "says"),
    [([], [], "0 counts"), ([0, 0], [1, 1], "2 counts"), ([1], [0], "greater than 0")],
)
def test_what_cannot_be_fitted_is_refused_in_words(
    events: list[int], exposure: list[int], says: str
) -> None:
    with pytest.raises(ValueError, match=says):
        negative_binomial(events, exposure)


@settings(max_examples=50, deadline=None)
@given(
    st.floats(0.01, 5),
    st.one_of(st.just(0.0), st.floats(0.01, 10)),
    st.integers(0, 30),
    st.floats(1, 100),
)
def test_more_events_are_less_probable_and_more_exposure_makes_them_more_so(
    rate: float, dispersion: float, events: int, exposure: float
) -> None:
    baseline = Baseline(rate, dispersion, 1)
    chance, rarer = baseline.tail([events, events + 1], [exposure, exposure])
    assert 0 <= rarer <= chance <= 1
    (exposed,) = baseline.tail([events], [2 * exposure])
    assert exposed >= chance - 1e-12


def test_laplaces_statistic_is_nearly_that_of_the_exact_distribution() -> None:
    """The sum of uniform times is Irwin and Hall's; from four on the normal is close."""
    for times in ([10, 20, 90, 95, 99], [1, 2, 3, 60, 70, 80], [50, 50, 50, 50]):
        u = laplace_trend([len(times)], [sum(times)], [100])[0]
        exact = stats.irwinhall(len(times)).cdf(sum(times) / 100)
        assert stats.norm.cdf(u) == pytest.approx(exact, abs=0.01)


def test_laplaces_statistic_of_the_published_example() -> None:
    """System 1 of L. H. Crow (1974), worked out in ReliaWiki, RGA, appendix B."""
    failures = [1.2, 55.6, 72.7, 111.9, 121.9, 303.6, 326.9, 1568.4, 1913.5]
    (u,) = laplace_trend([9], [sum(failures)], [2000])
    assert u == pytest.approx(-2.6121, abs=0.0001)


def test_without_events_or_time_there_is_no_trend() -> None:
    assert np.isnan(laplace_trend([0, 3], [0, 5], [10, 0])).all()


@given(st.lists(st.floats(0, 100), min_size=1, max_size=20))
def test_a_series_backwards_has_the_opposite_trend(times: list[float]) -> None:
    mirrored = [100 - time for time in times]
    count = [len(times), len(times)]
    forth, back = laplace_trend(count, [sum(times), sum(mirrored)], [100, 100])
    assert forth == pytest.approx(-back, abs=1e-9)
