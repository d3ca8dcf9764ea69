"""Staging: completed calls, last versions of logs, and the days that each news touches."""

import pytest

from flows.settings import Settings
from tests.flows.nights import call, due, night, put, rows


def test_a_contact_record_completes_a_call_that_came_before_or_after(
    settings: Settings,
) -> None:
    put(settings, "a.jsonl", call("c1", team="North"))
    put(settings, "b.csv", "call_id,team,queue", "c1,South,billing", "c2,South,")
    night(settings)
    due(settings)
    put(settings, "c.jsonl", call("c2", started_at="2026-10-06T09:00:00+02:00"))
    put(
        settings, "d.csv", "call_id,queue,customer_id,vulnerable", "c2,retention,k1,yes"
    )
    night(settings, "second")
    assert rows(
        settings,
        "SELECT call_id, team, queue, customer_id, vulnerable FROM staging.calls ORDER BY 1",
    ) == [
        ("c1", "North", "billing", None, None),
        ("c2", "South", "retention", "k1", True),
    ]
    assert due(settings) == ["2026-10-06"]


def test_a_contact_record_on_a_later_night_opens_the_day_only_if_it_tells_news(
    settings: Settings,
) -> None:
    put(settings, "a.jsonl", call("c1", team="North"))
    night(settings)
    due(settings)
    put(settings, "b.csv", "call_id,team", "c1,South")
    night(settings, "second")
    assert due(settings) == []
    put(settings, "c.csv", "call_id,agent_id,agent_name", "c1,a1,Ana")
    put(settings, "d.csv", "call_id,agent_id", "c1,a2")
    _, staged = night(settings, "third")
    assert staged.calls == 1
    assert due(settings) == ["2026-10-05"]
    assert rows(settings, "SELECT agent_id, agent_name FROM staging.calls") == [
        ("a2", "Ana")
    ]


def test_an_end_that_lies_before_the_start_completes_nothing(
    settings: Settings,
) -> None:
    put(settings, "a.jsonl", call("c1"))
    put(settings, "b.csv", "call_id,ended_at", "c1,2026-10-05T08:00:00+02:00")
    night(settings)
    assert rows(settings, "SELECT ended_at FROM staging.calls") == [(None,)]


def test_the_last_told_version_of_an_incident_stands(settings: Settings) -> None:
    put(settings, "a.csv", "incident_id,status", "i1,open", "i1,waiting")
    night(settings)
    put(settings, "b.csv", "incident_id,status", "i1,solved")
    night(settings, "second")
    put(settings, "c.jsonl", {"incident_id": "i1", "status": "open"})
    _, staged = night(settings, "third")
    assert rows(settings, "SELECT incident_id, status FROM staging.incidents") == [
        ("i1", "open")
    ]
    assert rows(settings, "SELECT count(*) FROM raw.incidents") == [(3,)]
    assert staged.incidents == 1


@pytest.mark.parametrize(
    ("incident", "touched"),
    [
        ("i1,c1,,2026-10-20T09:00:00Z", ["2026-10-05"]),
        ("i1,,k1,2026-10-11T09:00:00Z", ["2026-10-05", "2026-10-12"]),
        ("i1,lost,k1,2026-10-13T09:00:00Z", ["2026-10-12"]),
        ("i1,,k1,2026-10-20T09:00:00Z", []),
        ("i1,,nobody,2026-10-05T09:00:00Z", []),
    ],
)
def test_an_incident_touches_its_calls_day_else_the_customers_days_around_it(
    settings: Settings, incident: str, touched: list[str]
) -> None:
    put(
        settings,
        "a.jsonl",
        call("c1", customer_id="k1"),
        call("c2", customer_id="k1", started_at="2026-10-12T09:00:00+02:00"),
        call("c3", customer_id="k2", started_at="2026-10-11T09:00:00+02:00"),
    )
    night(settings)
    due(settings)
    put(settings, "b.csv", "incident_id,call_id,customer_id,occurred_at", incident)
    night(settings, "second")
    assert due(settings) == touched


def test_an_incident_that_moves_to_another_call_touches_both_days(
    settings: Settings,
) -> None:
    put(
        settings,
        "a.jsonl",
        call("c1"),
        call("c2", started_at="2026-10-12T09:00:00+02:00"),
    )
    put(settings, "b.csv", "incident_id,call_id", "i1,c1")
    night(settings)
    due(settings)
    put(settings, "c.csv", "incident_id,call_id", "i1,c2")
    night(settings, "second")
    assert due(settings) == ["2026-10-05", "2026-10-12"]


def test_shifts_touch_the_days_that_they_cover_and_the_roster_the_agents_own(
    settings: Settings,
) -> None:
    put(
        settings,
        "a.jsonl",
        call("c1", agent_id="a1"),
        call("c2", agent_id="a1", started_at="2026-10-12T09:00:00+02:00"),
        call("c3", agent_id="a2", started_at="2026-10-13T09:00:00+02:00"),
    )
    night(settings)
    due(settings)
    put(
        settings,
        "shifts.csv",
        "agent_id,shift_start,shift_end",
        "a1,2026-10-05T08:00:00+02:00,2026-10-05T17:00:00+02:00",
        "a1,2026-10-06T08:00:00+02:00,2026-10-06T17:00:00+02:00",
        # On this day another agent has a call, of whose shift it is now known to be missing.
        "a1,2026-10-12T22:00:00+02:00,2026-10-13T06:00:00+02:00",
    )
    night(settings, "second")
    assert due(settings) == ["2026-10-05", "2026-10-12", "2026-10-13"]
    put(
        settings,
        "roster.csv",
        "agent_id,team,valid_from,valid_to",
        "a1,North,2026-10-06,",
    )
    night(settings, "third")
    assert due(settings) == ["2026-10-12"]


def test_shifts_and_roster_periods_count_once_and_the_last_told_stands(
    settings: Settings,
) -> None:
    head = "agent_id,shift_start,shift_end"
    put(settings, "a.csv", head, "a1,2026-10-05T08:00:00,2026-10-05T12:00:00")
    put(
        settings,
        "b.csv",
        head,
        "a1,2026-10-05T08:00:00+02:00,2026-10-05T13:00:00+02:00",
    )
    put(
        settings,
        "r1.csv",
        "agent_id,team,valid_from",
        "a1,North,2026-01-01",
        "a1,South,",
    )
    put(settings, "r2.csv", "agent_id,team,valid_from", "a1,East,2026-01-01")
    night(settings)
    shifts = "SELECT agent_id, hour(shift_end) FROM staging.shifts"
    assert rows(settings, shifts) == [("a1", 11)]
    agents = "SELECT team FROM staging.agents ORDER BY valid_from NULLS FIRST"
    assert rows(settings, agents) == [("South",), ("East",)]


def test_a_day_due_for_several_reasons_names_them_all_until_it_is_scored(
    settings: Settings,
) -> None:
    put(settings, "a.jsonl", call("c1"))
    night(settings)
    put(settings, "b.csv", "incident_id,call_id", "i1,c1")
    _, staged = night(settings, "second")
    assert staged.days_due == 1
    ((reason,),) = rows(settings, "SELECT reason FROM staging.days_due")
    assert reason == "calls new or corrected; incidents new or changed"
