"""The truth beside the exports: schemas of its tables, and their rows."""

from datetime import UTC
from typing import Final

import polars as pl

from flows.generate.call import Call
from flows.generate.conversation import STEPS
from flows.generate.world import Agent, Customer

CALLS: Final = pl.Schema(
    {
        "call_id": pl.String,
        "person_id": pl.String,
        "agent_id": pl.String,
        "customer_id": pl.String,
        "language": pl.String,
        "started_at": pl.Datetime("us", "UTC"),
        "ended_at": pl.Datetime("us", "UTC"),
        "direction": pl.String,
        "kind": pl.String,
        "category": pl.String,
        "issue": pl.Int32,
        "heated": pl.Boolean,
        "opens_hard": pl.Boolean,
        "opening_anger": pl.Float64,
        "closing_anger": pl.Float64,
        "settled": pl.Boolean,
        "company_fault": pl.Boolean,
        "escalation_events": pl.List(pl.String),
        "supervisor_request": pl.Boolean,
        "supervisor_outcome": pl.String,
        **dict.fromkeys(STEPS, pl.Boolean),
    }
)
PLANTED: Final = pl.Schema(
    {
        "call_id": pl.String,
        "turn": pl.Int32,
        "speaker": pl.String,
        "label": pl.String,
    }
)
PROMISES: Final = pl.Schema(
    {
        "call_id": pl.String,
        "turn": pl.Int32,
        "kind": pl.String,
        "said": pl.String,
        "due_at": pl.Datetime("us", "UTC"),
        "is_exact": pl.Boolean,
        "status": pl.String,
        "outcome": pl.String,
    }
)
CUSTOMERS: Final = pl.Schema(
    {
        "customer_id": pl.String,
        "split": pl.String,
        "person_id": pl.String,
        "patterns": pl.List(pl.String),
        "why": pl.String,
        "role": pl.String,
        "vulnerable": pl.Boolean,
        "calls": pl.Int32,
        "complaints": pl.Int32,
        "heated": pl.Int32,
        "abusive": pl.Int32,
        "supervisor_requests": pl.Int32,
        "broken_promises": pl.Int32,
        "unresolved": pl.Int32,
        "issues": pl.Int32,
    }
)
AGENTS: Final = pl.Schema(
    {
        "agent_id": pl.String,
        "language": pl.String,
        "team": pl.String,
        "queue": pl.String,
        "case_mix": pl.String,
        **dict.fromkeys(STEPS, pl.Float64),
    }
)
_UNFAIR_TO_THE_VULNERABLE: Final = ("abusive", "serial_complainer")


def truth_of(call: Call) -> dict[str, object]:
    """Say what is true of one call, as one row of `CALLS`."""
    talk = call.talk
    return {
        "call_id": call.call_id,
        "person_id": call.customer.person_id,
        "agent_id": call.agent.agent_id,
        "customer_id": call.customer_id,
        "language": call.customer.language,
        "started_at": call.started_at.astimezone(UTC),
        "ended_at": call.ended_at.astimezone(UTC),
        "direction": call.direction,
        "kind": call.plan.kind,
        "category": talk.issue.category,
        "issue": None if call.plan.kind == "enquiry" else call.plan.issue,
        "heated": call.plan.kind == "heated",
        "opens_hard": call.plan.is_hard,
        "opening_anger": round(call.plan.heat, 2),
        "closing_anger": round(max(0.0, talk.heat), 2),
        "settled": talk.settled,
        "company_fault": call.plan.fault,
        "escalation_events": talk.events,
        "supervisor_request": "supervisor_request" in talk.events,
        "supervisor_outcome": talk.supervisor_outcome,
        **talk.performed(),
    }


def planted_in(calls: list[Call]) -> list[dict[str, object]]:
    """List what was planted in some calls, one row of `PLANTED` a phrase."""
    return [
        {
            "call_id": call.call_id,
            "turn": turn,
            "speaker": call.talk.turns[turn]["speaker"],
            "label": label,
        }
        for call in calls
        for turn, label in call.talk.planted
    ]


def patterns_of(person: Customer) -> list[str]:
    """List the chronic patterns that a person was given and could show."""
    if len(person.complained_on) < 3:
        return []
    return [
        pattern
        for pattern in person.patterns
        if not (person.vulnerable and pattern in _UNFAIR_TO_THE_VULNERABLE)
    ]


def identities(person: Customer) -> list[dict[str, object]]:
    """Say what is true of one person, a row for each of their numbers."""
    counts = {
        "calls": person.calls,
        "complaints": len(person.complained_on),
        "heated": person.heated,
        "abusive": person.abusive,
        "supervisor_requests": person.supervisor_requests,
        "broken_promises": person.broken_promises,
        "unresolved": person.unresolved,
        "issues": len(person.issues),
    }
    told = ", ".join(
        f"{count} {name}".replace("_", " ") for name, count in counts.items()
    )
    shared = {
        "person_id": person.person_id,
        "patterns": patterns_of(person),
        "why": told if patterns_of(person) else "",
        "role": person.role,
        "vulnerable": person.vulnerable,
        **counts,
    }
    return [
        {"customer_id": identity.customer_id, "split": identity.split, **shared}
        for identity in person.identities
    ]


def skills_of(agent: Agent) -> dict[str, object]:
    """Say how likely an agent is to perform each step."""
    return {
        "agent_id": agent.agent_id,
        "language": agent.language,
        "team": agent.team,
        "queue": agent.queue,
        "case_mix": agent.case_mix,
        **agent.skills,
    }
