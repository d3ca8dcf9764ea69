"""Who started an escalation, what came of supervisor requests, and where sources disagree."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

import polars as pl
import pytest

from tests.transforms.drawn import MONDAY, Drawn, batch, thresholds, weights
from transforms.context import Context, context
from transforms.disagreements import source_disagreements
from transforms.escalation import deescalated, escalations
from transforms.escalation_paths import escalation_events, request_outcomes

ASKED = "customer | supervisor_request | your boss please\n"


def known(
    talk: str,
    fields: Mapping[str, object] | None = None,
    incidents: Sequence[Mapping[str, object]] = (),
    *,
    timed: bool = True,
) -> Context:
    call = Drawn(talk, fields or {}, timed=timed)
    return context(batch(call, incidents=incidents), thresholds(), weights())


def events(given: Context) -> pl.DataFrame:
    found = escalations(given.heard, given.incidents, given.is_assessable, thresholds())
    return escalation_events(given, found)


def event(given: Context, kind: str) -> dict[str, object]:
    return events(given).filter(event_type=kind).row(0, named=True)


def outcome(given: Context) -> dict[str, object]:
    found = escalations(given.heard, given.incidents, given.is_assessable, thresholds())
    cooled = deescalated(given.heat, found, given.incidents, thresholds())
    return request_outcomes(given, cooled).row(0, named=True)


def disagreements(given: Context) -> list[tuple[str, str, str]]:
    found = escalations(given.heard, given.incidents, given.is_assessable, thresholds())
    shown = source_disagreements(given, found)
    return shown.select("kind", "one_says", "other_says").rows()


def test_a_customers_threat_comes_after_what_the_agent_said_in_the_turns_before() -> (
    None
):
    talk = (
        "agent | greeting | hello\ncustomer | anger | grr\nagent | rushing hostility | quick\n"
        "customer || what\ncustomer | threat | I'll get you"
    )
    found = event(known(talk), "threat")
    assert found["started_by"] == "customer"
    assert found["turn"] == 4
    assert found["at_seconds"] == 16.0
    assert found["before"] == ["hostility", "rushing"]


def test_what_the_agent_does_unasked_is_the_agents() -> None:
    talk = "customer | insult | you fool\nagent | ending_call | goodbye"
    found = event(known(talk), "agent_ended_call")
    assert (found["started_by"], found["before"]) == ("agent", ["insult"])


@pytest.mark.parametrize(
    ("before", "who"), [(ASKED, "customer"), ("customer || hm\n", "agent")]
)
def test_a_transfer_is_the_customers_where_one_asked_for_it(
    before: str, who: str
) -> None:
    talk = before + "agent | supervisor_handover | one moment\nsupervisor || hello"
    assert event(known(talk), "supervisor_transfer")["started_by"] == who


def test_what_nobody_said_before_is_not_made_up() -> None:
    found = event(known("customer | churn_threat | I'm leaving"), "churn_threat")
    assert found["before"] == []


def test_a_formal_complaint_names_its_incident_and_the_link() -> None:
    named = {"call_id": "c1", "recorded_at": MONDAY + timedelta(hours=2)}
    unnamed = {"customer_id": "customer1", "occurred_at": MONDAY + timedelta(days=3)}
    own = event(known("customer || a", incidents=[named]), "formal_complaint")
    other = event(known("customer || a", incidents=[unnamed]), "formal_complaint")
    assert (own["incident_id"], own["linked_by"]) == ("i1", "call id")
    assert other["linked_by"] == "customer and time"
    assert (own["started_by"], own["turn"], own["before"]) == ("source", -1, [])


@pytest.mark.parametrize(
    ("author", "is_own"), [("ana", True), ("ben", False), (None, False)]
)
def test_the_agents_own_record_of_the_call_is_told_apart(
    author: str | None, *, is_own: bool
) -> None:
    logged = {"call_id": "c1", "agent_id": author, "recorded_at": MONDAY}
    found = event(known("customer || a", incidents=[logged]), "formal_complaint")
    assert found["is_own_record"] is is_own


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ("agent | supervisor_handover | one moment", ("honoured", False)),
        ("agent || hm\nsupervisor || hello", ("honoured", False)),
        ("agent | follow_up_commitment | she'll ring you", ("callback", False)),
        ("agent | supervisor_refusal | no", ("refused", True)),
        ("agent || the weather", ("ignored", False)),
        (
            "agent | supervisor_refusal | no\ncustomer || but\nsupervisor || hello",
            ("honoured", True),
        ),
    ],
)
def test_a_request_has_one_outcome(after: str, expected: tuple[str, bool]) -> None:
    found = outcome(known(ASKED + after))
    assert (found["outcome"], found["was_refused"]) == expected


def test_the_sources_word_of_a_transfer_counts_and_has_no_time() -> None:
    found = outcome(known(ASKED + "agent || ok", {"transferred_to": "SUP-1"}))
    assert found["outcome"] == "honoured"
    assert found["seconds_to_transfer"] is None


def test_the_time_to_the_transfer_runs_from_the_end_of_the_first_request() -> None:
    talk = ASKED + "agent || hm\n" + ASKED + "agent | supervisor_handover | one moment"
    found = outcome(known(talk))
    assert (found["requests"], found["turns_to_transfer"]) == (2, 3)
    assert found["seconds_to_transfer"] == 8.0
    assert outcome(known(talk, timed=False))["seconds_to_transfer"] is None


@pytest.mark.parametrize(
    ("after", "solved"),
    [
        ("agent | solution_offer | a refund\ncustomer | resolved | fine", True),
        ("agent || hm\ncustomer | resolved | fine", False),
        ("agent | solution_offer | a refund\ncustomer | anger | no", False),
        (
            "agent | solution_offer | a refund\ncustomer | resolved | ok\nsupervisor || hi",
            False,
        ),
    ],
)
def test_a_solution_ends_a_request_where_nobody_took_over(
    after: str, *, solved: bool
) -> None:
    assert outcome(known(ASKED + after))["is_solved"] is solved


@pytest.mark.parametrize(
    ("talk", "fields", "incident", "kind"),
    [
        (
            "customer || a",
            {},
            {"status": "Escalated"},
            "status escalated, flag empty",
        ),
        (
            "customer || a",
            {},
            {"status": "open", "is_escalated": True},
            "flag escalated, nothing heard",
        ),
        (
            "customer || a",
            {"transferred_to": "SUP-1"},
            None,
            "transfer recorded, none heard",
        ),
        ("supervisor || a", {}, None, "transfer heard, none recorded"),
        (
            "agent | supervisor_handover | a",
            {"disposition": "transferred_resolved"},
            None,
            "status transferred, no target",
        ),
        (
            "customer || a\nagent || b",
            {"disposition": "agent_ended"},
            None,
            "ended by agent recorded, not heard",
        ),
    ],
)
def test_sources_that_disagree_are_listed_with_both_words(
    talk: str,
    fields: dict[str, object],
    incident: dict[str, object] | None,
    kind: str,
) -> None:
    logged = [] if incident is None else [{"call_id": "c1", **incident}]
    found = disagreements(known(talk, fields, logged))
    assert [row[0] for row in found] == [kind]
    assert all(found[0])


@pytest.mark.parametrize(
    ("talk", "fields", "incident"),
    [
        ("customer || a", {"disposition": "resolved"}, {"status": "open"}),
        (
            "customer | supervisor_request | a",
            {},
            {"status": "escalated", "is_escalated": True},
        ),
        (
            "agent | supervisor_handover | a\nsupervisor || b",
            {"disposition": "transferred", "transferred_to": "SUP-1"},
            None,
        ),
        ("agent | ending_call | a", {"disposition": "ended_by_agent"}, None),
    ],
)
def test_sources_that_agree_are_not(
    talk: str, fields: dict[str, object], incident: dict[str, object] | None
) -> None:
    logged = [] if incident is None else [{"call_id": "c1", **incident}]
    assert disagreements(known(talk, fields, logged)) == []
