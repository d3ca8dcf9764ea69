"""Temperatures by turn, and which calls are heated."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.transforms.drawn import batch, thresholds, weights
from transforms.context import Context, context
from transforms.heard import NEVER
from transforms.placing import heard
from transforms.temperature import temperature


def known(*calls: str, **around: Any) -> Context:
    return context(batch(*calls, **around), thresholds(), weights())


def degrees(talk: str) -> list[float | None]:
    warm = temperature(heard(batch(talk)), weights())
    return [None if np.isnan(value) else round(float(value), 1) for value in warm]


def test_temperature_decays_from_one_customer_turn_to_the_next() -> None:
    talk = """
        customer | anger |
        agent    |       | one moment
        customer |       | yes
        customer |       | yes
    """
    assert degrees(talk) == [35.0, None, 28.0, 22.4]


def test_a_label_counts_once_a_turn_and_a_severe_insult_more() -> None:
    assert degrees("customer | anger anger | a b c") == [35.0]
    assert degrees("customer | insult | fool") == [30.0]
    assert degrees("customer | insult! | pig") == [60.0]
    assert degrees("customer | CAPITALS | HELLO THERE") == [15.0]
    assert degrees("customer | SHOUTING | hello!!") == [10.0]


def test_temperature_stays_within_its_bounds() -> None:
    rage = "customer | threat insult! anger | pig\n" * 3
    assert max(value for value in degrees(rage) if value is not None) == 100.0
    assert degrees("customer | thanks resolved | good") == [0.0]


def test_the_agents_words_do_not_heat_the_customer() -> None:
    assert degrees("agent | hostility | what\ncustomer || hm") == [None, 0.0]


@pytest.mark.parametrize(
    ("talk", "is_heated"),
    [
        ("customer | complaint anger | broken again", True),
        ("customer | anger | ridiculous", False),
        (
            "customer | complaint | it broke\nagent || so\ncustomer | complaint | and that",
            False,
        ),
        ("customer | insult! | pig", True),
        (
            "customer | insult | a\ncustomer || b\ncustomer || c\ncustomer | insult | d",
            True,
        ),
        ("customer | threat | I come", True),
        ("customer || when do you open", False),
    ],
)
def test_a_call_is_heated_by_its_peak_by_abuse_or_by_a_threat(
    talk: str, *, is_heated: bool
) -> None:
    assert known(talk).heat.is_heated.tolist() == [is_heated]


def test_a_linked_incident_heats_a_call_from_its_first_complaint_or_turn() -> None:
    calm = "agent || hello\ncustomer || hi\ncustomer | complaint | it broke"
    heat = known(calm, "customer || hi", incidents=[{"call_id": "c1"}]).heat
    assert heat.is_heated.tolist() == [True, False]
    assert heat.first_heated.tolist() == [2, NEVER]
    quiet = known("agent || hello\ncustomer || hi", incidents=[{"call_id": "c1"}]).heat
    assert quiet.first_heated.tolist() == [1]


def test_the_first_heated_turn_crosses_the_threshold() -> None:
    talk = "customer | complaint | a\nagent || b\ncustomer | anger | c\ncustomer | anger | d"
    heat = known(talk).heat
    assert heat.first_heated.tolist() == [2]
    assert heat.peak_turn.tolist() == [3]
    assert heat.start.tolist() == [15.0]
    assert heat.end.tolist() == heat.peak.tolist()


def test_a_call_without_a_customer_has_no_temperature() -> None:
    heat = known("agent || hello").heat
    assert np.isnan(heat.peak[0])
    assert not heat.is_heated[0]


LINES = st.lists(
    st.sampled_from(
        [
            "customer || a",
            "customer | anger | a b",
            "customer | insult! | a b",
            "customer | thanks | a b",
            "agent || a",
        ]
    ),
    min_size=1,
    max_size=12,
)


@given(st.lists(LINES, min_size=1, max_size=4))
def test_a_calls_temperatures_are_bounded_and_do_not_depend_on_other_calls(
    talks: list[list[str]],
) -> None:
    drawn = ["\n".join(talk) for talk in talks]
    together = temperature(heard(batch(*drawn)), weights())
    alone = [temperature(heard(batch(talk)), weights()) for talk in drawn]
    np.testing.assert_array_equal(together, np.concatenate(alone))
    warm = together[~np.isnan(together)]
    assert ((warm >= 0) & (warm <= 100)).all()
