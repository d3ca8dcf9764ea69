"""An agent who gets the hard calls, and is as good as the others, stays inside the funnel."""

from math import log
from typing import Any

import polars as pl
import pytest
from scipy.stats import binomtest

from tests.flows.recovery import Recovered
from transforms.measures.funnel import OUTSIDE, funnel


@pytest.fixture(scope="module")
def agents(recovered: Recovered) -> pl.DataFrame:
    """One row for each agent: observed, expected, limits, and which calls they got."""
    summed = recovered.ask(
        "SELECT agent_id, language, sum(calls) AS calls, sum(escalated) AS observed,"
        " sum(expected) AS expected, sum(variance) AS variance"
        " FROM marts.expected_escalations GROUP BY ALL ORDER BY ALL"
    ).with_columns(pl.col("calls", "observed").cast(pl.Float64))
    mix = recovered.truth("agents").select("agent_id", "case_mix")
    return funnel(summed).join(mix, on="agent_id", validate="1:1")


def together(agents: pl.DataFrame, case_mix: str) -> dict[str, Any]:
    """All agents with such calls as one, against the funnel's limits."""
    sums = ("calls", "observed", "expected", "variance")
    one = agents.filter(pl.col("case_mix") == case_mix).select(pl.col(sums).sum())
    return funnel(one).row(0, named=True)


@pytest.mark.parametrize("case_mix", ["hard", "easy"])
def test_those_with_hard_or_easy_calls_are_inside(
    agents: pl.DataFrame, case_mix: str
) -> None:
    """Of five agents one may lie outside 95 % by chance, none outside 99.8 %."""
    chosen = agents.filter(pl.col("case_mix") == case_mix)
    assert chosen.height >= 3
    assert OUTSIDE[2] not in chosen["outside"].to_list(), chosen
    assert (chosen["outside"] == OUTSIDE[1]).sum() <= 1, chosen
    assert not chosen["is_flagged"].any(), chosen


@pytest.mark.parametrize("case_mix", ["hard", "easy"])
def test_case_mix_explains_most_of_what_sets_them_apart(
    agents: pl.DataFrame, case_mix: str
) -> None:
    """Not all: anger in the first turn that isn't heard cannot be adjusted for."""
    one, usual = together(agents, case_mix), together(agents, "usual")
    raw = (one["observed"] / one["calls"]) / (usual["observed"] / usual["calls"])
    assert abs(log(one["ratio"])) < 0.5 * abs(log(raw)), (one, usual)


def test_by_their_raw_rates_they_would_be_far_outside(agents: pl.DataFrame) -> None:
    usual = together(agents, "usual")
    rate = usual["observed"] / usual["calls"]
    for mix, side in (("hard", "greater"), ("easy", "less")):
        one = together(agents, mix)
        chance = binomtest(int(one["observed"]), int(one["calls"]), rate, side)
        assert chance.pvalue < 0.01, one


def test_expected_and_observed_agree_over_the_whole_centre(
    agents: pl.DataFrame,
) -> None:
    observed, expected = agents["observed"].sum(), agents["expected"].sum()
    assert observed > 200
    assert expected == pytest.approx(observed, rel=0.03)
