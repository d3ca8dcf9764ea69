"""Made-up promises in the calls of a made-up centre: every status and ground stands somewhere."""

from datetime import timedelta
from typing import Final, get_args

from tests.dashboards.published import Row, Rows, seeded
from transforms.contracts import marts
from transforms.contracts.promise_marts import Ground

_STATUS_OF: Final = {
    "called in time": "kept",
    "settled, says the log": "kept",
    "done, says the customer": "kept",
    "called too late": "broken",
    "nobody called": "broken",
    "still open, says the log": "broken",
    "not done, says the customer": "broken",
    "not due yet": "open",
}
_BY_CALLS: Final = ("called in time", "called too late", "nobody called")
_FEW: Final = "A14"
"""An agent who promises little: too little to be compared."""


def promise(rows: Rows, seed: int = 11) -> None:
    """Add a promise to every third call."""
    draw, grounds = seeded(seed), get_args(Ground)
    for number, fact in enumerate(rows.of[marts.CALL_FACTS.name]):
        if number % 3 or (fact["agent_id"] == _FEW and number % 4):
            continue
        ground = grounds[draw.randrange(len(grounds))]
        if draw.random() < 0.5:
            ground = "called in time" if draw.random() < 0.7 else "nobody called"
        rows.add(marts.PROMISES, **_row(fact, ground, in_days=draw.randint(1, 5)))


def _row(fact: Row, ground: str, *, in_days: int) -> Row:
    status = _STATUS_OF.get(ground, "unknowable")
    due = fact["started_at"] + timedelta(days=in_days)
    is_read = ground != "no time can be read"
    settled = status in ("kept", "broken")
    outside = ground == "settled, says the log"
    return {
        **{
            name: fact[name]
            for name in (
                *("call_id", "call_no", "day", "agent_id", "team", "queue", "language"),
                *("customer_id", "zone"),
            )
        },
        "turn": -1 if outside else 1,
        "start": 0,
        "end": 0 if outside else 4,
        "kind": "call_back" if ground in _BY_CALLS else "refund",
        "made_by": None if outside else "agent",
        "said_at": fact["started_at"],
        "due_at": due if is_read else None,
        "due_read_from": "turn" if is_read else None,
        "due_read_as": "as it is said",
        "status": status,
        "why": f"{ground}, as drawn",
        "ground": ground,
        "settled_at": due if settled else None,
        "settled_by": "C-000009" if status == "kept" else None,
        "knowledge": "0123456789ab",
    }
