"""Shifts, breaks and what is carried over: two in a day, over midnight, as clocks change."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transforms.cases import CALM, HEATED
from tests.transforms.drawn import MONDAY, Drawn, batch, thresholds, use, weights
from transforms.context import context
from transforms.contracts.staging import SHIFTS
from transforms.shifts import stretches
from transforms.verdicts import VERDICT_NAMES, Verdicts, judge

AMSTERDAM = "Europe/Amsterdam"


def judged(behaviour: str, *calls: Drawn, **around: Any) -> Verdicts:
    known = context(batch(*calls, **around), thresholds(), weights())
    return judge(known, (use(behaviour),))


def told(verdicts: Verdicts) -> list[str]:
    return [VERDICT_NAMES[code] for code in verdicts.codes[:, 0]]


def at(
    started: datetime, minutes: int = 5, talk: str = HEATED, agent: str = "ana"
) -> Drawn:
    """A call that lasts so many minutes."""
    ended = started + timedelta(minutes=minutes)
    return Drawn(talk, {"started_at": started, "ended_at": ended, "agent_id": agent})


def shift(begins: datetime, hours: float, agent: str = "ana") -> dict[str, object]:
    return {
        "agent_id": agent,
        "shift_start": begins,
        "shift_end": begins + timedelta(hours=hours),
    }


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


EARLY = MONDAY - timedelta(hours=1)


@pytest.mark.parametrize(
    ("shifts", "later", "verdict"),
    [
        # The next call: after 20 minutes, of which the call itself takes 5.
        ([shift(EARLY, 8)], 20, "met"),
        ([shift(EARLY, 8)], 9, "missed"),
        # A planned break, or another shift of the same day, lies between them.
        ([shift(EARLY, 1.1), shift(MONDAY + minutes(20), 4)], 20, "not_applicable"),
        # Rows that touch, or overlap, are one shift.
        ([shift(EARLY, 1.1), shift(MONDAY + minutes(6), 4)], 9, "missed"),
        ([shift(EARLY, 8), shift(MONDAY, 0.1)], 9, "missed"),
        # The call came before the shift, or after it: nothing tells whose time it was.
        ([shift(MONDAY + minutes(1), 8)], 9, "not_observable"),
        ([shift(EARLY, 0.5)], 9, "not_observable"),
        # Only others' shifts are exported.
        ([shift(EARLY, 8, "ben")], 9, "not_observable"),
        # No shift at all that day: a local day stands for one.
        ([], 9, "missed"),
        ([shift(EARLY - timedelta(days=3), 8)], 9, "missed"),
        ([], 26 * 60, "not_applicable"),
    ],
)
def test_a_break_is_judged_within_a_shift(
    shifts: Sequence[dict[str, object]], later: int, verdict: str
) -> None:
    following = at(MONDAY + minutes(later), talk=CALM)
    assert told(judged("break_after", at(MONDAY), following, shifts=shifts))[0] == (
        verdict
    )


def test_a_shift_that_still_runs_leaves_the_break_open() -> None:
    until = MONDAY + timedelta(hours=7)
    early = {"shifts": [shift(EARLY, 8)], "as_of": MONDAY + timedelta(hours=1)}
    verdicts = judged("break_after", at(MONDAY), **early)
    assert told(verdicts) == ["not_observable"]
    assert f"window open until {until:%Y-%m-%d %H:%M}" in verdicts.reason(0, 0)
    assert verdicts.window_closes_at[0] == int(until.timestamp() * 1_000_000)
    over = judged("break_after", at(MONDAY), shifts=[shift(EARLY, 8)], as_of=until)
    assert told(over) == ["not_applicable"]


def test_the_next_call_is_the_first_that_begins_after_the_end() -> None:
    # A short chat within the heated one, and the next call ten minutes after its end.
    chats = (at(MONDAY, 30), at(MONDAY + minutes(10), 5), at(MONDAY + minutes(40)))
    assert told(judged("break_after", *chats))[0] == "met"


def test_an_agent_who_is_still_in_another_call_has_no_break() -> None:
    verdicts = judged("break_after", at(MONDAY, 30), at(MONDAY + minutes(10), 50))
    assert told(verdicts)[0] == "missed"
    assert verdicts.reason(0, 0) == "the agent was still in another call"


def test_a_next_call_in_another_team_is_the_agents_next_call() -> None:
    other = Drawn(CALM, {"started_at": MONDAY + minutes(7), "team": "night"})
    assert told(judged("break_after", at(MONDAY), other))[0] == "missed"
    ben = at(MONDAY + minutes(7), agent="ben")
    assert told(judged("break_after", at(MONDAY), ben))[0] == "not_applicable"


def local(day: int, hour: int, minute: int = 0, fold: int = 0, month: int = 10) -> Any:
    """A moment of an Amsterdam clock, in UTC."""
    place = ZoneInfo(AMSTERDAM)
    told_at = datetime(2026, month, day, hour, minute, tzinfo=place, fold=fold)
    return told_at.astimezone(UTC)


NIGHT = shift(local(24, 22), 9)
"""From ten in the evening to six, on the night in which an hour comes twice."""


def test_a_night_shift_goes_on_over_midnight() -> None:
    calls = (at(local(24, 23, 50), 8), at(local(25, 0, 1), talk=CALM))
    for behaviour, place, verdict in (
        ("break_after", 0, "missed"),
        ("no_carry_over", 1, "met"),
    ):
        found = judged(behaviour, *calls, shifts=[NIGHT], zone=AMSTERDAM)
        assert told(found)[place] == verdict
        unknown = judged(behaviour, *calls, zone=AMSTERDAM)
        assert told(unknown)[place] == "not_applicable"


def test_without_shifts_a_call_over_midnight_ends_on_the_next_day() -> None:
    calls = (at(local(24, 23, 50), 20), at(local(25, 0, 12), talk=CALM))
    assert told(judged("break_after", *calls, zone=AMSTERDAM))[0] == "missed"


def test_the_hour_that_comes_twice_lies_between_its_calls() -> None:
    # 02:55 in summer time and 02:02 in winter time are seven minutes apart, not minus 53.
    first, second = local(25, 2, 55, fold=0), local(25, 2, 2, fold=1)
    assert second - first == minutes(7)
    calls = (at(first, 5), at(second, talk=CALM))
    found = judged("break_after", *calls, shifts=[NIGHT], zone=AMSTERDAM)
    assert told(found)[0] == "missed"
    # An hour on the clock, and two by the sun: still the same shift, eight hours in.
    last = at(local(25, 5, 30), talk=CALM)
    found = judged("break_after", calls[0], last, shifts=[NIGHT], zone=AMSTERDAM)
    assert told(found)[0] == "met"
    assert (
        told(judged("no_carry_over", calls[0], last, shifts=[NIGHT], zone=AMSTERDAM))[1]
        == "met"
    )


def test_the_hour_that_is_left_out_gives_no_break() -> None:
    # From 01:58 to 03:01 by the clock, on 29 March: three minutes.
    calls = (
        at(local(29, 1, 53, month=3), 5),
        at(local(29, 3, 1, month=3), talk=CALM),
    )
    night = shift(local(28, 22, month=3), 7)
    later = {"as_of": local(30, 12, month=3), "zone": AMSTERDAM}
    assert told(judged("break_after", *calls, shifts=[night], **later))[0] == "missed"
    assert told(judged("break_after", *calls, **later))[0] == "missed"


@pytest.mark.parametrize("short", [False, True])
def test_a_record_is_due_after_hours_that_pass_not_by_the_clock(short: bool) -> None:
    # The day of the change has 25 hours: a record after 24 of them is in time, and one an
    # hour later, at the same time by the clock, is not.
    ended = local(24, 12)
    call = Drawn(HEATED, {"started_at": ended - minutes(5), "ended_at": ended})
    record = {
        "call_id": "c1",
        "occurred_at": ended,
        "recorded_at": local(25, 11) if short else local(25, 12),
        "place": "Breda",
        "description": "router",
        "resolution": "replaced",
    }
    found = judged("documented", call, incidents=[record], zone=AMSTERDAM)
    assert told(found) == ["met" if short else "missed"]


def test_an_agents_call_after_one_that_was_heated_in_another_shift_is_a_new_start() -> (
    None
):
    two = [shift(EARLY, 1.5), shift(MONDAY + timedelta(hours=2), 4)]
    calls = (at(MONDAY), at(MONDAY + timedelta(hours=2), talk=CALM))
    found = judged("no_carry_over", *calls, shifts=two)
    assert told(found)[1] == "not_applicable"


def test_nothing_is_said_of_a_call_after_one_that_could_not_be_assessed() -> None:
    odd = Drawn(HEATED, {"unassessable": "no lexicon"})
    found = judged("no_carry_over", odd, at(MONDAY + minutes(20), talk=CALM))
    assert told(found)[1] == "not_observable"
    assert found.reason(1, 0) == "the agent's call before could not be assessed"


def test_nothing_is_said_where_nobody_knows_the_shift() -> None:
    calls = (at(MONDAY), at(MONDAY + minutes(20), talk=CALM))
    found = judged("no_carry_over", *calls, shifts=[shift(EARLY, 8, "ben")])
    assert told(found)[1] == "not_observable"
    assert "none of the agent's holds the call" in found.reason(1, 0)


SPANS = st.lists(
    st.tuples(st.sampled_from(["ana", "ben"]), st.integers(0, 200), st.integers(1, 40)),
    max_size=12,
)


@settings(deadline=None)
@given(SPANS, st.randoms())
def test_stretches_cover_what_shifts_cover_and_never_touch(
    drawn: list[tuple[str, int, int]], random: Any
) -> None:
    rows = [shift(MONDAY + timedelta(hours=h), n, agent) for agent, h, n in drawn]
    random.shuffle(rows)
    found = stretches(pl.DataFrame(rows, schema=SHIFTS.polars_schema))
    hour = 3_600_000_000
    base = int(MONDAY.timestamp() * 1_000_000)
    covered = {(agent, h + k) for agent, h, n in drawn for k in range(n)}
    kept = {
        (agent, k)
        for agent, begins, ends in found.iter_rows()
        for k in range((begins - base) // hour, (ends - base) // hour)
    }
    assert kept == covered
    for (one, _, ends), (other, begins, _) in zip(
        found.rows(), found.rows()[1:], strict=False
    ):
        assert one != other or begins > ends
