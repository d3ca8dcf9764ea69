"""Control charts: limits as published, runs counted exactly, few false alarms."""

import itertools

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.measures import control_chart, weighed_counts
from transforms.measures.control import (
    classic_false_alarms,
    laney_sigma,
    run_needed,
    run_probability,
    sigma_limits,
)

CANS = [12, 15, 8, 10, 4, 7, 16, 9, 14, 10, 5, 6, 17, 12, 22, 8, 10, 5, 13, 11, 20]
CANS += [18, 24, 15, 9, 12, 7, 13, 9, 6]
"""Bad cans of orange juice among 50, 30 times: Montgomery, table 7.1."""


def weeks(met: list[int], judged: list[int]) -> pl.DataFrame:
    return pl.DataFrame({"week": range(len(met)), "met": met, "judged": judged})


def test_limits_are_those_of_montgomerys_orange_juice() -> None:
    centre = sum(CANS) / (50 * len(CANS))
    low, high = sigma_limits(centre, [50])
    assert centre == pytest.approx(0.2313, abs=5e-5)
    assert (low[0], high[0]) == pytest.approx((0.0524, 0.4102), abs=5e-5)
    beyond = [n for n, cans in enumerate(CANS, start=1) if cans / 50 > high[0]]
    assert beyond == [15, 23]


def test_laneys_sigma_is_the_mean_moving_range() -> None:
    assert laney_sigma([0.0, 1.128, 0.0]) == pytest.approx(1.0)
    drawn = np.random.default_rng(6).standard_normal(50_000)
    assert laney_sigma(drawn) == pytest.approx(1.0, abs=0.02)
    assert laney_sigma([1.0]) == 1.0


@pytest.mark.parametrize("length", [1, 2, 3, 5, 8])
@pytest.mark.parametrize("points", [0, 1, 4, 9, 12])
def test_runs_are_counted_as_by_writing_them_all_down(points: int, length: int) -> None:
    def longest(sides: tuple[int, ...]) -> int:
        return max((len(list(run)) for _, run in itertools.groupby(sides)), default=0)

    every = list(itertools.product((0, 1), repeat=points))
    share = sum(longest(sides) >= length for sides in every) / len(every)
    assert run_probability(points, length) == pytest.approx(share)


def test_a_run_of_eight_is_no_news_in_a_year_of_weeks() -> None:
    assert run_probability(52, 8) == pytest.approx(0.17, abs=0.01)
    needed = run_needed(52, 0.025)
    assert needed is not None
    assert run_probability(52, needed) <= 0.025 < run_probability(52, needed - 1)
    assert run_needed(7, 0.025) is None
    assert classic_false_alarms(26) > 0.1


def test_a_fall_is_flagged_and_named() -> None:
    met = [30, 31, 29, 32, 30, 28, 31, 30, 29, 31, 8, 30]
    chart = control_chart(weeks(met, [40] * 12))
    flagged = chart.points.filter(pl.col("change").is_not_null())
    assert flagged.select("week", "change", "is_point").rows() == [(10, "down", True)]


def test_a_lasting_rise_is_flagged_as_a_run() -> None:
    random = np.random.default_rng(9)
    before, after = (random.binomial(60, p, 14) for p in (0.5, 0.75))
    chart = control_chart(weeks([*before.tolist(), *after.tolist()], [60] * 28))
    runs = chart.points.filter("is_run")
    assert set(runs["change"]) == {"up", "down"}
    assert runs.filter(change="up")["week"].min() >= 14


def test_weeks_without_opportunities_and_few_weeks_are_not_judged() -> None:
    gap = control_chart(weeks([5, 0, 6], [10, 0, 10]))
    assert gap.points["rate"].to_list() == [0.5, None, 0.6]
    assert gap.points["low"].is_null().to_list() == [False, True, False]
    assert gap.points["change"].is_null().all()
    assert gap.run_needed is None
    nothing = control_chart(weeks([0], [0]))
    assert nothing.centre is None
    assert nothing.points.columns == gap.points.columns


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.integers(0, 50).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
        max_size=30,
    ),
    st.integers(1, 200),
)
def test_more_charts_never_flag_more(drawn: list[tuple[int, int]], charts: int) -> None:
    met, judged = ([row[side] for row in drawn] for side in (0, 1))
    alone, among = (
        control_chart(weeks(met, judged), charts=count) for count in (1, charts)
    )
    some, fewer = (
        set(chart.points.filter(pl.col("change").is_not_null())["week"])
        for chart in (alone, among)
    )
    assert fewer <= some
    assert alone.points["week"].to_list() == list(range(len(drawn)))
    told = alone.points.filter(pl.col("low").is_not_null())
    assert told["low"].is_between(0, 1).all()
    assert (told["low"] <= told["high"]).all()


def test_without_a_change_a_view_of_charts_seldom_flags_anything() -> None:
    """200 views of ten charts of half a year, each agent's weeks as likely as the next."""
    random = np.random.default_rng(10)
    alarms = 0
    for _ in range(200):
        judged = random.integers(3, 50, (10, 26))
        met = random.binomial(judged, 0.85)
        charts = [
            control_chart(weeks(x.tolist(), n.tolist()), charts=10)
            for x, n in zip(met, judged, strict=True)
        ]
        alarms += any(chart.points["change"].is_not_null().any() for chart in charts)
    assert alarms <= 0.05 * 200


def test_weighted_counts_are_plain_ones_with_equal_weights() -> None:
    steps = pl.DataFrame(
        {
            "team": ["N", "N", "S"],
            "met": [3, 9, 1],
            "judged": [10, 10, 4],
            "weight": [2.0, 2.0, 5.0],
        }
    )
    told = weighed_counts(steps, "team")
    assert told["judged"].to_list() == pytest.approx([20.0, 4.0])
    assert told["met"].to_list() == pytest.approx([12.0, 1.0])
    unlike = weighed_counts(
        steps.with_columns(weight=pl.Series([1.0, 3.0, 1.0])), "team"
    )
    assert unlike["judged"][0] == pytest.approx(40**2 / 100)
    assert unlike["met"][0] / unlike["judged"][0] == pytest.approx(30 / 40)
    assert unlike["counted"].to_list() == [20, 4]
