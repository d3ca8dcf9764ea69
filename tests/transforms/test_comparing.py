"""Agents compared on steps: standardised for step and queue, shrunk, ranked."""

from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tests.tables import table
from transforms.measures import ratio_funnel, share_funnel, shrunken, standardised

STRATA = ["step", "queue"]
COUNTS = st.integers(1, 40).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
CENTRE = st.lists(
    st.tuples(
        st.sampled_from("abcdef"),
        st.sampled_from("12"),
        st.sampled_from(["billing", "orders"]),
        COUNTS,
        st.sampled_from([1.0, 2.0]),
    ),
    min_size=1,
    max_size=20,
    unique_by=lambda row: row[:3],
)


def cells(text: str) -> pl.DataFrame:
    return table(text, met=pl.Int64, judged=pl.Int64, weight=pl.Float64)


def centre(rows: list[tuple[Any, ...]]) -> pl.DataFrame:
    flat = [(agent, step, queue, *counts, w) for agent, step, queue, counts, w in rows]
    names = ["agent_id", "step", "queue", "met", "judged", "weight"]
    return pl.DataFrame(flat, schema=names, orient="row")


TWO_QUEUES = cells("""
    agent_id | step | queue | met | judged | weight
    ---------+------+-------+-----+--------+-------
    hard     | 1    | angry | 30  | 100    | 1
    other    | 1    | angry | 60  | 200    | 1
    easy     | 1    | quiet | 90  | 100    | 1
    another  | 1    | quiet | 180 | 200    | 1
    """)


def test_a_hard_queue_counts_against_nobody() -> None:
    told = share_funnel(TWO_QUEUES, "agent_id", STRATA)
    assert told is not None
    by_agent = {row["agent_id"]: row for row in told.units.iter_rows(named=True)}
    assert by_agent["hard"]["share"] == 0.3
    assert by_agent["easy"]["share"] == 0.9
    assert told.units["difference"].to_list() == pytest.approx([0.0] * 4)
    assert told.units["outside"].unique().to_list() == ["inside"]
    ranks = shrunken(TWO_QUEUES, "agent_id", STRATA, 20)
    assert ranks["shrunk"].n_unique() == 1
    assert ranks["rank"].to_list() == [1, 1, 1, 1]


def test_a_comparison_is_the_two_sample_test_with_the_others() -> None:
    one_queue = cells("""
        agent_id | step | queue | met | judged | weight
        ---------+------+-------+-----+--------+-------
        ana      | 1    | q     | 18  | 30     | 1
        ben      | 1    | q     | 25  | 70     | 1
        cem      | 1    | q     | 35  | 80     | 1
        """)
    rows = standardised(one_queue, "agent_id", STRATA)
    ana = rows.row(0, named=True)
    known: Any = stats.hypergeom(180, 78, 30)
    assert ana["expected"] == pytest.approx(known.mean())
    assert ana["variance"] == pytest.approx(known.var())
    chi_square: Any = stats.chi2_contingency([[18, 12], [60, 90]], correction=False)
    score = (ana["observed"] - ana["expected"]) ** 2 / ana["variance"]
    assert score == pytest.approx(chi_square.statistic * 179 / 180)


def test_in_one_stratum_the_limits_are_those_of_a_binomial_share() -> None:
    many = pl.DataFrame(
        {
            "agent_id": [f"A{n}" for n in range(400)],
            "step": ["1"] * 400,
            "queue": ["q"] * 400,
            "met": [60] * 400,
            "judged": [100] * 400,
            "weight": [1.0] * 400,
        }
    )
    told = share_funnel(many, "agent_id", STRATA)
    assert told is not None
    assert told.target == pytest.approx(0.6)
    assert told.units["size"][0] == pytest.approx(100, rel=0.01)
    low, high = (float(bound[0]) for bound in told.curve(np.array([100.0]), 0.05))
    known: Any = stats.binom(100, 0.6)
    assert low == pytest.approx(known.ppf(0.025) / 100 - 0.6, abs=0.01)
    assert high == pytest.approx(known.ppf(0.975) / 100 - 0.6, abs=0.01)


def test_who_has_a_queue_alone_is_compared_with_nobody() -> None:
    alone = cells("""
        agent_id | step | queue | met | judged | weight
        ---------+------+-------+-----+--------+-------
        ana      | 1    | q     | 18  | 30     | 1
        ben      | 1    | r     | 25  | 70     | 1
        """)
    assert share_funnel(alone, "agent_id", STRATA) is None
    told = shrunken(alone, "agent_id", STRATA, 20)
    assert told.is_empty()
    assert {"shrunk", "low", "high", "rank", "rank_from"} <= set(told.columns)


