"""Escalation events, and calls that cool down in spite of them."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

import pytest

from tests.transforms.drawn import MONDAY, Drawn, batch, thresholds, weights
from transforms.context import context
from transforms.contracts.marts import EVENT_TYPES
from transforms.escalation import deescalated, escalations

HEATED = "customer | complaint anger | it broke\n"
COOLED = HEATED + "agent || ok\n" + "customer || yes\n" * 4


def events(
    talk: str,
    fields: Mapping[str, object] | None = None,
    incidents: Sequence[Mapping[str, object]] = (),
) -> tuple[list[tuple[str, int]], bool]:
    call = Drawn(talk, fields or {})
    known = context(batch(call, incidents=incidents), thresholds(), weights())
    found = escalations(known.heard, known.incidents, known.is_assessable, thresholds())
    named = [EVENT_TYPES[int(code)] for code in found.event]
    cooled = deescalated(known.heat, found, known.incidents, thresholds())
    return list(zip(named, found.place.tolist(), strict=True)), bool(cooled[0])


@pytest.mark.parametrize(
    ("talk", "expected"),
    [
        ("customer | supervisor_request | boss", [("supervisor_request", 0)]),
        (
            "customer | legal_threat churn_threat | a b",
            [("legal_threat", 0), ("churn_threat", 0)],
        ),
        (
            "customer | threat | a\ncustomer | threat | b",
            [("threat", 0), ("threat", 1)],
        ),
        ("agent | supervisor_refusal | no", [("supervisor_refusal", 0)]),
        (
            "agent | supervisor_handover | ok\nsupervisor || hi",
            [("supervisor_transfer", 0)],
        ),
        ("supervisor || hello", []),
        ("agent | ending_call | bye now", [("agent_ended_call", 0)]),
        ("agent | warning_of_ending | or I hang up", [("agent_ended_call", 0)]),
        (
            "agent | warning_of_ending | or I hang up\ncustomer || sorry\nagent || ok",
            [],
        ),
        ("customer || hello", []),
    ],
)
def test_events_are_found_where_they_happen(
    talk: str, expected: list[tuple[str, int]]
) -> None:
    assert events(talk)[0] == expected


def test_a_supervisor_who_speaks_after_a_request_is_a_transfer() -> None:
    talk = "customer | supervisor_request | boss\nsupervisor || hi\nsupervisor || so"
    assert events(talk)[0] == [("supervisor_request", 0), ("supervisor_transfer", 1)]


def test_what_the_source_and_the_log_say_lies_outside_the_transcript() -> None:
    log = [{"call_id": "c1", "recorded_at": MONDAY, "category": "Security called"}]
    found, _ = events("customer || hi", {"transferred_to": "line 2"}, log)
    assert found == [
        ("supervisor_transfer", -1),
        ("formal_complaint", -1),
        ("security", -1),
    ]


def test_an_incident_is_a_formal_complaint_within_seven_days() -> None:
    def complained(days: int) -> bool:
        at = MONDAY + timedelta(days=days)
        log = [{"customer_id": "customer1", "occurred_at": at}]
        return ("formal_complaint", -1) in events("customer || hi", {}, log)[0]

    assert [complained(days) for days in (-1, 0, 7, 8)] == [False, True, True, False]


def test_an_unassessable_call_has_no_events() -> None:
    fields = {"unassessable": "no lexicon"}
    assert events("customer | threat | a", fields) == ([], False)


def test_a_call_is_deescalated_when_it_ends_at_half_of_its_peak() -> None:
    assert events(COOLED)[1]
    assert not events(HEATED + "customer || yes\n" * 3)[1]
    assert not events("customer || hi")[1]


def test_an_escalation_after_the_peak_undoes_it_but_for_an_honoured_request() -> None:
    asked = HEATED + "customer | supervisor_request thanks thanks | boss\n"
    cool = "customer || yes\n" * 6
    assert events(asked + "agent | supervisor_handover | ok\n" + cool)[1]
    assert not events(asked + "agent | supervisor_refusal | no\n" + cool)[1]
    assert not events(HEATED + "customer | legal_threat resolved thanks | a\n" + cool)[
        1
    ]


def test_the_record_of_the_call_itself_does_not_undo_it_but_a_written_complaint_does() -> (
    None
):
    record = [{"call_id": "c1", "recorded_at": MONDAY}]
    written = [{"customer_id": "customer1", "occurred_at": MONDAY + timedelta(days=2)}]
    assert events(COOLED, {}, record)[1]
    assert not events(COOLED, {}, written)[1]
