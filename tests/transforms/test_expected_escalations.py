"""Expectations from the case mix: fair to who takes hard calls, and blind to one's own calls."""

from functools import cache

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transforms.drawn import thresholds
from tests.transforms.simulated import CALM, HARD, centre
from transforms.contracts.agent_marts import CASE_MIX, EXPECTED_ESCALATIONS
from transforms.expected_escalations import Expectations, expectations, folds

UNFAIR = (0.9, 0.05)
"""The first agent takes nearly all hard calls, the second hardly any; both as good."""


def expected(mix: pl.DataFrame) -> Expectations:
    return expectations(mix, thresholds())


@cache
def fair() -> Expectations:
    return expected(centre(3, hard=UNFAIR))


def by_agent(found: Expectations) -> pl.DataFrame:
    numbers = pl.col("calls", "escalated", "expected", "variance")
    return (
        found.expected.group_by("agent_id")
        .agg(numbers.sum())
        .with_columns(
            rate=pl.col("escalated") / pl.col("calls"),
            ratio=pl.col("escalated") / pl.col("expected"),
            z=(pl.col("escalated") - pl.col("expected")) / pl.col("variance").sqrt(),
        )
        .sort("agent_id")
    )


def test_agents_with_hard_and_easy_calls_who_are_equally_good_are_as_expected() -> None:
    hard, easy = by_agent(fair()).head(2).to_dicts()
    assert hard["rate"] > 3 * easy["rate"]
    assert hard["ratio"] == pytest.approx(1, abs=0.2)
    assert easy["ratio"] == pytest.approx(1, abs=0.5)
    assert max(abs(hard["z"]), abs(easy["z"])) < 1.96


def test_an_agent_who_does_worse_stands_out_whatever_the_calls() -> None:
    found = by_agent(expected(centre(4, hard=UNFAIR, worse=(0.0, 1.6))))
    assert found["z"][1] > 3.09
    assert found["z"].arg_max() == 1


def test_expected_and_observed_agree_over_all_calls_and_over_tenths() -> None:
    found = fair()
    totals = by_agent(found).sum()
    assert totals["expected"].item() == pytest.approx(
        totals["escalated"].item(), rel=0.02
    )
    tenths = found.reliability.filter(among="assessable")
    off = (tenths["escalated"] - tenths["expected"]) / tenths["expected"].sqrt()
    assert tenths.height == 10
    assert tenths["expected"].is_sorted()
    assert off.abs().max() < 3


def test_heated_calls_have_a_model_of_their_own() -> None:
    mix = centre(3, hard=UNFAIR)
    heated = expected(mix).expected.select(
        pl.col("heated", "heated_escalated", "heated_expected").sum()
    )
    row = heated.row(0, named=True)
    assert row["heated"] == mix["is_heated"].sum()
    assert row["heated_escalated"] == mix.filter("is_heated", "is_escalated").height
    assert row["heated_expected"] == pytest.approx(row["heated_escalated"], rel=0.05)


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 11), st.booleans())
def test_an_agents_own_outcomes_never_set_their_own_expectation(
    number: int, always: bool
) -> None:
    agent = pl.col("agent_id") == f"a{number:03d}"
    changed = centre(3, hard=UNFAIR).with_columns(
        is_escalated=pl.when(agent).then(pl.lit(always)).otherwise("is_escalated")
    )
    told = [
        found.expected.filter(agent).select("expected", "heated_expected")
        for found in (fair(), expected(changed))
    ]
    assert told[0].equals(told[1])


def test_the_order_of_calls_changes_nothing() -> None:
    again = expected(centre(3, hard=UNFAIR).sample(fraction=1, shuffle=True, seed=1))
    assert again.expected.equals(fair().expected)
    assert again.case_mix.equals(fair().case_mix)


def test_the_agents_of_a_language_are_spread_over_the_parts() -> None:
    mix = centre(1, agents=10, languages=("en", "nl"))
    spread = folds(mix, 5).join(mix.select("agent_id", "language").unique(), "agent_id")
    assert spread.group_by("language").agg(pl.col("fold").n_unique())[
        "fold"
    ].to_list() == [5, 5]


def test_who_speaks_a_language_alone_is_held_against_nobody() -> None:
    mix = centre(1, agents=6).with_columns(
        language=pl.when(pl.col("agent_id") == "a005")
        .then(pl.lit("fy"))
        .otherwise("language")
    )
    assert expected(mix).expected["language"].unique().to_list() == ["en"]


@pytest.mark.parametrize("escalated", [False, True])
def test_too_few_calls_of_either_kind_give_the_base_rate_and_say_so(
    escalated: bool,
) -> None:
    mix = centre(2, calls=90, agents=4).with_columns(is_escalated=pl.lit(escalated))
    found = expected(mix)
    assert found.case_mix["method"].unique().to_list() == ["base rate"]
    assert found.case_mix["odds_ratio"].null_count() == found.case_mix.height
    share = by_agent(found)["expected"] / by_agent(found)["calls"]
    assert share.is_between(0.98, 1).all() if escalated else share.max() < 0.02
    assert found.expected["variance"].min() > 0


def test_nothing_is_expected_of_no_calls_or_of_one_agent() -> None:
    none = expected(centre(1).head(0))
    assert none.expected.equals(EXPECTED_ESCALATIONS.empty())
    assert none.case_mix.equals(CASE_MIX.empty())
    assert expected(centre(1, agents=1)).expected.is_empty()


def test_the_model_is_told_in_odds_against_the_most_frequent_level() -> None:
    degrees = fair().case_mix.filter(among="assessable", factor="opening_temperature")
    hot, calm = (
        degrees.filter(level=level).row(0, named=True) for level in (HARD, CALM)
    )
    assert calm["is_reference"]
    assert calm["odds_ratio"] == 1
    assert 6 < hot["odds_ratio"] < 13
    hours = fair().case_mix.filter(among="assessable", factor="hour")["odds_ratio"]
    assert hours.is_between(0.8, 1.25).all()
