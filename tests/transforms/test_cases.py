"""Cases on histories drawn by hand: which contacts are on one issue, and what came of it."""

from datetime import timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transforms.customers import Rows, together, told_cases
from tests.transforms.drawn import MONDAY

ROUTER = ["route", "light", "resta"]
INVOICE = ["invoi", "amoun", "charg"]
TALK = ["reall", "think"]


def contacts_of(rows: Rows) -> list[list[str]]:
    """The calls of each case, in the order of the cases."""
    return [case["call_ids"] for case in told_cases(rows)]


def test_contacts_of_one_category_are_one_case_up_to_thirty_days_apart() -> None:
    def on(at: float) -> dict[str, Any]:
        return {"at": at, "category": "router", "stems": []}

    assert contacts_of([on(0), on(30), on(60)]) == [["c1", "c2", "c3"]]
    assert contacts_of([on(0), on(30.1)]) == [["c1"], ["c2"]]


def test_where_no_incident_tells_the_issue_words_do() -> None:
    rows = [
        {"at": 0, "stems": [*ROUTER, *TALK]},
        {"at": 5, "stems": [*INVOICE, *TALK]},
        {"at": 9, "stems": [*TALK, *ROUTER[:2], "again"]},
    ]
    assert contacts_of(rows) == [["c1", "c3"], ["c2"]]


@pytest.mark.parametrize(
    "words",
    [
        (["הנתב", "מנורה", "אדומה"], ["חשבונ", "סכום", "חיוב"]),
        (["ruter", "lampe", "rødt"], ["fakt", "beløp", "trukk"]),
        (["směro", "kontr", "svítí"], ["faktu", "částk", "strže"]),
    ],
)
def test_words_tell_the_issue_in_any_language(
    words: tuple[list[str], list[str]],
) -> None:
    one, other = words
    rows = [{"at": 0, "stems": one}, {"at": 2, "stems": other}, {"at": 4, "stems": one}]
    assert contacts_of(rows) == [["c1", "c3"], ["c2"]]


def test_two_categories_are_two_cases_even_where_words_would_bridge_them() -> None:
    rows = [
        {"at": 0, "category": "router", "stems": ROUTER},
        {"at": 3, "stems": [*ROUTER, *INVOICE]},
        {"at": 6, "category": "invoice", "stems": INVOICE},
        {"at": 8, "category": "router", "stems": ROUTER},
    ]
    assert contacts_of(rows) == [["c1", "c2", "c4"], ["c3"]]


def test_customers_do_not_share_a_case() -> None:
    rows = [{"at": 0}, {"at": 1, "customer_id": "l"}]
    assert contacts_of(rows) == [["c1"], ["c2"]]


def test_without_a_complaint_there_is_no_case_and_words_link_nothing() -> None:
    calm = {"is_complaint": False}
    rows = [{"at": 0, **calm}, {"at": 1, **calm}]
    assert told_cases(rows) == []
    assert together(rows)["issue"].n_unique() == 2
    [case] = told_cases([*rows, {"at": 2}])
    assert (case["contacts"], case["complaint_contacts"]) == (2, 1)


def test_a_complaint_of_which_nothing_is_known_is_a_case_of_its_own() -> None:
    rows = [{"at": 0, "stems": []}, {"at": 1, "stems": []}]
    told = told_cases(rows)
    assert [case["told_by"] for case in told] == ["unknown", "unknown"]
    assert {case["issue"] for case in told} == {"(unknown)"}


def test_our_call_back_belongs_to_the_complaint_and_can_resolve_it() -> None:
    [case] = told_cases(
        [
            {"at": 0, "category": "router", "status": "open"},
            {"at": 2, "direction": "outbound", "stems": TALK, "is_settled": True},
        ]
    )
    assert case["contacts"] == 1
    assert case["call_ids"] == ["c1", "c2"]
    assert (case["is_resolved"], case["resolved_by"]) == (True, "customer")
    assert case["days_to_resolution"] == pytest.approx(2 + 5 / 24 / 60)


@pytest.mark.parametrize(
    ("contact", "resolved", "by"),
    [
        ({"category": "router", "status": "Closed"}, True, "incident"),
        ({"category": "router", "status": "open", "is_settled": True}, False, None),
        ({"is_settled": True}, True, "customer"),
        ({"is_settled": False}, False, None),
        ({}, None, None),
    ],
)
def test_the_last_word_says_whether_a_case_is_resolved(
    contact: dict[str, Any], resolved: bool | None, by: str | None
) -> None:
    [case] = told_cases([{"at": 0, **contact}])
    assert (case["is_resolved"], case["resolved_by"]) == (resolved, by)
    assert (case["resolved_at"] is not None) is (resolved is True)


def test_a_case_called_about_after_it_was_said_resolved_is_reopened() -> None:
    [again] = told_cases([{"at": 0, "is_settled": True}, {"at": 4}])
    assert (again["is_reopened"], again["is_resolved"]) == (True, True)
    [failed] = told_cases(
        [{"at": 0, "is_settled": True}, {"at": 4, "is_settled": False}]
    )
    assert (failed["is_reopened"], failed["is_resolved"]) == (True, False)
    [once] = told_cases([{"at": 0, "is_settled": False}, {"at": 4, "is_settled": True}])
    assert once["is_reopened"] is False


@pytest.mark.parametrize(
    ("rows", "days", "expected"),
    [
        ([{"at": 0}], 31, True),
        ([{"at": 0}], 29, None),  # the days of a case are not over
        ([{"at": 0}, {"at": 3}], 31, False),
        ([{"at": 0, "category": "router", "status": "open"}], 31, False),
        ([{"at": 0, "category": "router", "status": "done"}], 31, True),
    ],
)
def test_resolved_at_the_first_contact(
    rows: Rows, days: float, expected: bool | None
) -> None:
    [case] = told_cases(rows, as_of=MONDAY + timedelta(days=days))
    assert case["first_contact_resolved"] is expected


def test_a_case_is_called_by_its_category_else_by_the_words_that_weigh_most() -> None:
    [named] = told_cases([{"at": 0, "category": " Router "}])
    assert (named["issue"], named["told_by"]) == ("router", "incident")
    [told] = told_cases([{"at": 0, "stems": ["route"]}])
    assert (told["issue"], told["told_by"]) == ("route…", "text")


@settings(deadline=None, max_examples=40)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 90),
            st.sampled_from(["k", "l"]),
            st.sampled_from(["router", "invoice", None]),
            st.sampled_from([ROUTER, INVOICE, TALK, []]),
            st.booleans(),
        ),
        min_size=1,
        max_size=10,
    )
)
def test_every_complaint_contact_is_in_one_case_and_no_case_has_two_categories(
    calls: list[tuple[int, str, str | None, list[str], bool]],
) -> None:
    rows = [
        {
            "at": at,
            "customer_id": customer,
            "category": category,
            "stems": stems,
            "is_complaint": complains,
        }
        for at, customer, category, stems, complains in calls
    ]
    drawn = together(rows)
    told = told_cases(rows)
    counted = sum(case["complaint_contacts"] for case in told)
    assert counted == drawn["is_complaint"].sum()
    categories = drawn.group_by("issue").agg(
        pl.col("category").drop_nulls().n_unique(),
        pl.col("customer_id").n_unique(),
        wait=pl.col("started_at").diff().max(),
    )
    assert (categories["category"] <= 1).all()
    assert (categories["customer_id"] == 1).all()
    assert (categories["wait"].drop_nulls() <= timedelta(days=30)).all()
