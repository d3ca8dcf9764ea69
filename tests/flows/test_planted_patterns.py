"""Chronic customers that were planted are found, with their patterns, and nobody else."""

from typing import Any

import polars as pl
import pytest

from tests.flows.recovery import Recovered
from transforms.contracts.customer_marts import PATTERNS, SPARED

LEAST_ACCURACY = 0.95
"""Of the pairs of a planted customer and a pattern, the share told as planted."""
LEAST_PRECISION = 0.95
LEAST_SAME_ISSUE = 0.75


@pytest.fixture(scope="module")
def people(recovered: Recovered) -> pl.DataFrame:
    """One row for each person: their ids, what was planted, and what was told of them."""
    listed = (
        recovered.ask(
            "SELECT unnest(source_customer_ids) AS customer_id, patterns AS told"
            " FROM marts.chronic_customers"
        )
        .join(recovered.truth("customers"), on="customer_id", how="right")
        .group_by("person_id", maintain_order=True)
        .agg(
            pl.col("role", "patterns", "vulnerable", "complaints", "calls").first(),
            told=pl.col("told").explode().drop_nulls().unique(),
            is_listed=pl.col("told").is_not_null().any(),
        )
    )
    assert listed["is_listed"].any()
    return listed


def confusion(people: pl.DataFrame) -> dict[tuple[str, str], int]:
    """How often each pattern was told rightly, missed, or told of somebody without it."""
    counted: dict[tuple[str, str], int] = {}
    for row in people.to_dicts():
        for pattern in PATTERNS:
            key = (
                pattern,
                _verdict(pattern in row["patterns"], pattern in row["told"]),
            )
            counted[key] = counted.get(key, 0) + 1
    return counted


def _verdict(planted: bool, told: bool) -> str:
    if planted == told:
        return "found" if told else "rightly not"
    return "missed" if planted else "wrongly told"


def test_patterns_are_told_as_they_were_planted(people: pl.DataFrame) -> None:
    chronic = people.filter(pl.col("role") == "chronic")
    counted = confusion(chronic)
    right = sum(
        n for (_, what), n in counted.items() if what in ("found", "rightly not")
    )
    wrong: list[Any] = [
        row
        for row in chronic.to_dicts()
        if set(row["patterns"]) != set(row["told"]) or not row["is_listed"]
    ]
    assert chronic.height >= 20
    assert right / sum(counted.values()) >= LEAST_ACCURACY, (counted, wrong)


def test_every_pattern_is_found_in_most_who_show_it(people: pl.DataFrame) -> None:
    counted = confusion(people.filter(pl.col("role") == "chronic"))
    for pattern in PATTERNS:
        found, missed = (
            counted.get((pattern, what), 0) for what in ("found", "missed")
        )
        assert found > missed, (pattern, counted)


def test_hardly_anybody_else_is_listed(people: pl.DataFrame) -> None:
    listed = people.filter("is_listed")
    others = listed.filter(pl.col("role") != "chronic")
    assert 1 - others.height / listed.height >= LEAST_PRECISION, others.to_dicts()


def test_a_business_that_rings_often_is_not_listed(people: pl.DataFrame) -> None:
    business = people.filter(pl.col("role") == "business")
    assert business.height > 0
    assert not business["is_listed"].any(), business.to_dicts()


def test_the_vulnerable_are_never_called_abusive_or_serial(
    people: pl.DataFrame,
) -> None:
    spared = people.filter("vulnerable", "is_listed")
    assert spared.height > 0
    assert not set(spared["told"].explode()) & set(SPARED)