def test_few_opportunities_have_no_rank_and_many_keep_their_share() -> None:
    random = np.random.default_rng(2)
    skill = random.beta(6, 4, 40)
    judged = np.array([4] * 5 + [400] * 35)
    frame = pl.DataFrame(
        {
            "agent_id": [f"A{n:02}" for n in range(40)],
            "step": ["1"] * 40,
            "queue": ["q"] * 40,
            "met": random.binomial(judged, skill),
            "judged": judged,
            "weight": [1.0] * 40,
        }
    )
    told = shrunken(frame, "agent_id", STRATA, 20)
    few, many = told.head(5), told.tail(35)
    assert few["rank"].is_null().all()
    assert many["rank"].to_list() == (
        many["shrunk"].rank("min", descending=True).cast(pl.UInt32).to_list()
    )
    assert (many["shrunk"] - many["share"]).abs().max() < 0.02
    assert (few["high"] - few["low"]).min() > (many["high"] - many["low"]).max()
    assert (many["rank_from"] <= many["rank"]).all()
    assert (many["rank"] <= many["rank_to"]).all()


@settings(max_examples=60, deadline=None)
@given(CENTRE)
def test_what_is_expected_of_all_is_what_all_did(rows: list[tuple[Any, ...]]) -> None:
    drawn = centre(rows)
    # One weight a step, as playbooks have it.
    drawn = drawn.with_columns(weight=pl.col("weight").first().over("step"))
    told = standardised(drawn, "agent_id", STRATA)
    assert told["expected"].sum() == pytest.approx(told["observed"].sum())
    assert (told["variance"] <= told["sampling"] + 1e-9).all()
    assert (told["most_judged"] <= told["judged"]).all()


@settings(max_examples=40, deadline=None)
@given(CENTRE, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(
    rows: list[tuple[Any, ...]], random: Any
) -> None:
    drawn = centre(rows)
    shuffled = drawn[random.sample(range(drawn.height), drawn.height)]
    told, other = (
        shrunken(frame, "agent_id", STRATA, 5) for frame in (drawn, shuffled)
    )
    assert told.select("agent_id", "met", "judged", "most_judged").equals(
        other.select("agent_id", "met", "judged", "most_judged")
    )
    assert told["shrunk"].to_list() == pytest.approx(
        other["shrunk"].to_list(), abs=1e-4
    )


@settings(max_examples=60, deadline=None)
@given(CENTRE)
def test_ranks_lie_in_what_is_known_of_them(rows: list[tuple[Any, ...]]) -> None:
    told = shrunken(centre(rows), "agent_id", STRATA, 10)
    ranked = told.filter(pl.col("rank").is_not_null())
    assert (ranked["most_judged"] >= 10).all()
    assert told.filter(pl.col("most_judged") >= 10).height == ranked.height
    assert (ranked["rank_from"] <= ranked["rank"]).all()
    assert (ranked["rank"] <= ranked["rank_to"]).all()
    assert told["shrunk"].is_between(0.0, 1.0).all()
    assert (told["low"] <= told["shrunk"] + 1e-9).all()
    assert (told["shrunk"] <= told["high"] + 1e-9).all()


def test_equal_agents_are_outside_no_more_often_than_promised() -> None:
    """100 months of 40 agents, 5 steps and 3 queues, each step with a rate of its own."""
    random = np.random.default_rng(8)
    grid = [(a, s, q) for a in range(40) for s in range(5) for q in range(3)]
    base = pl.DataFrame(grid, schema=["agent_id", "step", "queue"], orient="row")
    rates = random.uniform(0.2, 0.9, (5, 3))[base["step"], base["queue"]]
    out = agents = 0
    for _ in range(100):
        judged = random.integers(1, 25, base.height)
        drawn = base.with_columns(
            met=random.binomial(judged, rates), judged=judged, weight=pl.lit(1.0)
        )
        told = share_funnel(drawn, "agent_id", STRATA)
        assert told is not None
        out += told.units.filter(pl.col("outside") != "inside").height
        agents += told.units.height
    assert out <= 0.05 * agents


def test_ratios_stand_where_their_own_limits_are_the_curves() -> None:
    units = pl.DataFrame(
        {
            "observed": [8, 30, 0],
            "expected": [8.0, 20.0, 0.0],
            "variance": [6.0, 15.0, 0.0],
        }
    )
    told = ratio_funnel(units)
    assert told is not None
    assert told.units.height == 2
    low, high = told.curve(told.units["size"].to_numpy(), 0.05)
    assert told.units["low95"].to_list() == pytest.approx(low.tolist())
    assert told.units["high95"].to_list() == pytest.approx(high.tolist())
    assert ratio_funnel(units.tail(1)) is None
