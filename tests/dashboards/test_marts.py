"""What the dashboards ask equals what DuckDB answers to a plain question."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from dashboards.filters import Filters
from dashboards.marts import agents, cases, counts
from dashboards.marts.conduct import counted_breaches, uncounted_conduct
from dashboards.marts.door import NothingPublishedError, Published
from dashboards.marts.marks import step_marks, unproven_steps
from dashboards.rates import adherence
from tests.dashboards.published import VERSION, plain

SOME = Filters(
    since=date(2026, 8, 20),
    until=date(2026, 9, 20),
    team=("North",),
    queue=("billing", "orders"),
)
WHERE = (
    "day BETWEEN DATE '2026-08-20' AND DATE '2026-09-20' AND team = 'North'"
    " AND queue IN ('billing', 'orders')"
)


@pytest.mark.parametrize(("filters", "where"), [(Filters(), "true"), (SOME, WHERE)])
def test_call_counts_are_sums_of_the_mart(
    marts: Published, centre: Path, filters: Filters, where: str
) -> None:
    everything = replace(filters, unproven=True)
    row = counts.call_counts(marts, everything).row(0, named=True)
    told = plain(
        centre,
        "SELECT sum(calls), sum(assessable), sum(heated), sum(escalated), sum(breaches)"
        f" FROM marts.escalation_rates WHERE {where}",
    )[0]
    names = ("calls", "assessable", "heated", "escalated", "breaches")
    assert tuple(row[name] for name in names) == told
    assert row["calls"] > 0


@pytest.mark.parametrize(("filters", "where"), [(Filters(), "true"), (SOME, WHERE)])
def test_call_counts_are_the_calls_themselves(
    marts: Published, centre: Path, filters: Filters, where: str
) -> None:
    row = counts.call_counts(marts, filters).row(0, named=True)
    told = plain(
        centre,
        "SELECT count(*), count(*) FILTER (is_heated), count(*) FILTER (is_deescalated)"
        f" FROM marts.call_facts WHERE {where}",
    )[0]
    assert (row["calls"], row["heated"], row["deescalated"]) == told


def test_weeks_add_up_to_the_whole(marts: Published) -> None:
    weeks = counts.call_counts_by_week(marts, SOME)
    whole = counts.call_counts(marts, SOME)
    for name in ("calls", "heated", "breached"):
        assert weeks[name].sum() == whole[name][0]
    assert all(week.weekday() == 0 for week in weeks["week"])


ALL = replace(SOME, unproven=True)
"""The same part of the marts, unproven steps included."""
_COUNTS = "v.mark IS NOT NULL AND v.mark <> 'unproven'"


@pytest.mark.parametrize(("filters", "where"), [(ALL, "true"), (SOME, _COUNTS)])
def test_steps_met_leave_conduct_out_and_what_is_unproven(
    marts: Published, centre: Path, filters: Filters, where: str
) -> None:
    steps = counts.step_counts(marts, filters).filter(~pl.col("is_conduct"))
    told = plain(
        centre,
        "SELECT sum(a.met), sum(a.met + a.missed + a.violated) FROM marts.agent_adherence a"
        " JOIN marts.playbook_steps s USING (playbook, step)"
        " LEFT JOIN marts.step_validity v ON v.playbook = a.playbook"
        " AND v.step = a.step AND v.language = a.language"
        f" WHERE NOT s.is_conduct AND {WHERE} AND {where}",
    )[0]
    row = adherence(steps).row(0, named=True)
    assert (row["met"], row["judged"]) == told
    assert row["low"] < row["rate"] < row["high"]


def test_the_playbook_filter_acts_on_steps_alone(marts: Published) -> None:
    playbook = counts.choices(marts).known["playbook"][0]
    chosen = Filters(playbook=(playbook,))
    assert set(counts.step_counts(marts, chosen)["playbook"]) == {playbook}
    assert counts.call_counts(marts, chosen).equals(
        counts.call_counts(marts, Filters())
    )


@pytest.mark.parametrize("filters", [SOME, ALL])
def test_weekly_steps_add_up_to_the_whole(marts: Published, filters: Filters) -> None:
    weekly = counts.step_counts_by_week(marts, filters)
    steps = counts.step_counts(marts, filters).filter(~pl.col("is_conduct"))
    assert weekly["judged"].sum() == steps["judged"].sum()
    assert weekly["met"].sum() == steps["met"].sum()


def test_the_calls_of_a_cell_are_as_many_as_the_cell_says(marts: Published) -> None:
    cells = agents.agent_steps(marts, SOME)
    shown = [
        *cells.head(40).iter_rows(named=True),
        *cells.tail(40).iter_rows(named=True),
    ]
    assert len({row["playbook"] for row in shown}) > 1
    for cell in shown:
        calls = agents.calls_of_step(
            marts, SOME, cell["agent_id"], cell["playbook"], cell["step"]
        )
        told = {
            name: (calls["verdict"] == name).sum()
            for name in ("met", "missed", "violated")
        }
        assert told == {name: cell[name] for name in told}, cell


@pytest.mark.parametrize("filters", [SOME, ALL])
def test_agents_totals_add_up(marts: Published, filters: Filters) -> None:
    totals = agents.agent_totals(marts, filters)
    assert totals["calls"].sum() == counts.call_counts(marts, SOME)["calls"][0]
    steps = counts.step_counts(marts, filters).filter(~pl.col("is_conduct"))
    assert totals["judged"].sum() == steps["judged"].sum()


@pytest.mark.parametrize(("filters", "where"), [(Filters(), "true"), (SOME, WHERE)])
def test_breaches_counted_from_verdicts_are_the_sums_of_the_mart(
    marts: Published, centre: Path, filters: Filters, where: str
) -> None:
    counted = counted_breaches(marts, replace(filters, unproven=True), "all")
    told = plain(
        centre,
        "SELECT sum(breaches), sum(breached) FROM marts.escalation_rates"
        f" WHERE {where} AND language IN (SELECT language FROM marts.step_validity)",
    )[0]
    assert counted.select("breaches", "breached").row(0) == told


def test_breaches_of_unproven_conduct_are_left_out_everywhere_alike(
    marts: Published, centre: Path
) -> None:
    left = uncounted_conduct(marts, SOME)
    assert left.height
    whole, all_of_it = (counts.call_counts(marts, each) for each in (SOME, ALL))
    told = plain(
        centre,
        "SELECT count(*) FROM marts.verdicts AS v JOIN marts.call_facts AS f"
        " USING (call_id, day) WHERE v.verdict = 'violated'"
        f" AND {WHERE.replace('day', 'f.day')} AND v.behaviour IN"
        " ('calm', 'respect', 'no_rushing') AND NOT ("
        + " OR ".join(
            f"(f.language = '{row['language']}' AND v.behaviour IN"
            f" ({', '.join(map(repr, row['behaviours']))}))"
            for row in left.to_dicts()
        )
        + ") AND f.language IN (SELECT language FROM marts.step_validity)",
    )[0][0]
    assert whole["breaches"][0] == told < all_of_it["breaches"][0]
    for parts in (
        agents.agent_totals(marts, SOME),
        counts.call_counts_by_week(marts, SOME),
    ):
        assert parts["breaches"].sum() == told
        assert parts["breached"].sum() == whole["breached"][0]


def test_what_totals_leave_out_is_counted_by_language(marts: Published) -> None:
    left = unproven_steps(marts, SOME)
    assert left.height > 1
    counted = {
        name: counts.step_counts(marts, filters).filter(~pl.col("is_conduct"))
        for name, filters in (("all", ALL), ("some", SOME))
    }
    difference = counted["all"]["judged"].sum() - counted["some"]["judged"].sum()
    assert left["judged"].sum() == difference > 0


def test_every_observable_step_has_a_mark_in_every_language(marts: Published) -> None:
    marked = step_marks(marts, Filters())
    observable = counts.playbook_steps(marts, Filters()).filter("is_observable")
    assert marked.height == observable.height * marked["language"].n_unique()
    of_one = step_marks(marts, Filters(language=("nl",), playbook=("ten-steps",)))
    assert of_one.select("language", "playbook").unique().rows() == [
        ("nl", "ten-steps")
    ]
    assert set(marked["mark"]) == {"proven", "provisional", "unproven"}


def test_repeat_contacts_are_counted_among_those_observed(marts: Published) -> None:
    rows = counts.repeat_contacts(marts, Filters())
    assert rows["days"].to_list() == [1, 7, 30]
    assert (rows["repeated"] <= rows["observed"]).all()
    assert (rows["observed"] < rows["contacts"]).all()


def test_a_transcript_is_read_relative_to_the_home(marts: Published) -> None:
    fact = cases.call_fact(marts, "C-000001")
    assert fact is not None
    turns = cases.transcript(marts, fact)
    assert turns["turn"].to_list() == list(range(fact["turns"]))


def test_a_calls_verdicts_stand_beside_every_behaviour(
    marts: Published, centre: Path
) -> None:
    fact = cases.call_fact(marts, "C-000001")
    assert fact is not None
    rows = cases.call_verdicts(marts, fact)
    asked = plain(
        centre,
        "SELECT sum(CASE WHEN len(behaviours) = 0 THEN 1 ELSE len(behaviours) END)"
        " FROM marts.playbook_steps",
    )[0][0]
    assert rows.height == asked
    distinct = rows.drop_nulls("verdict").unique("behaviour").height
    assert distinct == fact["met"] + fact["missed"] + fact["violated"]


def test_a_call_that_there_is_none_of_has_no_facts(marts: Published) -> None:
    assert cases.call_fact(marts, "'; DROP TABLE marts.call_facts; --") is None


def test_an_unpublished_home_is_told_in_words(tmp_path: Path) -> None:
    with pytest.raises(NothingPublishedError, match="coolhead nightly"):
        Published(tmp_path, tmp_path).rows("SELECT 1")


def test_the_marts_are_reopened_when_the_pointer_moves(tmp_path: Path) -> None:
    from tests.dashboards.centre import publish_centre
    from tests.dashboards.published import Rows, write

    published = publish_centre(tmp_path, calls=30)
    door = Published(published, tmp_path)
    assert counts.call_counts(door, Filters())["calls"][0] == 30
    assert counts.freshness(door).version == VERSION
    write(tmp_path, Rows(), "run-000004")
    assert counts.call_counts(door, Filters())["calls"][0] == 0
    assert counts.freshness(door).version == "run-000004"


def test_threads_share_the_door(marts: Published) -> None:
    from concurrent.futures import ThreadPoolExecutor

    asked = [
        Filters(queue=(queue,)) for queue in ("billing", "technical", "orders")
    ] * 8
    with ThreadPoolExecutor(6) as pool:
        told = list(pool.map(lambda f: counts.call_counts(marts, f)["calls"][0], asked))
    assert told[:3] * 8 == told
    assert sum(told[:3]) == counts.call_counts(marts, Filters())["calls"][0]
