"""Chronic customers on histories drawn by hand: by count, by exposure, as history."""

from datetime import timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transforms.customers import YEAR_END, Rows, chronic, guide, microseconds
from tests.transforms.customers import together as drawn
from tests.transforms.drawn import MONDAY, thresholds
from transforms.windows import windows


def named(rows: Rows, **around: Any) -> list[str]:
    """Who is on the list of chronic customers, now or once."""
    return chronic(rows, **around)["chronic_customers"]["customer_id"].to_list()


def customer(rows: Rows, **around: Any) -> dict[str, Any]:
    """The one customer with two complaint contacts or more."""
    return chronic(rows, **around)["repeat_complainers"].row(0, named=True)


def crowd(size: int = 150) -> list[dict[str, Any]]:
    """Customers as they mostly are: a contact or two, some of them complaints."""
    return [
        {
            "at": number % 40 + 10 * contact,
            "customer_id": f"m{number}",
            "is_complaint": number % 5 < contact + 1,
        }
        for number in range(size)
        for contact in range(1 + number % 2)
    ]


def test_three_complaint_contacts_in_ninety_days_are_chronic() -> None:
    assert chronic([{"at": 0}])["repeat_complainers"].is_empty()
    assert not customer([{"at": 0}, {"at": 9}])["is_chronic"]
    assert customer([{"at": 0}, {"at": 9}, {"at": 90}])["is_chronic"]
    spread = customer([{"at": 0}, {"at": 9}, {"at": 90.1}])
    assert (spread["complaint_contacts"], spread["is_chronic"]) == (2, False)
    assert spread["all_complaint_contacts"] == 3
    assert spread["call_ids"] == ["c1", "c2", "c3"]


def test_who_has_four_complaints_in_four_contacts_is_chronic_beside_a_crowd() -> None:
    rows = [*crowd(), *({"at": at, "customer_id": "ann"} for at in (0, 9, 20, 31))]
    assert named(rows) == ["ann"]


def test_a_business_with_sixty_contacts_and_four_complaints_is_not_chronic() -> None:
    rows = [
        *crowd(),
        *(
            {"at": at, "customer_id": "shop", "is_complaint": at % 15 == 7}
            for at in range(60)
        ),
    ]
    assert named(rows) == []
    listed = chronic(rows)["repeat_complainers"].filter(customer_id="shop")
    [shop] = listed.to_dicts()
    assert (shop["complaint_contacts"], shop["exposure"]) == (4, 50)
    assert shop["probability"] > thresholds().chronic_probability.value


def test_exposure_is_counted_on_the_side_that_speaks_for_the_customer() -> None:
    """All of the business's ordinary calls came before the complaints began."""
    calm = [{"at": at, "customer_id": "k", "is_complaint": False} for at in range(30)]
    told = customer([*calm, {"at": 31}, {"at": 32}, {"at": 33}])
    assert told["exposure"] == 31
    assert not told["is_chronic"]


def test_complaints_do_not_excuse_themselves() -> None:
    few, many = (customer([{"at": at} for at in range(n)]) for n in (3, 9))
    assert few["exposure"] == many["exposure"] == 1
    assert many["probability"] < few["probability"]


def test_once_chronic_is_history_when_the_window_no_longer_reaches_the_end() -> None:
    rows = [{"at": 0}, {"at": 9}, {"at": 20}]
    within = customer(rows, as_of=MONDAY + timedelta(days=90))
    assert (within["is_chronic"], within["is_current"]) == (True, True)
    assert within["window_to"] == (MONDAY + timedelta(days=90)).date()
    later = customer(rows, as_of=MONDAY + timedelta(days=200))
    assert (later["is_chronic"], later["is_current"]) == (True, False)
    assert later["window_to"] == (MONDAY + timedelta(days=90)).date()


def test_the_window_told_is_the_current_one_though_an_earlier_one_was_worse() -> None:
    rows = [{"at": at} for at in (0, 1, 2, 3, 4, 200, 210, 220)]
    told = customer(rows, as_of=MONDAY + timedelta(days=230))
    assert (told["complaint_contacts"], told["is_current"]) == (3, True)
    assert told["window_from"] == (MONDAY + timedelta(days=200)).date()


