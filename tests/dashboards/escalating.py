"""Plausible rows of the marts of escalation, of one call each."""

from typing import Any, Final

from transforms.contracts.escalation_marts import DISAGREEMENTS, OUTCOMES

Row = dict[str, Any]
_BY_AGENT: Final = ("supervisor_refusal", "agent_ended_call")
_DIMENSIONS: Final = ("agent_id", "team", "queue", "language", "day")


def escalated(fact: Row, event: str, turn: int) -> Row:
    """An event of a call; outside the transcript, only a source tells it."""
    starter = "agent" if event in _BY_AGENT else "customer"
    formal = event == "formal_complaint"
    return {
        "call_id": fact["call_id"],
        "day": fact["day"],
        "event_type": event,
        "turn": turn,
        "started_by": "source" if turn < 0 else starter,
        "at_seconds": None if turn < 0 else 4.0 * turn,
        "temperature": None if turn < 0 else fact["temperature_peak"],
        "before": ["hostility", "rushing"] if turn > 2 else [],
        "incident_id": f"I-{fact['call_id']}" if formal else None,
        "linked_by": "call id" if formal else None,
        "is_own_record": formal and int(fact["call_no"]) % 2 > 0,
    }


def requested(fact: Row, turn: int) -> Row:
    """What came of a call's request for a supervisor."""
    number = int(fact["call_no"])
    outcome = OUTCOMES[number % len(OUTCOMES)]
    timed = outcome == "honoured" and number % 3 > 0
    return {
        **{name: fact[name] for name in _DIMENSIONS},
        "call_id": fact["call_id"],
        "turn": turn,
        "requests": 1 + number % 2,
        "outcome": outcome,
        "was_refused": outcome == "refused",
        "is_solved": outcome == "ignored",
        "turns_to_transfer": 4 if timed else None,
        "seconds_to_transfer": 7.0 * (1 + number % 50) if timed else None,
    }


def disagreeing(fact: Row) -> Row:
    """A disagreement on a call."""
    return {
        **{name: fact[name] for name in _DIMENSIONS},
        "call_id": fact["call_id"],
        "kind": DISAGREEMENTS[int(fact["call_no"]) % len(DISAGREEMENTS)],
        "one_says": "incident I-1: status escalated, flag (empty)",
        "other_says": "incident: the flag `is_escalated` is not set",
    }
