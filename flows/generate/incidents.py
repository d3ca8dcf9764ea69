"""The incident log: what agents write down about the heated calls that they took."""

from datetime import datetime, timedelta
from random import Random
from typing import Final

from flows.generate.bank import Bank
from flows.generate.call import Call

FIELDS: Final = (
    "incident_id",
    "call_id",
    "customer_id",
    "agent_id",
    "occurred_at",
    "recorded_at",
    "place",
    "category",
    "description",
    "resolution",
    "severity",
    "status",
    "promised_until",
    "company_fault",
)
_LEFT_OUT: Final = ("place", "resolution", "description")
_WITHIN_HOURS: Final = 24


def incident(
    call: Call, bank: Bank, rng: Random, until: datetime
) -> dict[str, str] | None:
    """Log a call as its agent would: in time and whole, late, in part, or not at all.

    Only heated calls are logged. Whether it was done as it should be (every field,
    within 24 hours) is remembered as the step `documented` of the call. Grave cases are
    always logged. What would be written after the data end isn't written, and whether the
    call was documented stays unknown.
    """
    if call.plan.kind != "heated":
        return None
    done = call.plan.is_grave or rng.random() < call.agent.skills["documented"]
    call.talk.conduct["documented"] = done
    lapse = 1.0 if done else rng.random()
    if lapse < 0.5:
        return None
    late = 0.5 <= lapse < 0.75
    hours = (
        0.1 + rng.random() * (20 if not late else 40) + (_WITHIN_HOURS if late else 0)
    )
    recorded = call.ended_at + timedelta(minutes=round(hours * 60))
    if recorded >= until:
        del call.talk.conduct["documented"]
        return None
    row = _complete(call, bank, rng, recorded)
    if not done and not late:
        row[rng.choice(_LEFT_OUT)] = ""
    return row


def _complete(
    call: Call, bank: Bank, rng: Random, recorded: datetime
) -> dict[str, str]:
    issue, talk = call.talk.issue, call.talk
    threat = "threat" in talk.events
    return {
        "incident_id": f"I{call.call_id}",
        "call_id": call.call_id if rng.random() < 0.95 else "",
        "customer_id": call.customer_id,
        "agent_id": call.agent.agent_id,
        "occurred_at": call.started_at.isoformat(),
        "recorded_at": recorded.isoformat(),
        "place": rng.choice(bank.places),
        "category": "threat" if threat else issue.category,
        "description": issue.recap,
        "resolution": rng.choice(issue.fix),
        "severity": "high" if threat or talk.plan.heat > 4 else "medium",
        "status": "closed" if _is_closed(call) else "open",
        "promised_until": _promised_until(call),
        "company_fault": "true" if talk.plan.fault else "false",
    }


def _is_closed(call: Call) -> bool:
    """Whether the log, as it is exported, says that the matter is finished."""
    things = [promise for promise in call.promises if promise.due.sort == "thing"]
    if things:
        return all(promise.status == "kept" for promise in things)
    return call.talk.settled


def _promised_until(call: Call) -> str:
    due = [promise.due_at for promise in call.promises if promise.due_at is not None]
    return due[0].isoformat() if due else ""