def test_who_was_listed_stays_as_history_when_the_baseline_moves() -> None:
    calm = [{"at": at, "is_complaint": False} for at in range(30)]
    rows = [*calm, {"at": 31}, {"at": 32}, {"at": 33}]
    assert named(rows) == []
    kept = customer(rows, listed=["k"])
    assert (kept["is_chronic"], kept["is_current"]) == (True, False)
    # Not so where the complaints themselves are no longer counted.
    assert named(rows[:-1], listed=["k"]) == []


def test_the_baseline_is_fitted_on_everybodys_worst_window_once_there_are_enough() -> (
    None
):
    as_of = microseconds(YEAR_END)
    few = windows(drawn(crowd(60)), as_of, thresholds(), guide()).baseline
    assert (few.counted, few.rate) == (0, guide().baseline.rate)
    many = windows(drawn(crowd()), as_of, thresholds(), guide()).baseline
    assert many.counted == 150
    assert 0 < many.rate < 1


def test_what_our_failings_brought_about_is_counted_with_its_whole() -> None:
    told = customer(
        [
            {"at": 0, "category": "router", "status": "open"},
            {"at": 5, "category": "router", "status": "closed"},  # ours: not resolved
            {"at": 9, "category": "router", "status": "closed"},  # it was resolved
            {"at": 20, "category": "invoice"},  # ours: after a promise broken
            {"at": 21, "category": "delivery"},
        ],
        promises=[
            {"call_id": "c3", "status": "broken", "due": 15},
            {"call_id": "c1", "status": "kept", "due": 2},
            {"call_id": "c2", "status": "unknowable"},
        ],
    )
    assert (told["our_contacts"], told["contacts"]) == (2, 5)
    assert told["our_share"] == pytest.approx(0.4)
    assert (told["broken_promises"], told["kept_promises"]) == (1, 1)


def test_costs_are_told_with_what_the_whole_centre_spent() -> None:
    rows = [{"at": 0}, {"at": 9}, {"at": 20}, {"at": 21, "direction": "outbound"}]
    other = {"at": 5, "customer_id": "l", "duration_seconds": 600.0}
    long_ago = {"at": -40, "customer_id": "l"}
    told = customer([*rows, other, long_ago])
    assert (told["handle_seconds"], told["contacts"]) == (1200, 3)
    assert told["all_handle_seconds"] == 1800


@pytest.mark.parametrize(
    ("days", "trend"),
    [
        ((0, 5, 10), "too few"),
        ((0, 16, 32, 48, 64), "steady"),
        ((0, 60, 64, 68, 70, 72, 74, 76, 78), "rising"),
        ((0, 2, 3, 4, 5, 6, 7, 8, 9), "falling"),
    ],
)
def test_a_trend_is_told_only_beyond_chance(
    days: tuple[float, ...], trend: str
) -> None:
    assert customer([{"at": at} for at in days])["trend"] == trend


def test_no_calls_give_no_list() -> None:
    assert all(
        frame.is_empty()
        for name, frame in chronic([]).items()
        if "baseline" not in name
    )


calls = st.lists(
    st.tuples(st.integers(0, 200), st.sampled_from("kl"), st.booleans()),
    min_size=1,
    max_size=14,
)


@settings(deadline=None, max_examples=40)  # a night of customers each
@given(calls)
def test_the_list_holds_who_has_three_in_a_window_and_counts_within_its_whole(
    told: list[tuple[int, str, bool]],
) -> None:
    rows = [
        {"at": at, "customer_id": who, "is_complaint": bad} for at, who, bad in told
    ]
    found = chronic(rows, as_of=MONDAY + timedelta(days=210))
    listed, complainers = found["chronic_customers"], found["repeat_complainers"]
    assert (listed["complaint_contacts"] >= 3).all()
    assert (complainers["our_contacts"] <= complainers["contacts"]).all()
    assert (complainers["complaint_contacts"] <= complainers["contacts"]).all()
    assert (listed["window_from"] <= listed["window_to"]).all()
    chosen = complainers.filter("is_chronic")["customer_id"]
    assert chosen.to_list() == listed["customer_id"].to_list()
    again = pl.DataFrame(rows).sample(fraction=1, shuffle=True, seed=1).to_dicts()
    same = chronic(again, as_of=MONDAY + timedelta(days=210))["chronic_customers"]
    about = ["customer_id", "complaint_contacts", "contacts", "probability"]
    assert same.select(about).equals(listed.select(about))
