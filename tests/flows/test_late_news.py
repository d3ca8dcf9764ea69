"""News of what was judged already: corrections, contact records, incidents, time itself."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from flows.explain import explain_call
from flows.nightly import nightly
from flows.report import RunReport
from flows.settings import Settings
from tests.flows.nights import angry, put
from tests.flows.runs import ask

Rows = list[tuple[Any, ...]]


@dataclass(frozen=True)
class Night:
    """What a night left behind.

    Attributes:
        report: what the run said.
        facts: each published call with day, agent, team and whether it is heated.
        days: for each mart by day, the days it has rows of.
        documented: published verdicts of the call `open` on its record, with reasons.
    """

    report: RunReport
    facts: Rows
    days: dict[str, list[str]]
    documented: Rows


_MARTS_BY_DAY = ("escalation_rates", "agent_adherence", "verdicts")


def look(settings: Settings, report: RunReport) -> Night:
    """Read what a night published."""
    return Night(
        report=report,
        facts=ask(
            settings,
            "SELECT call_id, day::VARCHAR, agent_id, team, is_heated"
            " FROM marts.call_facts ORDER BY call_id",
        ).rows(),
        days={
            mart: ask(
                settings,
                f"SELECT DISTINCT day::VARCHAR AS day FROM marts.{mart} ORDER BY day",
            )["day"].to_list()
            for mart in _MARTS_BY_DAY
        },
        documented=ask(
            settings,
            "SELECT DISTINCT verdict::VARCHAR, reason FROM marts.verdicts"
            " WHERE call_id = 'open' AND behaviour = 'documented'",
        ).rows(),
    )


@pytest.fixture(scope="module")
def nights(
    prefect_server: str, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Night, Night, Night, Rows]:
    """Three nights on one home: exports, then news of them, then only time passes.

    Also, as the first night explains it: verdicts of the call `open` on its record.
    """
    home = tmp_path_factory.mktemp("late") / "home"
    settings = Settings(home=home)
    put(
        settings,
        "calls.jsonl",
        angry("moved", "2026-10-05T09:00:00+02:00", exported_at="2026-10-06T02:00:00Z"),
        angry("named", "2026-10-05T09:30:00+02:00", agent_id=None, customer_id=None),
        angry("late", None),
        angry("open", "2026-10-08T15:00:00+02:00"),
    )
    put(
        settings,
        "incidents.csv",
        "incident_id,call_id,occurred_at,recorded_at,description",
        "i1,moved,2026-10-05T09:00:00Z,2026-10-05T10:00:00Z,the router",
        # Of nobody here: it shows that the log was kept on that day.
        "i2,,2026-10-08T12:00:00Z,2026-10-08T12:10:00Z,a parcel",
    )
    first = look(settings, nightly(home=home))
    steps = explain_call(settings, "open").steps.filter(behaviour="documented")
    waiting = steps.select("verdict", "reason").unique().rows()
    put(
        settings,
        "later/calls.jsonl",
        angry("moved", "2026-10-06T09:00:00+02:00", exported_at="2026-10-07T02:00:00Z"),
    )
    put(
        settings,
        "later/records.csv",
        "call_id,agent_id,customer_id,team,started_at",
        "named,A7,K1,North,",
        "late,,,,2026-10-07T09:00:00+02:00",
    )
    second = look(settings, nightly(home=home))
    third = look(settings, nightly(home=home, as_of=datetime(2027, 1, 1, tzinfo=UTC)))
    return first, second, third, waiting


def test_a_correction_moves_a_call_and_opens_both_its_days(
    nights: tuple[Night, Night, Night, Rows],
) -> None:
    first, second, *_ = nights
    assert ("moved", "2026-10-05", "A1", "(unknown)", True) in first.facts
    assert ("moved", "2026-10-06", "A1", "(unknown)", True) in second.facts
    assert len(second.facts) == len(first.facts) + 1
    for mart in _MARTS_BY_DAY:
        assert first.days[mart] == ["2026-10-05", "2026-10-08"]
        # What is left on the day that it moved from is the call `named`.
        assert second.days[mart] == [
            "2026-10-05",
            "2026-10-06",
            "2026-10-07",
            "2026-10-08",
        ]


def test_only_days_with_news_are_scored_again(
    nights: tuple[Night, Night, Night, Rows],
) -> None:
    _, second, *_ = nights
    assert second.report.days_scored == 3
    assert second.report.calls_scored == 3


def test_a_contact_record_of_a_later_night_completes_a_call(
    nights: tuple[Night, Night, Night, Rows],
) -> None:
    first, second, *_ = nights
    assert ("named", "2026-10-05", "(unknown)", "(unknown)", True) in first.facts
    assert ("named", "2026-10-05", "A7", "North", True) in second.facts


def test_a_call_without_a_start_waits_for_its_contact_record(
    nights: tuple[Night, Night, Night, Rows],
) -> None:
    first, second, *_ = nights
    assert (first.report.calls_in, first.report.calls_rejected) == (4, 1)
    assert "late" not in {fact[0] for fact in first.facts}
    assert ("late", "2026-10-07", "A1", "(unknown)", True) in second.facts
    # The correction, and the one that had waited.
    assert (second.report.calls_in, second.report.calls_new) == (2, 2)


def test_a_verdict_waits_for_its_window_and_is_given_when_it_has_closed(
    nights: tuple[Night, Night, Night, Rows],
) -> None:
    first, second, third, waiting = nights
    assert [verdict for verdict, _ in waiting] == ["not_observable"]
    assert "open until 2026-10-09" in waiting[0][1]
    assert first.documented == second.documented == []
    assert third.report.is_changed
    assert third.report.files_in == 0
    assert [verdict for verdict, _ in third.documented] == ["missed"]
