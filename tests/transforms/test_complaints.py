"""Contacts, repeats and repeat complainers, on histories drawn by hand."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.transforms.drawn import MONDAY, thresholds
from transforms.complaints import (
    History,
    joined_contacts,
    repeat_complainers,
    repeat_contacts,
)
from transforms.contracts import staging
from transforms.contracts.marts import CALL_FACTS, ESCALATION_EVENTS

Rows = Sequence[Mapping[str, object]]
YEAR_END = MONDAY + timedelta(days=80)


def microseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1_000_000)


def facts(rows: Rows) -> pl.DataFrame:
    """Calls with their days after Monday nine o'clock (`at`), five minutes long."""
    full = [
        {
            "call_id": f"c{number}",
            "call_no": number,
            "customer_id": "k",
            "agent_id": "ana",
            "team": "north",
            "queue": "billing",
            "language": "en",
            "duration_seconds": 300.0,
            "is_complaint": True,
            "is_heated": False,
            "is_abusive": False,
            "mentions_repeat": False,
            "temperature_peak": 10.0,
            "started_at": MONDAY + timedelta(days=float(str(row["at"]))),
            "day": (MONDAY + timedelta(days=float(str(row["at"])))).date(),
            **{name: value for name, value in row.items() if name != "at"},
        }
        for number, row in enumerate(rows, 1)
    ]
    return pl.DataFrame(full, schema=CALL_FACTS.polars_schema)


def complainers(
    rows: Rows,
    *,
    vulnerable: bool = False,
    asks: Sequence[str] = (),
    broken: Sequence[str] = (),
    incidents: Rows = (),
    as_of: datetime = YEAR_END,
) -> list[dict[str, Any]]:
    known = facts(rows)
    calls = pl.DataFrame(
        [
            {**row, "customer_name": "Kim", "vulnerable": vulnerable}
            for row in known.select(
                "call_id", "call_no", "customer_id", "started_at"
            ).to_dicts()
        ],
        schema=staging.CALLS.polars_schema,
    )
    events = pl.DataFrame(
        [
            {"call_id": call, "event_type": "supervisor_request", "turn": 1}
            for call in asks
        ],
        schema=ESCALATION_EVENTS.polars_schema,
    )
    log = [{"incident_id": f"i{n}", **row} for n, row in enumerate(incidents)]
    history = History(
        facts=known,
        calls=calls,
        events=events,
        incidents=pl.DataFrame(log, schema=staging.INCIDENTS.polars_schema),
        broken=pl.DataFrame({"call_id": list(broken)}, schema={"call_id": pl.String}),
        as_of=microseconds(as_of),
    )
    return repeat_complainers(history, thresholds()).to_dicts()


def test_a_call_within_a_quarter_of_an_hour_joins_the_contact_before() -> None:
    minutes = 1 / 24 / 60
    calls = facts([{"at": 0}, {"at": 19 * minutes}, {"at": 60 * minutes}])
    assert joined_contacts(calls, thresholds())["contact"].to_list() == [0, 0, 1]
    apart = facts([{"at": 0}, {"at": 20 * minutes}])
    assert joined_contacts(apart, thresholds())["contact"].to_list() == [0, 1]


def test_contacts_repeat_within_their_windows_and_open_windows_are_left_out() -> None:
    calls = facts([{"at": 0}, {"at": 0.5}, {"at": 6}, {"at": 30}])
    as_of = microseconds(MONDAY + timedelta(days=32))
    mart = repeat_contacts(calls, as_of, thresholds())
    sums = mart.select(pl.selectors.integer().sum()).row(0, named=True)
    assert sums == {
        "contacts": 4,
        "observed_1d": 4,
        "repeated_1d": 1,
        "observed_7d": 3,
        "repeated_7d": 2,
        "observed_30d": 2,
        "repeated_30d": 2,
    }


def test_calls_that_we_make_and_calls_of_nobody_are_no_contacts() -> None:
    calls = facts(
        [{"at": 0}, {"at": 1, "direction": "outbound"}, {"at": 2, "customer_id": None}]
    )
    mart = repeat_contacts(calls, microseconds(YEAR_END), thresholds())
    assert mart["contacts"].sum() == 1
    assert mart["repeated_7d"].sum() == 0


