"""What is known of a call before the agent answers: bands, repeats, and the issue on record."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.transforms.drawn import MONDAY, thresholds
from tests.transforms.histories import Rows, facts
from transforms.case_mix import case_mix, factor_columns, known_levels, one_hot
from transforms.contracts.staging import INCIDENTS


def incidents(rows: Rows) -> pl.DataFrame:
    """Incidents recorded some days after Monday nine o'clock (`at`)."""
    full = [
        {
            "incident_id": f"i{number}",
            "recorded_at": MONDAY + timedelta(days=float(str(row["at"]))),
            **{name: value for name, value in row.items() if name != "at"},
        }
        for number, row in enumerate(rows)
    ]
    return pl.DataFrame(full, schema=INCIDENTS.polars_schema)


def mixed(rows: Rows, logged: Sequence[Mapping[str, object]] = ()) -> pl.DataFrame:
    return case_mix(facts(rows), incidents(logged), thresholds())


@pytest.mark.parametrize(
    ("zone", "hour"),
    [
        ("UTC", "09-12"),
        ("+02:00", "09-12"),
        ("+03:30", "12-15"),
        ("-02:00", "06-09"),
        ("-0530", "03-06"),
        ("Asia/Tokyo", "18-21"),
        ("Middle-earth/Shire", "(unknown)"),
    ],
)
def test_the_hour_is_that_of_the_place_of_the_call(zone: str, hour: str) -> None:
    assert mixed([{"zone": zone}])["hour"].item() == hour


def test_hours_follow_daylight_saving() -> None:
    rows = [{"zone": "Europe/Oslo", "at": day} for day in (0, 21)]
    assert mixed(rows)["hour"].to_list() == ["09-12", "09-12"]
    rows = [{"zone": "Europe/Oslo", "at": day + 1.5 / 24} for day in (0, 21)]
    assert mixed(rows)["hour"].to_list() == ["12-15", "09-12"]


@pytest.mark.parametrize(
    ("degrees", "band"), [(0, "00-10"), (9.9, "00-10"), (35, "30-40"), (100, "90-100")]
)
def test_opening_temperatures_stand_in_bands(degrees: float, band: str) -> None:
    found = mixed([{"temperature_start": degrees}])["opening_temperature"].item()
    assert found == band


def test_a_call_is_the_first_again_or_handed_over() -> None:
    rows: Rows = [
        {"at": 0},
        {"at": 0.005, "agent_id": "ben"},
        {"at": 6.9},
        {"at": 14},
        {"at": 14.5, "customer_id": None},
    ]
    assert mixed(rows)["repeat_contact"].to_list() == [
        "first in 7 days",
        "transferred",
        "again within 7 days",
        "first in 7 days",
        "(unknown)",
    ]


def test_a_call_that_we_make_is_no_contact_of_the_customer() -> None:
    rows: Rows = [{"at": 0, "direction": "outbound"}, {"at": 1}]
    assert mixed(rows)["repeat_contact"][1] == "first in 7 days"


@pytest.mark.parametrize(
    ("logged", "issue"),
    [
        ({"at": 1, "customer_id": "k", "category": " Router "}, "router"),
        ({"at": 1, "call_id": "c1", "category": "router"}, "router"),
        ({"at": 5, "customer_id": "k", "category": "router"}, "(unknown)"),
        ({"at": 1.9, "call_id": "c2", "category": "router"}, "(unknown)"),
        ({"at": -40, "customer_id": "k", "category": "router"}, "(unknown)"),
        ({"at": 1, "customer_id": "other", "category": "router"}, "(unknown)"),
        ({"at": 1, "customer_id": "k"}, "(unknown)"),
    ],
    ids=["known", "by its call", "later", "of the call", "old", "other", "no category"],
)
def test_the_issue_is_what_was_on_record_before_the_call(
    logged: Mapping[str, object], issue: str
) -> None:
    assert mixed([{"at": 0}, {"at": 2}], [logged])["issue"][1] == issue


def test_the_agents_own_record_of_a_call_does_not_escalate_it() -> None:
    rows = [
        {"escalation_events": events, "own_records": own}
        for events, own in ((0, 0), (1, 1), (1, 0), (2, 1))
    ]
    assert mixed(rows)["is_escalated"].to_list() == [False, False, True, True]


def test_calls_that_nobody_could_assess_are_left_out() -> None:
    assert mixed([{"is_heated": None, "unassessable": "no turns"}]).is_empty()


@given(st.permutations(range(6)))
def test_the_order_of_rows_changes_nothing(order: list[int]) -> None:
    rows: Rows = [{"at": n / 2, "customer_id": f"k{n % 2}"} for n in range(6)]
    known = facts(rows)
    logged = incidents([{"at": 0.1, "customer_id": "k1", "category": "router"}])
    again = case_mix(known[order], logged, thresholds())
    assert again.equals(case_mix(known, logged, thresholds()))


def test_levels_become_columns_and_unknown_ones_none() -> None:
    known = mixed([{"queue": "billing"}, {"queue": "orders"}])
    levels = known_levels(known)
    assert ("queue", "billing") in levels
    (queue,) = [
        columns
        for columns in factor_columns(levels)
        if levels[columns.start][0] == "queue"
    ]
    told = one_hot(mixed([{"queue": "orders"}, {"queue": "returns"}]), levels)
    assert told[:, queue].tolist() == [[0.0, 1.0], [0.0, 0.0]]
