"""Incidents linked to the calls that they record or concern."""

from collections.abc import Mapping
from datetime import timedelta

import pytest

from tests.transforms.drawn import MONDAY, batch, thresholds, weights
from transforms.context import context
from transforms.incidents import Incidents


def linked(*incidents: Mapping[str, object]) -> Incidents:
    """Of two calls: Monday 9:00-9:05 of customer1, 10:00-10:05 of customer2."""
    given = batch("customer || a", "customer || b", incidents=incidents)
    return context(given, thresholds(), weights()).incidents


def test_an_incident_belongs_to_the_call_that_it_names_whenever_it_was_written() -> (
    None
):
    late = {
        "call_id": "c2",
        "customer_id": "customer1",
        "recorded_at": MONDAY + timedelta(9),
    }
    assert linked(late).is_linked.tolist() == [False, True]


@pytest.mark.parametrize(
    ("hours", "is_linked"),
    [(-24, True), (-24.1, False), (0, True), (24, True), (24.1, False)],
)
def test_an_incident_without_a_call_is_linked_by_customer_within_a_day(
    hours: float, *, is_linked: bool
) -> None:
    at = MONDAY + timedelta(hours=hours)
    found = linked({"customer_id": "customer1", "occurred_at": at})
    assert found.is_linked.tolist() == [is_linked, False]


def test_an_incident_with_neither_call_nor_customer_is_linked_to_nothing() -> None:
    assert not linked({"occurred_at": MONDAY}).is_linked.any()


def test_the_incident_that_names_the_call_goes_first_then_the_nearest() -> None:
    near = {"customer_id": "customer1", "occurred_at": MONDAY}
    far = {"customer_id": "customer1", "occurred_at": MONDAY - timedelta(hours=5)}
    own = {"call_id": "c1", "recorded_at": MONDAY + timedelta(days=2)}
    assert linked(far, near, own).best["incident_id"].to_list() == ["i3"]
    assert linked(far, near).best["incident_id"].to_list() == ["i2"]


def test_fault_is_known_where_an_incident_says_so_and_ours_wins() -> None:
    ours = {"call_id": "c1", "company_fault": True}
    theirs = {"call_id": "c1", "company_fault": False}
    assert linked(theirs, ours).fault.tolist() == [1, -1]
    assert linked(theirs).fault.tolist() == [0, -1]
    assert linked({"call_id": "c1"}).fault.tolist() == [-1, -1]
