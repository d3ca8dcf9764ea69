"""Promises: each status and each ground for it, on talk drawn by hand."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta, timezone
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transforms.cases import BACK, CALM, RECORD
from tests.transforms.drawn import DATA, MONDAY, Drawn, batch, thresholds, weights
from transforms.commitment import Promising, zone_of
from transforms.context import Context, context
from transforms.contracts.promise_marts import GROUNDS, PROMISES, STATUSES
from transforms.due_times import Grammar, OfficeHours
from transforms.knowledge.frozen import parse
from transforms.knowledge.promises import PromiseWords
from transforms.promise_rows import promise_rows, told_of
from transforms.promises import Promise

TUESDAY = MONDAY + timedelta(days=1)
CALL = CALM + "agent | follow_up_commitment | I'll ring you by four tomorrow.\n"
MAIL = CALM + "agent | follow_up_commitment | I'll email you by four tomorrow.\n"
VISIT = CALM + "agent | next_steps | The engineer will be with you by four tomorrow.\n"
VAGUE = CALM + "agent | follow_up_commitment | I'll ring you as soon as I can.\n"
LOOK = CALM + "agent | follow_up_commitment | I'll look into it by four tomorrow.\n"
"""Due on Tuesday at four in the afternoon, all but the vague one."""


@cache
def promising() -> Promising:
    """What promises are read by in English, as shipped; office hours from nine to five."""
    words = (DATA / "promises" / "en.yaml").read_text("utf-8")
    grammar = (DATA / "due_times" / "en.yaml").read_text("utf-8")
    return Promising(
        words={"en": parse(PromiseWords, words, "en.yaml")},
        grammars={"en": parse(Grammar, grammar, "en.yaml")},
        hours=OfficeHours(time(9), time(17)),
        zone="UTC",
    )


def known(talk: str, fields: Mapping[str, object], **around: Any) -> Context:
    given_batch = batch(Drawn(talk, fields), **around)
    return context(given_batch, thresholds(), weights(), promising())


def promises(talk: str, fields: Mapping[str, object], **around: Any) -> list[Promise]:
    return known(talk, fields, **around).promises


def at(hours: float, **fields: object) -> dict[str, object]:
    """A call to the customer, so many hours after Monday nine o'clock."""
    return {**BACK, "started_at": MONDAY + timedelta(hours=hours), **fields}


def word(says: str, hours: float) -> dict[str, object]:
    """What the customer says, in the call c9, so many hours after Monday nine o'clock."""
    return {
        "call_id": "c9",
        "customer_id": "customer1",
        "said_at": MONDAY + timedelta(hours=hours),
        "day": (MONDAY + timedelta(hours=hours)).date(),
        "turn": 3,
        "says": says,
    }


def logged(status: str | None) -> dict[str, object]:
    return {**RECORD, "status": status}


@dataclass(frozen=True)
class Case:
    """One call, and what came of the promise in it."""

    status: str
    ground: str
    talk: str
    why: str
    around: Mapping[str, Any] = field(default_factory=dict[str, Any])
    fields: Mapping[str, object] = field(default_factory=dict[str, object])


EARLY = {"as_of": MONDAY + timedelta(hours=2)}
CASES = [
    Case("kept", "called in time", CALL, "2026-10-06 10:00", {"others": [at(25)]}),
    Case("kept", "called in time", LOOK, "called on", {"others": [at(25)]}),
    Case("kept", "called in time", VAGUE, "not known", {"others": [at(50)]}),
    Case("kept", "called in time", CALL, "16:03", {"others": [at(31.05)]}),
    Case("broken", "called too late", CALL, "3 h late", {"others": [at(34)]}),
    Case("broken", "called too late", CALL, "30 min late", {"others": [at(31.5)]}),
    Case("broken", "nobody called", CALL, "nobody called by 2026-10-06 16:00"),
    Case("broken", "nobody called", CALL, "nobody", {"others": [at(24 * 9)]}),
    Case(
        "broken",
        "nobody called",
        CALL,
        "nobody",
        {"others": [at(25, direction="inbound")]},
    ),
    Case("open", "not due yet", CALL, "due by 2026-10-06 16:00", EARLY),
    Case("open", "not due yet", VISIT, "due by 2026-10-06 16:00", EARLY),
    Case("unknowable", "no time can be read", VAGUE, "as soon as"),
    Case(
        "unknowable",
        "no customer is named",
        CALL,
        "names no customer",
        fields={"customer_id": None},
    ),
    Case(
        "unknowable",
        "no calls to customers are exported",
        CALL,
        "exported",
        {"calls_out": False},
    ),
    Case("unknowable", "no record shows messages", MAIL, "written"),
    Case(
        "kept",
        "settled, says the log",
        VISIT,
        "incident i1 is resolved",
        {"incidents": [logged("resolved")]},
    ),
    Case(
        "broken",
        "still open, says the log",
        VISIT,
        "incident i1 is still in_progress",
        {"incidents": [logged("in_progress")]},
    ),
    Case(
        "unknowable",
        "no status in the log",
        VISIT,
        "no status",
        {"incidents": [logged(None)]},
    ),
    Case("unknowable", "no incident of the call", VISIT, "no incident of the call"),
    Case("unknowable", "no incident log", VISIT, "no incident log", {"logged": False}),
    Case("unknowable", "no incident of the call", LOOK, "no incident of the call"),
    Case(
        "broken",
        "not done, says the customer",
        VISIT,
        "in call c9, turn 3",
        {"words": [word("not_done", 48)]},
    ),
    Case(
        "broken",
        "not done, says the customer",
        VISIT,
        "in call c9, turn 3",
        {"words": [word("not_kept", 48)], "incidents": [logged("closed")]},
    ),
    Case(
        "kept",
        "done, says the customer",
        VISIT,
        "in call c9, turn 3",
        {"words": [word("done", 48)], "incidents": [logged("open")]},
    ),
    Case(
        "broken",
        "not done, says the customer",
        VAGUE,
        "in call c9",
        {"words": [word("not_called", 90)]},
    ),
    Case(
        "broken",
        "not done, says the customer",
        CALL,
        "in call c9",
        {"words": [word("not_called", 48)], "calls_out": False},
    ),
    Case(
        "kept",
        "done, says the customer",
        CALL,
        "in call c9",
        {"words": [word("called", 48)], "calls_out": False},
    ),
]


