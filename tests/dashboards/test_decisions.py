"""Decisions on customers: their rules, their history, and what of it counts."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.records.decisions import (
    WITHDRAWN,
    Decision,
    DecisionError,
    Person,
    decide,
    history,
    overdue,
    standing,
    valid,
    withdraw,
)
from dashboards.records.kinds import DECISIONS
from dashboards.records.store import Records, RecordsError

TODAY = date(2026, 11, 22)
LATER = TODAY + timedelta(days=30)
ANN = Person(("K1", "K1-old"))
GOODWILL = Decision("K1", "goodwill", by="mia", why="our fault")
RESTRICTION = replace(GOODWILL, decision="restriction", review_on=LATER)


@pytest.fixture
def records(tmp_path: Path) -> Records:
    return Records(f"sqlite:///{tmp_path / 'records.db'}")


def told(records: Records, kind: str, **fields: Any) -> dict[str, Any]:
    decision = replace(GOODWILL, decision=kind, **fields)
    return decide(records, ANN, decision, TODAY)


def stand(records: Records) -> list[str]:
    rows = history(records, ANN.customer_ids)
    return [str(row["decision"]) for row in standing(rows)]


def test_a_decision_is_kept_with_who_when_and_why(records: Records) -> None:
    row = told(records, "goodwill", owner=" Ola ", review_on=LATER)
    assert (row["owner"], row["review_on"]) == ("Ola", LATER)
    assert (row["recorded_by"], row["why"]) == ("mia", "our fault")
    assert row["recorded_at"].tzinfo is not None
    assert told(records, "follow_up_call")["owner"] == "mia"
    assert stand(records) == ["goodwill", "follow_up_call"]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"decision": "ban"}, "'ban' is no decision; there are owner_named"),
        ({"by": " "}, "without who"),
        ({"why": ""}, "without why"),
        ({"decision": "owner_named"}, "names nobody"),
        ({"decision": "single_contact", "owner": "Ola"}, "reviewed"),
        ({"review_on": TODAY}, "does not lie ahead"),
        ({"review_on": TODAY - timedelta(days=1)}, "does not lie ahead"),
        ({"decision": "none", "review_on": LATER}, "nothing to review"),
        ({"warned": "C-9"}, "'C-9' is no warning of this customer"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_cannot_be_decided_is_refused_in_words(
    records: Records, fields: dict[str, Any], message: str
) -> None:
    with pytest.raises(DecisionError, match=message):
        decide(records, ANN, replace(GOODWILL, **fields), TODAY)
    assert history(records) == []


def test_a_restriction_without_a_prior_warning_is_refused(records: Records) -> None:
    told(records, "goodwill")
    with pytest.raises(DecisionError, match="record ground_rules or warning first"):
        decide(records, ANN, RESTRICTION, TODAY)
    assert stand(records) == ["goodwill"]


@pytest.mark.parametrize("kind", ["ground_rules", "warning"])
def test_a_recorded_warning_allows_a_restriction_that_names_it(
    records: Records, kind: str
) -> None:
    # The warning stands under another id of the same person.
    number = told(records, kind, customer_id="K1-old")["id"]
    assert decide(records, ANN, RESTRICTION, TODAY)["warned"] == f"decision {number}"


def test_a_warning_that_was_withdrawn_is_none(records: Records) -> None:
    number = int(told(records, "warning")["id"])
    withdraw(records, ANN, number, by="mia", why="another customer")
    with pytest.raises(DecisionError, match="warnings recorded: none"):
        decide(records, ANN, RESTRICTION, TODAY)
    with pytest.raises(DecisionError, match="is no warning"):
        decide(records, ANN, replace(RESTRICTION, warned=str(number)), TODAY)


def test_a_warning_of_another_customer_is_none(records: Records) -> None:
    told(records, "warning")
    ben = replace(RESTRICTION, customer_id="K2")
    with pytest.raises(DecisionError, match="prior warning"):
        decide(records, Person(("K2",)), ben, TODAY)


def test_a_limit_set_in_a_call_counts_only_if_it_is_named(records: Records) -> None:
    heard = replace(ANN, warned_in=("C-7",))
    with pytest.raises(DecisionError, match="agent set a limit: C-7"):
        decide(records, heard, RESTRICTION, TODAY)
    row = decide(records, heard, replace(RESTRICTION, warned="C-7"), TODAY)
    assert row["warned"] == "call C-7"


def test_a_vulnerable_customers_restriction_names_adjustments(
    records: Records,
) -> None:
    told(records, "warning")
    frail = replace(ANN, is_vulnerable=True)
    with pytest.raises(DecisionError, match="adjustments"):
        decide(records, frail, RESTRICTION, TODAY)
    considered = replace(RESTRICTION, adjustments="a helper on the line")
    row = decide(records, frail, considered, TODAY)
    assert row["adjustments"] == "a helper on the line"


def test_the_newest_of_each_kind_counts_and_all_stay(records: Records) -> None:
    told(records, "owner_named", owner="Ola")
    told(records, "goodwill")
    told(records, "owner_named", owner="Eva")
    assert stand(records) == ["goodwill", "owner_named"]
    rows = history(records, ANN.customer_ids)
    assert [row["owner"] for row in rows] == ["Ola", "mia", "Eva"]
    assert standing(rows)[-1]["owner"] == "Eva"


def test_none_ends_what_stood_and_gives_way_to_what_follows(records: Records) -> None:
    told(records, "goodwill")
    told(records, "none")
    assert stand(records) == ["none"]
    told(records, "follow_up_call")
    assert stand(records) == ["follow_up_call"]


def test_withdrawing_adds_a_row_and_what_was_before_counts_again(
    records: Records,
) -> None:
    told(records, "owner_named", owner="Ola")
    number = int(told(records, "owner_named", owner="Eva")["id"])
    row = withdraw(records, ANN, number, by="mia", why="Eva has left")
    assert (row["decision"], row["withdraws"]) == (WITHDRAWN, number)
    rows = history(records, ANN.customer_ids)
    assert len(rows) == 3
    assert [row["owner"] for row in standing(rows)] == ["Ola"]
    for again in (number, int(row["id"]), 99):
        with pytest.raises(DecisionError, match="there are: 1"):
            withdraw(records, ANN, again, by="mia", why="again")


def test_a_warning_cannot_be_taken_from_under_a_restriction(records: Records) -> None:
    warning = int(told(records, "warning")["id"])
    restriction = int(decide(records, ANN, RESTRICTION, TODAY)["id"])
    with pytest.raises(DecisionError, match=f"withdraw {restriction} first"):
        withdraw(records, ANN, warning, by="mia", why="by mistake")
    withdraw(records, ANN, restriction, by="mia", why="by mistake")
    withdraw(records, ANN, warning, by="mia", why="by mistake")
    assert stand(records) == []


def test_reviews_are_overdue_when_their_day_has_passed(records: Records) -> None:
    told(records, "goodwill", review_on=LATER)
    told(records, "follow_up_call", review_on=LATER - timedelta(days=1))
    told(records, "owner_named", owner="Ola")
    rows, persons = history(records), {"K1": "P1", "K1-old": "P1"}

    def late(day: date) -> list[str]:
        return [row["decision"] for row in overdue(rows, persons, day)]

    assert late(LATER - timedelta(days=1)) == []
    assert late(LATER) == ["follow_up_call"]
    assert late(LATER + timedelta(days=1)) == ["follow_up_call", "goodwill"]
    # Decided again under another id of the person, with a later review.
    told(
        records,
        "goodwill",
        customer_id="K1-old",
        review_on=LATER + timedelta(days=9),
    )
    rows = history(records)
    assert late(LATER + timedelta(days=1)) == ["follow_up_call"]


def test_a_name_too_long_for_the_store_is_refused(records: Records) -> None:
    with pytest.raises(RecordsError, match="takes 200 characters, and 201 were given"):
        told(records, "goodwill", by="m" * 201)


@given(
    st.lists(
        st.tuples(st.sampled_from([*DECISIONS, WITHDRAWN]), st.integers(1, 12)),
        max_size=12,
    )
)
def test_what_stands_was_decided_is_not_withdrawn_and_is_one_of_its_kind(
    drawn: list[tuple[str, int]],
) -> None:
    rows = [
        {
            "id": number,
            "decision": kind,
            "withdraws": of if kind == WITHDRAWN else None,
        }
        for number, (kind, of) in enumerate(drawn, 1)
    ]
    left = standing(rows)
    kinds = [row["decision"] for row in left]
    assert len(kinds) == len(set(kinds))
    assert "none" not in kinds or kinds == ["none"]
    assert all(row in valid(rows) for row in left)
    assert not left or left[-1] == valid(rows)[-1]