@given(
    st.lists(
        st.tuples(st.integers(0, 200), st.sampled_from(["k", "l"])),
        min_size=1,
        max_size=12,
    ),
    st.integers(0, 5),
)
def test_repeats_never_exceed_what_was_observed_and_order_does_not_matter(
    calls: list[tuple[int, str]], seed: int
) -> None:
    drawn = facts([{"at": at / 4, "customer_id": customer} for at, customer in calls])
    as_of = microseconds(MONDAY + timedelta(days=40))
    mart = repeat_contacts(drawn, as_of, thresholds())
    for days in (1, 7, 30):
        assert (mart[f"repeated_{days}d"] <= mart[f"observed_{days}d"]).all()
    mixed = drawn.sample(fraction=1, shuffle=True, seed=seed)
    assert repeat_contacts(mixed, as_of, thresholds()).equals(mart)


def test_two_complaint_contacts_are_listed_and_three_in_ninety_days_are_chronic() -> (
    None
):
    assert complainers([{"at": 0}]) == []
    assert complainers([{"at": 0}, {"at": 9, "is_complaint": False}]) == []
    [twice] = complainers([{"at": 0}, {"at": 9}])
    assert (twice["complaint_contacts"], twice["is_chronic"]) == (2, False)
    assert twice["reasons"] == ["no pattern of the glossary holds"]
    [thrice] = complainers([{"at": 0}, {"at": 9}, {"at": 90}])
    assert (thrice["complaints_90d"], thrice["is_chronic"]) == (3, True)
    [spread] = complainers([{"at": 0}, {"at": 9}, {"at": 90.1}])
    assert (spread["complaints_90d"], spread["is_chronic"]) == (2, False)
    assert spread["call_ids"] == ["c1", "c2", "c3"]


OPEN = {"call_id": "c1", "category": "router", "status": "open", "occurred_at": MONDAY}
GRAVE = {**OPEN, "severity": "critical"}
THREE = [{"at": 0}, {"at": 9}, {"at": 20}]


@pytest.mark.parametrize(
    ("rows", "around", "expected"),
    [
        (THREE, {}, []),
        (
            [{"at": at, "mentions_repeat": True} for at in (0, 9, 20)],
            {"incidents": [OPEN]},
            ["let_down"],
        ),
        (
            [{"at": at, "mentions_repeat": True} for at in (0, 9, 20)],
            {"broken": ["c1"]},
            ["let_down"],
        ),
        ([{"at": at, "is_abusive": True} for at in (0, 9)], {}, ["abusive"]),
        (THREE, {"asks": ["c1", "c3"]}, ["escalator"]),
        (THREE, {"asks": ["c1"]}, []),
        (
            THREE,
            {
                "incidents": [
                    {"customer_id": "k", "category": issue, "status": "resolved"}
                    for issue in ("router", "bill", "delivery")
                ]
            },
            ["serial_complainer"],
        ),
        (
            [{"at": 0, "temperature_peak": 90.0}, {"at": 9}],
            {"incidents": [GRAVE]},
            ["supervisor_worthy"],
        ),
        (
            [{"at": 0, "temperature_peak": 90.0}, {"at": 1}],
            {"incidents": [GRAVE], "as_of": MONDAY + timedelta(days=6)},
            [],
        ),
    ],
)
def test_a_pattern_is_named_with_its_reason(
    rows: Rows, around: dict[str, Any], expected: list[str]
) -> None:
    [customer] = complainers(rows, **around)
    assert customer["patterns"] == expected
    if expected:
        assert len(customer["reasons"]) == len(expected)


def test_a_vulnerable_customer_is_never_listed_as_abusive_or_serial() -> None:
    rows = [{"at": at, "is_abusive": True} for at in (0, 9)]
    [customer] = complainers(rows, vulnerable=True)
    assert customer["is_vulnerable"] is True
    assert customer["patterns"] == []
    assert customer["reasons"] == [
        "flagged as vulnerable: never listed as abusive or serial"
    ]


def test_no_calls_give_no_complainers() -> None:
    assert complainers([]) == []
