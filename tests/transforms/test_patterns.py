"""Patterns on histories drawn by hand: when each holds, and what is said for and against."""

from datetime import timedelta
from typing import Any

import polars as pl
import pytest

from tests.transforms.customers import Rows, chronic, guide
from tests.transforms.drawn import MONDAY
from transforms.contracts.customer_marts import PATTERNS
from transforms.knowledge.chronic import ChronicGuide
from transforms.knowledge.frozen import KnowledgeError, parse

THREE: list[dict[str, Any]] = [{"at": 0}, {"at": 9}, {"at": 20}]
ROUTER = {"category": "router"}
GRAVE = {**ROUTER, "status": "open", "severity": "Critical", "temperature_peak": 90.0}
SETTLED = {"status": "resolved"}
ISSUES = [
    {"at": 0, "category": "router", **SETTLED},
    {"at": 9, "category": "invoice", **SETTLED},
    {"at": 20, "category": "delivery", "status": "open"},
]
BROKEN = [{"call_id": "c1", "status": "broken", "due": 3}]


def held(rows: Rows, **around: Any) -> list[str]:
    """The patterns named for the one customer."""
    return chronic(rows, **around)["repeat_complainers"].row(0, named=True)["patterns"]


def weighed(rows: Rows, pattern: str, **around: Any) -> dict[str, Any]:
    """What was weighed of one pattern."""
    mart = chronic(rows, **around)["customer_patterns"]
    return mart.filter(pl.col("pattern") == pattern).row(0, named=True)


@pytest.mark.parametrize(
    ("rows", "around", "expected"),
    [
        (THREE, {}, ["let_down"]),  # one case by its words, not known to be resolved
        ([{**row, "is_settled": True} for row in THREE[:2]], {}, []),
        ([{**row, **ROUTER, **SETTLED} for row in THREE], {}, ["let_down"]),  # reopened
        ([{**THREE[0], "is_settled": True}, {"at": 60}, {"at": 90}], {}, []),
        (
            [
                {"at": at, "stems": [word]}
                for at, word in ((0, "a"), (9, "b"), (20, "c"))
            ],
            {"promises": BROKEN},
            [],  # different matters: a broken promise alone lets nobody down thrice
        ),
        (ISSUES, {}, ["serial_complainer"]),
        (
            [{**row, **GRAVE} for row in THREE[:1]] + THREE[1:2],
            {},
            ["supervisor_worthy"],
        ),
        (ISSUES[:2], {}, []),
        ([{**row, "is_abusive": True} for row in THREE[:2]], {}, ["abusive"]),
        ([{**THREE[0], "is_abusive": True}, THREE[1]], {}, []),
        (ISSUES, {"asks": ["c1", "c3"]}, ["serial_complainer", "escalator"]),
        (ISSUES, {"asks": ["c1"]}, ["serial_complainer"]),
        (ISSUES[:2], {"asks": ["c1", "c2"]}, []),  # not chronic
    ],
)
def test_a_pattern_is_named_when_its_evidence_holds(
    rows: Rows, around: dict[str, Any], expected: list[str]
) -> None:
    assert held(rows, **around) == expected


def test_a_promise_broken_lets_down_who_says_that_it_is_not_the_first_call() -> None:
    rows = [{**row, "mentions_repeat": True, **SETTLED} for row in ISSUES]
    assert held(rows) == ["serial_complainer"]
    assert held(rows, promises=BROKEN) == ["let_down", "serial_complainer"]
    found = weighed(rows, "let_down", promises=BROKEN)
    assert "promises broken: 1" in found["evidence_for"]
    assert found["call_ids"] == ["c1", "c2", "c3"]


def test_every_pattern_of_a_chronic_customer_has_evidence_for_or_against() -> None:
    mart = chronic(THREE)["customer_patterns"]
    assert mart["pattern"].to_list() == list(PATTERNS)
    for row in mart.iter_rows(named=True):
        assert row["evidence_for"] or row["evidence_against"], row["pattern"]
        assert row["advice"]
        assert row["seeds"]
        assert row["holds"] or row["evidence_against"]


def test_who_is_neither_chronic_nor_shows_a_pattern_is_not_weighed() -> None:
    found = chronic([{"at": 0}, {"at": 9}])
    assert found["repeat_complainers"].height == 1
    assert found["customer_patterns"].is_empty()


def test_a_vulnerable_customer_is_spared_abusive_and_serial_and_nothing_else() -> None:
    rows = [{**row, "is_abusive": True} for row in ISSUES]
    assert held(rows, vulnerable=True, asks=["c1", "c2"]) == ["escalator"]
    for pattern in ("abusive", "serial_complainer"):
        found = weighed(rows, pattern, vulnerable=True)
        assert (found["holds"], found["is_spared"]) == (False, True)
        assert any("vulnerable" in clause for clause in found["evidence_against"])


def test_abuse_long_ago_is_not_held_against_anyone() -> None:
    rows = [{"at": 0, "is_abusive": True}, {"at": 100, "is_abusive": True}, {"at": 101}]
    assert held(rows) == []


def test_a_grave_case_is_a_managers_only_while_it_is_open_for_long() -> None:
    rows = [{"at": 0, **GRAVE}, {"at": 1}]
    assert held(rows, as_of=MONDAY + timedelta(days=6)) == []
    assert held(rows, as_of=MONDAY + timedelta(days=8)) == ["supervisor_worthy"]
    closed = [{"at": 0, **GRAVE, "status": "closed"}, {"at": 1, "stems": []}]
    assert held(closed) == []


def test_advice_is_asked_on_every_pattern_and_settings_have_an_owner() -> None:
    shipped = guide()
    assert shipped.owner
    without = shipped.model_dump(mode="json")
    del without["patterns"]["abusive"]
    with pytest.raises(KnowledgeError, match=r"chronic\.yaml.*supervisor_worthy"):
        parse(ChronicGuide, str(without), "data/chronic.yaml")
    nobody = {**shipped.model_dump(mode="json"), "owner": ""}
    with pytest.raises(KnowledgeError, match="owner"):
        parse(ChronicGuide, str(nobody), "data/chronic.yaml")
