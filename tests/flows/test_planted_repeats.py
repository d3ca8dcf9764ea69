"""Repeat rates of a generated centre are the planted ones."""

from datetime import datetime, timedelta

import polars as pl
import pytest

from flows.generate.repeats import WINDOWS, contacts
from tests.flows.recovery import Recovered

LEAST_TOLD_APART = 0.75
"""Of planted pairs at most 30 days apart, the share told rightly as one issue or two."""
_KEYS = [f"{kind}_{days}d" for days in WINDOWS for kind in ("observed", "repeated")]


def counted(rung: pl.DataFrame) -> pl.DataFrame:
    """Contacts, and for each window those observed and those repeated, by agent."""
    sums = {
        name: expression.sum()
        for days in WINDOWS
        for name, expression in (
            (f"observed_{days}d", pl.col(f"again_{days}d").is_not_null()),
            (f"repeated_{days}d", pl.col(f"again_{days}d").fill_null(value=False)),
        )
    }
    by_agent = rung.group_by("agent_id").agg(contacts=pl.len(), **sums)
    return by_agent.sort("agent_id").select(
        "agent_id", pl.col("contacts", *_KEYS).cast(pl.Int64)
    )


@pytest.fixture(scope="module")
def told(recovered: Recovered) -> pl.DataFrame:
    sums = ", ".join(f"sum({name})::BIGINT AS {name}" for name in ("contacts", *_KEYS))
    return recovered.ask(
        f"SELECT agent_id, {sums} FROM marts.repeat_contacts"
        " GROUP BY agent_id ORDER BY agent_id"
    )


@pytest.fixture(scope="module")
def as_of(recovered: Recovered) -> datetime:
    moment = recovered.ask("SELECT as_of FROM marts.run_history").item()
    assert isinstance(moment, datetime)
    return moment


def test_counts_are_those_of_the_true_calls_by_the_ids_that_were_linked(
    recovered: Recovered, told: pl.DataFrame, as_of: datetime
) -> None:
    """To the call: who is one person is taken as the line tells it."""
    linked = recovered.ask("SELECT call_id, customer_id FROM marts.call_facts")
    calls = recovered.truth("calls").drop("customer_id", "person_id")
    mine = calls.join(linked, on="call_id", validate="1:1").rename(
        {"customer_id": "person_id"}
    )
    assert mine.height == linked.height
    assert counted(contacts(mine, as_of)).equals(told)


@pytest.mark.parametrize("days", WINDOWS)
def test_rates_are_the_planted_ones(
    recovered: Recovered, told: pl.DataFrame, days: int
) -> None:
    """Within half a point: some people stand in the source under two ids."""
    planted = recovered.truth("contacts")[f"again_{days}d"].mean()
    found = told[f"repeated_{days}d"].sum() / told[f"observed_{days}d"].sum()
    assert isinstance(planted, float)
    assert found == pytest.approx(planted, abs=0.005)


def test_contacts_whose_window_is_still_open_are_left_out(
    recovered: Recovered, told: pl.DataFrame, as_of: datetime
) -> None:
    rung = recovered.truth("contacts")
    assert told["contacts"].sum() >= rung.height
    for days in WINDOWS:
        watched = rung.filter(pl.col("started_at") + timedelta(days=days) <= as_of)
        assert 0 <= told[f"observed_{days}d"].sum() - watched.height <= 3


def test_planted_pairs_are_told_as_one_issue_or_two(recovered: Recovered) -> None:
    """Among those who rang twice only, so that nothing lies in between."""
    cases = recovered.ask(
        "SELECT case_id, unnest(call_ids) AS contact_id FROM marts.cases"
    )
    pairs = (
        recovered.truth("contacts")
        .join(
            recovered.truth("customers").filter(pl.col("role") == "pair"),
            on="person_id",
            how="semi",
        )
        .join(cases, on="contact_id", how="left")
        .sort("started_at")
        .group_by("person_id", maintain_order=True)
        .agg(
            days=(pl.col("started_at").last() - pl.col("started_at").first()),
            planted=pl.col("issue").n_unique() == 1,
            told=pl.col("case_id").null_count().eq(0)
            & (pl.col("case_id").n_unique() == 1),
            contacts=pl.len(),
        )
        .filter(pl.col("contacts") == 2, pl.col("days") < timedelta(days=30))
    )
    assert pairs.height >= 15
    right = (pairs["planted"] == pairs["told"]).mean()
    assert isinstance(right, float)
    assert right >= LEAST_TOLD_APART, pairs