@pytest.mark.parametrize(
    "case", CASES, ids=[f"{n}-{c.ground}" for n, c in enumerate(CASES)]
)
def test_each_status_has_its_ground_and_says_why(case: Case) -> None:
    (promise,) = promises(case.talk, case.fields, **case.around)
    assert (promise.status, promise.ground) == (case.status, case.ground)
    assert case.why in promise.why


def test_every_status_and_ground_is_drawn() -> None:
    assert {case.status for case in CASES} == set(STATUSES)
    assert {case.ground for case in CASES} == set(GROUNDS)


@pytest.mark.parametrize(
    ("said", "hours"),
    [("not_done", 20), ("not_done", 24 * 40), ("not_called", 48), ("called", 48)],
)
def test_words_before_it_is_due_or_long_after_or_of_something_else_say_nothing(
    said: str, hours: float
) -> None:
    (promise,) = promises(VISIT, {}, words=[word(said, hours)])
    assert promise.ground == "no incident of the call"


def test_a_call_that_was_made_outweighs_the_customers_word() -> None:
    (promise,) = promises(CALL, {}, others=[at(25)], words=[word("not_called", 48)])
    assert promise.status == "kept"


def test_a_call_to_somebody_else_or_before_the_promise_keeps_nothing() -> None:
    others = [at(25, customer_id="customer2"), at(-1)]
    (promise,) = promises(CALL, {}, others=others)
    assert promise.ground == "nobody called"


def test_said_again_it_is_one_promise_and_the_last_time_counts() -> None:
    talk = (
        CALL
        + "customer || I'm at work then.\n"
        + "agent | follow_up_commitment | Then I'll ring you on Thursday by ten.\n"
        + "customer || fine\n"
        + "agent | follow_up_commitment | So I'll give you a call.\n"
    )
    (promise,) = promises(talk, {})
    assert promise.made.due == _microseconds(datetime(2026, 10, 8, 10, tzinfo=UTC))
    assert told_of(known(talk, {}), 1)[0]["turn"] == 5


def test_different_things_are_different_promises() -> None:
    found = promises(CALL + VISIT.splitlines()[-1], {})
    assert [promise.made.kind for promise in found] == ["call_back", "visit"]


@pytest.mark.parametrize(
    "words",
    [
        "The engineer will come soon.",
        "We can send the engineer by four tomorrow.",
        "Shall I have it delivered by four tomorrow?",
    ],
)
def test_what_comes_next_is_a_promise_only_with_a_time_and_without_a_choice(
    words: str,
) -> None:
    assert promises(CALM + f"agent | solution_offer | {words}", {}) == []


def test_the_answer_to_when_tells_the_time() -> None:
    talk = (
        CALM
        + "agent | follow_up_commitment | I'll ring you back.\n"
        + "customer || when will that be\n"
        + "agent || By four tomorrow.\n"
    )
    (promise,) = promises(talk, {})
    assert promise.made.read_from == "next turn"
    assert promise.made.due == _microseconds(TUESDAY.replace(hour=16))


def test_where_no_words_tell_the_time_the_incident_does() -> None:
    record = {**RECORD, "status": "open", "promised_until": TUESDAY}
    (promise,) = promises(VAGUE, {}, incidents=[record])
    assert (promise.made.read_from, promise.status) == ("incident", "broken")


