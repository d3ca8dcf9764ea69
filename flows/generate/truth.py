"""The truth beside the exports: schemas of its tables, and their rows."""

from typing import Final

import pyarrow as pa

from flows.generate.call import Call
from flows.generate.conversation import STEPS
from flows.generate.world import Agent, Customer

_TEXT: Final = pa.string()
_MOMENT: Final = pa.timestamp("us", tz="UTC")

CALLS: Final = pa.schema(
    [
        ("call_id", _TEXT),
        ("person_id", _TEXT),
        ("agent_id", _TEXT),
        ("language", _TEXT),
        ("kind", _TEXT),
        ("category", _TEXT),
        ("heated", pa.bool_()),
        ("opening_anger", pa.float64()),
        ("closing_anger", pa.float64()),
        ("settled", pa.bool_()),
        ("company_fault", pa.bool_()),
        ("escalation_events", pa.list_(_TEXT)),
        ("supervisor_request", pa.bool_()),
        ("supervisor_outcome", _TEXT),
        *((step, pa.bool_()) for step in STEPS),
    ]
)
PLANTED: Final = pa.schema(
    [("call_id", _TEXT), ("turn", pa.int32()), ("speaker", _TEXT), ("label", _TEXT)]
)
PROMISES: Final = pa.schema(
    [
        ("call_id", _TEXT),
        ("turn", pa.int32()),
        ("kind", _TEXT),
        ("due_at", _MOMENT),
        ("status", _TEXT),
    ]
)
CUSTOMERS: Final = pa.schema(
    [
        ("customer_id", _TEXT),
        ("person_id", _TEXT),
        ("patterns", pa.list_(_TEXT)),
        ("why", _TEXT),
        ("vulnerable", pa.bool_()),
        *(
            (count, pa.int32())
            for count in (
                [
                    "calls",
                    "complaints",
                    "heated",
                    "abusive",
                    "supervisor_requests",
                    "broken_promises",
                    "unresolved",
                    "issues",
                ]
            )
        ),
    ]
)
AGENTS: Final = pa.schema(
    [
        ("agent_id", _TEXT),
        ("language", _TEXT),
        ("team", _TEXT),
        ("queue", _TEXT),
        *((step, pa.float64()) for step in STEPS),
    ]
)
_UNFAIR_TO_THE_VULNERABLE: Final = ("abusive", "serial_complainer")


def truth_of(call: Call) -> dict[str, object]:
    """Say what is true of one call, as one row of `CALLS`."""
    talk = call.talk
    return {
        "call_id": call.call_id,
        "person_id": call.customer.person_id,
        "agent_id": call.agent.agent_id,
        "language": call.customer.language,
        "kind": call.plan.kind,
        "category": talk.issue.category,
        "heated": call.plan.kind == "heated",
        "opening_anger": round(call.plan.heat, 2),
        "closing_anger": round(max(0.0, talk.heat), 2),
        "settled": talk.settled,
        "company_fault": call.plan.fault,
        "escalation_events": talk.events,
        "supervisor_request": "supervisor_request" in talk.events,
        "supervisor_outcome": talk.supervisor_outcome,
        **talk.performed(),
    }


def planted_in(calls: list[Call]) -> pa.Table:
    """List what was planted in some calls, one row a phrase."""
    found = [
        (call.call_id, turn, call.talk.turns[turn]["speaker"], label)
        for call in calls
        for turn, label in call.talk.planted
    ]
    columns = zip(*found, strict=True) if found else ((), (), (), ())
    return pa.table(
        [
            pa.array(column, kind)
            for column, kind in zip(columns, PLANTED.types, strict=True)
        ],
        schema=PLANTED,
    )


def patterns_of(person: Customer) -> list[str]:
    """List the chronic patterns that a person was given and could show."""
    if person.pattern is None or len(person.complained_on) < 3:
        return []
    if person.vulnerable and person.pattern in _UNFAIR_TO_THE_VULNERABLE:
        return []
    return [person.pattern]


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
        "vulnerable": person.vulnerable,
        **counts,
    }
    names = [person.person_id, *([person.alias] if person.alias else [])]
    return [{"customer_id": name, **shared} for name in names]


def skills_of(agent: Agent) -> dict[str, object]:
    """Say how likely an agent is to perform each step."""
    return {
        "agent_id": agent.agent_id,
        "language": agent.language,
        "team": agent.team,
        "queue": agent.queue,
        **agent.skills,
    }
