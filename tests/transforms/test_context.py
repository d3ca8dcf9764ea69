"""The terms of the glossary: account, substantive, stretch, closing; and neighbours."""

from datetime import timedelta
from typing import Any

import polars as pl
import pytest

from tests.transforms.drawn import MONDAY, Drawn, batch, thresholds, weights
from transforms.context import Context, context
from transforms.heard import NEVER
from transforms.placing import BatchError, heard


def known(*calls: Drawn | str, **around: Any) -> Context:
    return context(batch(*calls, **around), thresholds(), weights())


def test_an_account_runs_from_the_first_complaint_to_the_first_substantive_turn() -> (
    None
):
    talk = """
        agent    | greeting    | hello how can I help
        customer |             | it is about my router
        customer | complaint   | it broke
        agent    | backchannel | mm
        customer | anger       | twice
        agent    | empathy     | oh dear
        agent    |             | which model is it
    """
    found = known(talk)
    assert found.account_start.tolist() == [2]
    assert found.account_end.tolist() == [6]
    assert found.is_account_answered.tolist() == [True]


def test_an_account_that_nobody_answers_lasts_to_the_end() -> None:
    found = known("customer | complaint | it broke\nagent | backchannel | mm")
    assert found.account_end.tolist() == [2]
    assert found.is_account_answered.tolist() == [False]
    assert known("customer || hello\nagent || hi").account_start.tolist() == [NEVER]


def test_a_courtesy_with_much_besides_is_substantive() -> None:
    short = "customer || a\nagent | apology | I'm so sorry"
    # The cue's span ends with the text, but the words around it say something.
    assert known(short).is_substantive.tolist() == [False, False]
    given = batch(
        "customer || a\nagent | apology | sorry " + "and the invoice says so " * 3
    )
    shorter = given.hits.with_columns(end=pl.lit(5, dtype=pl.UInt32))
    cut = type(given)(given.calls, given.turns, shorter, given.texts, given.around)
    assert context(cut, thresholds(), weights()).is_substantive.tolist() == [
        False,
        True,
    ]


def test_the_closing_is_the_last_four_turns_of_people() -> None:
    found = known("customer || a\n" * 6 + "ivr || rate us")
    assert found.closing_start.tolist() == [2]
    assert known("customer || a").closing_start.tolist() == [0]


@pytest.mark.parametrize(
    "ending",
    [
        "customer | anger | no",
        "customer | threat | a",
        "customer | insult | a\nagent || so",
        "agent | ending_call | bye",
        "agent | warning_of_ending | or I hang up",
    ],
)
def test_a_call_that_is_broken_off_has_no_closing(ending: str) -> None:
    found = known("customer || a\nagent || b\n" + ending)
    assert found.has_closing.tolist() == [False]


def test_the_turn_that_hands_over_is_a_closing() -> None:
    said = known("agent || a\nagent | supervisor_handover | b\ncustomer | anger | c")
    assert said.hand_over.tolist() == [1]
    told = known(Drawn("agent || a\ncustomer | anger | c", {"transferred_to": "x"}))
    assert told.hand_over.tolist() == [0]
    assert told.has_closing.tolist() == [True]


def test_supervisors_end_an_account_but_are_not_the_agent() -> None:
    found = known("customer | complaint | it broke\nsupervisor || which model")
    assert found.account_end.tolist() == [1]
    assert found.heard.turns_by["agent"].tolist() == []


def test_a_call_ends_when_the_source_says_so_else_with_its_last_turn() -> None:
    told, spoken, untold = (
        known(Drawn("customer || a", {"ended_at": ended}, timed=timed, seconds=30))
        for ended, timed in (
            (MONDAY + timedelta(minutes=2), True),
            (None, True),
            (None, False),
        )
    )
    assert (told.ended - told.started).tolist() == [120_000_000]
    assert (spoken.ended - spoken.started).tolist() == [30_000_000]
    assert untold.ended.tolist() == [NEVER]


def test_the_next_call_back_is_found_for_each_customer() -> None:
    others = [
        {
            "customer_id": "customer1",
            "direction": "outbound",
            "started_at": MONDAY + timedelta(n),
        }
        for n in (-1, 2, 3)
    ]
    found = known("customer || a", "customer || b", others=others).neighbours
    back = found.call_back(found.ended)
    assert (back - found.started[:2]).tolist()[0] == timedelta(days=2) / timedelta(
        microseconds=1
    )
    assert back[1] == NEVER


def test_turns_or_hits_of_no_call_are_refused_in_words() -> None:
    given = batch("customer | anger | a", "customer | anger | b")
    without = given.calls.filter(pl.col("call_no") == 1)
    broken = type(given)(without, given.turns, given.hits, given.texts, given.around)
    with pytest.raises(BatchError, match="turns of call_no \\[2\\] have no call"):
        heard(broken)
    first = given.turns.filter(pl.col("call_no") == 1)
    broken = type(given)(given.calls, first, given.hits, given.texts, given.around)
    with pytest.raises(BatchError, match="hits"):
        heard(broken)


def test_hits_alike_but_in_their_cue_stand_in_one_order_whatever_the_rows() -> None:
    given = batch("customer | anger | a b")
    twice = pl.concat(
        [given.hits, given.hits.with_columns(cue=pl.lit("an earlier cue"))]
    )
    for hits in (twice, twice.reverse()):
        mixed = type(given)(given.calls, given.turns, hits, given.texts, given.around)
        assert heard(mixed).hit_cue.to_list() == ["a cue of anger", "an earlier cue"]


def test_turns_and_texts_in_another_order_are_put_right() -> None:
    given = batch("customer | anger | a\nagent || bb", "customer || ccc")
    mixed = type(given)(
        given.calls,
        given.turns.reverse(),
        given.hits,
        given.texts.reverse(),
        given.around,
    )
    found = heard(mixed)
    assert found.turn.tolist() == [0, 1, 0]
    assert found.text_at(found.turns_by["agent"]).to_list() == ["bb"]