def test_the_incidents_time_is_not_that_of_another_promise_or_of_a_message() -> None:
    record = {**RECORD, "status": "open", "promised_until": TUESDAY}
    again = VISIT + VAGUE.splitlines()[-1]
    visit, call = promises(again, {}, incidents=[record])
    assert (visit.made.read_from, call.made.read_from) == ("turn", None)
    letter = CALM + "agent | follow_up_commitment | I'll send you a letter.\n"
    logged_only, mail = promises(letter, {}, incidents=[record])
    assert (logged_only.made.made_by, mail.made.read_from) == (None, None)


@pytest.mark.parametrize(
    ("label", "words", "is_read"),
    [
        ("next_steps", "Monday then. The engineer between one and three.", False),
        ("follow_up_commitment", "Monday then. I'll ring you at four.", False),
        ("follow_up_commitment", "I'll ring you at four.", True),
        ("next_steps", "The engineer will be there today by three.", True),
        ("next_steps", "The engineer will be there within two hours.", True),
    ],
)
def test_an_hour_without_its_day_is_not_taken_for_todays(
    label: str, words: str, *, is_read: bool
) -> None:
    talk = CALM + f"agent | {label} | {words}"
    found = [promise.made for promise in promises(talk, {})]
    hours = {_clock(made.due) for made in found if made.has_due}
    assert (bool(hours & {"15:00", "16:00", "11:00"})) is is_read


def test_a_promise_that_only_the_log_has_is_settled_by_a_call_too() -> None:
    record = {**RECORD, "status": "open", "promised_until": TUESDAY}
    (kept,) = promises(CALM, {}, incidents=[record], others=[at(20)])
    (broken,) = promises(CALM, {}, incidents=[record])
    assert (kept.status, broken.status) == ("kept", "broken")
    told = told_of(known(CALM, {}, incidents=[record]), 1)
    assert (told[0]["turn"], told[0]["text"]) == (None, None)


def test_due_times_are_read_in_the_zone_of_the_call() -> None:
    fields = {"zone": "+02:00"}
    told = told_of(known(CALL, fields), 1)
    assert told == [
        {
            "turn": 3,
            "text": "I'll ring you by four tomorrow.",
            "kind": "call_back",
            "made_by": "agent",
            "due_at": "2026-10-06T16:00:00+02:00",
            "status": "broken",
            "why": "nobody called by 2026-10-06 16:00",
        }
    ]


def test_an_offset_that_is_the_centres_own_knows_of_daylight_saving() -> None:
    summer = datetime(2026, 10, 23, 9, tzinfo=UTC)
    zone = zone_of("+02:00", summer, "Europe/Prague")
    assert datetime(2026, 10, 26, 9, tzinfo=zone).utcoffset() == timedelta(hours=1)
    assert zone_of("+05:30", summer, "Europe/Prague") == timezone(
        timedelta(hours=5, minutes=30)
    )
    assert zone_of("nowhere", summer, "Europe/Prague") == UTC


@pytest.mark.parametrize(
    ("talk", "around", "closes"),
    [
        (CALL, EARLY, MONDAY + timedelta(days=1, hours=7)),
        (
            CALL,
            {"as_of": TUESDAY + timedelta(hours=9)},
            TUESDAY + timedelta(days=2, hours=7),
        ),
        (VAGUE, EARLY, MONDAY + timedelta(days=7, minutes=5)),
        (CALL, {}, None),
        (VISIT, {}, None),
    ],
)
def test_a_promise_is_judged_again_when_it_falls_due_or_can_no_longer_come_late(
    talk: str, around: Mapping[str, Any], closes: datetime | None
) -> None:
    (promise,) = promises(talk, {}, **around)
    expected = 1 << 60 if closes is None else _microseconds(closes)
    assert promise.closes == expected


@settings(deadline=None, max_examples=50)
@given(
    hours=st.floats(min_value=1, max_value=24 * 30),
    as_of=st.floats(min_value=1, max_value=24 * 60),
    out=st.booleans(),
)
def test_what_cannot_be_seen_is_never_broken(
    hours: float, as_of: float, *, out: bool
) -> None:
    moment = MONDAY + timedelta(hours=as_of)
    others = [at(hours)] if hours <= as_of else []
    (promise,) = promises(CALL, {}, others=others, calls_out=out, as_of=moment)
    if promise.status == "broken":
        assert out
        assert moment >= TUESDAY.replace(hour=16)
    if promise.status == "kept":
        assert hours <= 31 + 5 / 60
    row = promise_rows(known(CALL, {}, others=others, calls_out=out, as_of=moment), "v")
    assert row["status"].to_list() == [promise.status]


def test_rows_keep_the_contract_and_batches_without_promises_give_none() -> None:
    assert promise_rows(known(CALM, {}), "v1").equals(PROMISES.empty())
    row = promise_rows(known(CALL, {"team": None}), "v1").row(0, named=True)
    assert (row["turn"], row["start"], row["end"]) == (3, 0, 31)
    assert (row["team"], row["made_by"], row["language"]) == (
        "(unknown)",
        "agent",
        "en",
    )


def _clock(moment: int) -> str:
    return f"{datetime.fromtimestamp(moment / 1_000_000, UTC):%H:%M}"


def _microseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1_000_000)
