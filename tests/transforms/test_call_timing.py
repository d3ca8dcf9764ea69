"""How soon an apology comes, and what comes before what."""

import pytest

from tests.transforms.drawn import Drawn, batch, thresholds, weights
from transforms.call_timing import call_timing
from transforms.context import context

HOT = "customer | anger complaint threat | this is a disgrace | 0-4\n"


def timing(talk: str, *, timed: bool = True) -> dict[str, object]:
    known = context(batch(Drawn(talk, timed=timed)), thresholds(), weights())
    found = call_timing(known)
    return found.row(0, named=True) if found.height else {}


@pytest.mark.parametrize(
    ("reply", "seconds"),
    [
        ("agent | apology | so sorry | 5-9", 0.0),
        ("agent | | well now | 5-9\nagent | apology | so sorry | 17-20", 12.0),
        ("agent | | well now | 5-9\nsupervisor | apology | so sorry | 10-12", 5.0),
        ("agent | | well now | 5-9", None),
    ],
    ids=["at once", "late", "by a supervisor", "never"],
)
def test_an_apology_is_timed_from_the_start_of_the_reply(
    reply: str, seconds: float | None
) -> None:
    assert timing(HOT + reply)["apology_seconds"] == seconds


def test_within_a_turn_time_runs_evenly_over_its_letters() -> None:
    # The second cue of a drawn turn starts at its second letter, of twenty.
    reply = "agent | empathy apology | abcdefghijklmnopqrst | 5-25"
    assert timing(HOT + reply)["apology_seconds"] == 1.0


def test_an_apology_before_the_heat_is_not_the_reply() -> None:
    talk = "agent | apology | sorry to keep you waiting | 0-1\n" + HOT
    assert timing(talk + "agent | | well | 5-9")["apology_seconds"] is None


def test_without_turn_times_there_is_no_timing_but_an_order() -> None:
    talk = (
        HOT + "agent | restatement apology | your router\nagent | solution_offer | new"
    )
    told = timing(talk.replace(" | 0-4", ""), timed=False)
    assert told["apology_seconds"] is None
    assert told["is_restated_first"] is True


RESTATES = "agent | restatement | so your router failed\n"
SOLVES = "agent | solution_offer | we send one\n"


@pytest.mark.parametrize(
    ("rest", "first"),
    [
        (RESTATES + SOLVES, True),
        (SOLVES + RESTATES, False),
        (RESTATES + SOLVES + RESTATES, True),
        (RESTATES, None),
        (SOLVES, None),
    ],
    ids=["before", "after", "both", "no solution", "no restatement"],
)
def test_a_restatement_comes_before_the_solution_or_after(
    rest: str, first: bool | None
) -> None:
    assert timing(HOT + rest)["is_restated_first"] is first


def test_the_same_offer_twice_is_one_option() -> None:
    assert timing(HOT + SOLVES + SOLVES)["options"] == 1
    assert timing(HOT + SOLVES + "agent | goodwill_gesture | free")["options"] == 2
    assert timing(HOT)["options"] == 0


def test_calm_calls_have_no_row() -> None:
    assert timing("customer | | hello\nagent | apology | so sorry") == {}
