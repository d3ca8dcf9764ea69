"""Behaviours of `after_call.py`: each verdict that they can give, on talk drawn by hand."""

from datetime import timedelta

import pytest

from tests.transforms.cases import (
    CALLED,
    CALM,
    HEATED,
    RECORD,
    SOON,
    Case,
    check,
    names,
)
from tests.transforms.drawn import MONDAY

CASES = [
    Case(
        "deliverable_promise",
        "met",
        CALM + "agent | follow_up_commitment | I ring you",
        around={"others": [CALLED]},
    ),
    Case(
        "deliverable_promise",
        "met",
        CALM,
        around={
            "incidents": [
                {
                    **RECORD,
                    "status": "resolved",
                    "promised_until": MONDAY + timedelta(days=1),
                }
            ]
        },
    ),
    Case(
        "deliverable_promise",
        "violated",
        CALM + "agent | follow_up_commitment | I ring you",
        "not kept: called back 2 h late",
        around={
            "others": [{**CALLED, "started_at": MONDAY + timedelta(hours=26)}],
            "incidents": [{**RECORD, "promised_until": MONDAY + timedelta(days=1)}],
        },
    ),
    Case(
        "deliverable_promise",
        "not_observable",
        CALM + "agent | follow_up_commitment | I ring you",
        "no grammar of due times",
        around={"others": [{**CALLED, "started_at": MONDAY + timedelta(days=9)}]},
    ),
    Case(
        "deliverable_promise",
        "violated",
        CALM,
        "incident i1 is still open",
        around={
            "incidents": [
                {
                    **RECORD,
                    "status": "open",
                    "promised_until": MONDAY + timedelta(days=1),
                }
            ]
        },
    ),
    Case(
        "deliverable_promise",
        "not_observable",
        CALM,
        "the incident log tells no status",
        around={
            "incidents": [{**RECORD, "promised_until": MONDAY + timedelta(days=1)}]
        },
    ),
    Case(
        "deliverable_promise",
        "violated",
        CALM + "agent | overpromise | guaranteed",
        "overpromise",
    ),
    Case(
        "deliverable_promise",
        "not_observable",
        CALM + "agent | follow_up_commitment | I ring you",
        "window open until 2026-10-12 09:05 UTC",
        around={"as_of": SOON},
    ),
    Case(
        "deliverable_promise",
        "not_observable",
        CALM + "agent | follow_up_commitment | I ring you",
        "no customer",
        fields={"customer_id": None},
    ),
    Case("deliverable_promise", "not_applicable", CALM),
    Case(
        "follow_up",
        "met",
        CALM + "agent | follow_up_commitment | I ring",
        around={"others": [CALLED]},
    ),
    Case(
        "follow_up",
        "violated",
        CALM + "agent | follow_up_commitment | I ring",
        around={"others": [{**CALLED, "direction": "inbound"}]},
    ),
    Case(
        "follow_up",
        "not_observable",
        CALM + "agent | follow_up_commitment | I ring",
        "window open until",
        around={"as_of": SOON},
    ),
    Case(
        "follow_up",
        "not_observable",
        CALM + "agent | follow_up_commitment | I ring",
        "no customer",
        fields={"customer_id": None},
    ),
    Case(
        "follow_up",
        "not_observable",
        CALM + "agent | follow_up_commitment | I ring",
        "no calls to customers are exported",
        around={"calls_out": False},
    ),
    Case("follow_up", "not_applicable", CALM),
    Case("documented", "met", HEATED, "incident i1", around={"incidents": [RECORD]}),
    Case(
        "documented",
        "violated",
        HEATED,
        "lacks place, resolution",
        around={"incidents": [{**RECORD, "place": None, "resolution": None}]},
    ),
    Case(
        "documented",
        "met",
        HEATED,
        parameters={"fields": ("date", "time", "what")},
        around={"incidents": [{**RECORD, "place": None, "resolution": None}]},
    ),
    Case("documented", "missed", HEATED, "no record of the call within 24 hours"),
    Case(
        "documented",
        "missed",
        HEATED,
        "47 hours after",
        around={"incidents": [{**RECORD, "recorded_at": MONDAY + timedelta(hours=48)}]},
    ),
    Case(
        "documented",
        "not_observable",
        HEATED,
        "window open until 2026-10-06 09:05 UTC",
        around={"as_of": SOON},
    ),
    Case(
        "documented",
        "not_observable",
        HEATED,
        "no incident log",
        around={"logged": False},
    ),
    Case("documented", "not_applicable", CALM),
    Case(
        "break_after",
        "met",
        HEATED,
        around={
            "others": [
                {"agent_id": "ana", "started_at": MONDAY + timedelta(minutes=10)}
            ]
        },
    ),
    Case(
        "break_after",
        "missed",
        HEATED,
        around={
            "others": [{"agent_id": "ana", "started_at": MONDAY + timedelta(minutes=9)}]
        },
    ),
    Case(
        "break_after",
        "missed",
        HEATED,
        "less than 30 minutes",
        parameters={"minutes": 30},
        around={
            "others": [
                {"agent_id": "ana", "started_at": MONDAY + timedelta(minutes=20)}
            ]
        },
    ),
    Case(
        "break_after",
        "not_applicable",
        HEATED,
        around={
            "others": [{"agent_id": "ana", "started_at": MONDAY + timedelta(days=1)}]
        },
    ),
    Case(
        "break_after",
        "not_applicable",
        HEATED,
        around={
            "others": [{"agent_id": "ana", "started_at": MONDAY + timedelta(hours=3)}],
            "shifts": [
                {
                    "agent_id": "ana",
                    "shift_start": MONDAY - timedelta(hours=1),
                    "shift_end": MONDAY + timedelta(hours=2),
                }
            ],
        },
    ),
    Case(
        "break_after",
        "not_observable",
        HEATED,
        "end of the call",
        timed=False,
        fields={"ended_at": None},
        around={
            "others": [{"agent_id": "ana", "started_at": MONDAY + timedelta(minutes=9)}]
        },
    ),
]


@pytest.mark.parametrize("case", CASES, ids=names(CASES))
def test_it_is_judged_as_the_glossary_says(case: Case) -> None:
    check(case)
