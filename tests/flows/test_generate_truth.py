"""What the generator plants: due times, promises, case mix, transfers, repeats."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.generate import Truth, generate
from flows.generate.bank import load_banks
from flows.generate.due import DuePhrase
from flows.generate.planting import GAPS
from transforms.knowledge.frozen import KnowledgeError, parse

BANKS = Path(__file__).parents[2] / "data" / "generator"
LOADED = load_banks(BANKS)
ZONE = ZoneInfo("Europe/Amsterdam")
MOMENTS = st.datetimes(
    datetime.fromisoformat("2026-03-20T08:00"),
    datetime.fromisoformat("2026-11-05T19:00"),
    timezones=st.just(ZONE),
)
Call = dict[str, Any]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Truth:
    return generate(2400, 100, 20, 5, tmp_path_factory.mktemp("made"), bank_dir=BANKS)


@pytest.fixture(scope="module")
def calls(made: Truth) -> dict[str, Call]:
    read = (
        json.loads(line)
        for path in sorted(made.inbox.glob("calls-*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    )
    return {call["call_id"]: call for call in read}


@pytest.fixture(scope="module")
def truth(made: Truth) -> pl.DataFrame:
    return pl.read_parquet(made.truth / "calls.parquet")


def table(made: Truth, name: str) -> pl.DataFrame:
    return pl.read_parquet(made.truth / f"{name}.parquet")


@given(
    language=st.sampled_from(sorted(LOADED)),
    sort=st.sampled_from(["call", "thing", "vague"]),
    said=MOMENTS.filter(lambda moment: 8 <= moment.hour < 20),
    latest=st.integers(1, 5),
    seed=st.integers(0, 99),
)
def test_what_is_promised_falls_due_after_it_is_said_and_soon_enough(
    language: str, sort: Any, said: datetime, latest: int, seed: int
) -> None:
    due = LOADED[language].due_words.drawn(sort, said, latest, Random(seed))
    if due is None:
        return
    assert not set("{}<>|") & set(due.say)
    moment = due.moment(said)
    assert (moment is None) == (sort == "vague")
    if moment is not None:
        assert said.astimezone(UTC) < moment.astimezone(UTC)
        assert (moment.date() - said.date()).days <= latest
        assert moment.tzinfo == ZONE


def test_hours_are_counted_by_the_clock_on_the_wall_of_no_zone() -> None:
    """The night of 24 to 25 October 2026 is an hour longer in Amsterdam."""
    words = LOADED["en"].due_words
    said = datetime(2026, 10, 24, 12, tzinfo=ZONE)
    draws = (words.drawn("call", said, 5, Random(seed)) for seed in range(300))
    moments = {due.hours: due.moment(said) for due in draws if due is not None}
    day_on = moments[24]
    assert day_on is not None
    assert day_on.isoformat() == "2026-10-25T11:00:00+01:00"


@pytest.mark.parametrize(
    ("phrase", "fault"),
    [
        ("say: whenever", "name the day once"),
        ("{say: '{day}', ahead: 1}", "name the day once"),
        ("{say: '{day} {time}', at: '12:00'}", "not both"),
        ("{say: soon, hours: 99}", "less than or equal to 48"),
    ],
)
def test_a_due_phrase_that_means_nothing_is_refused(phrase: str, fault: str) -> None:
    with pytest.raises(KnowledgeError, match=fault):
        parse(DuePhrase, phrase, "xx.yaml")


def test_a_promise_is_said_in_its_turn(made: Truth, calls: dict[str, Call]) -> None:
    promises = table(made, "promises")
    assert set(promises["outcome"]) == {
        *("kept", "late", "broken", "told", "open"),
        *("vague", "vague_kept", "nothing_shows"),
    }
    for promise in promises.to_dicts():
        turn = calls[promise["call_id"]]["turns"][promise["turn"]]
        assert promise["said"] in turn["text"]
        assert not re.search(r"  | [.,]", turn["text"])


def test_a_promise_to_call_ends_as_the_calls_after_it_show(
    made: Truth, calls: dict[str, Call], truth: pl.DataFrame
) -> None:
    person = dict(truth.select("call_id", "person_id").iter_rows())
    for promise in table(made, "promises").to_dicts():
        call = calls[promise["call_id"]]
        said = datetime.fromisoformat(call["started_at"])
        rung = [
            datetime.fromisoformat(other["started_at"])
            for name, other in calls.items()
            if other["direction"] == "outbound"
            and person[name] == person[promise["call_id"]]
            and datetime.fromisoformat(other["started_at"]) > said
        ]
        if promise["outcome"] == "late":
            due = promise["due_at"]
            assert due < min(rung) <= due + timedelta(days=8)
        elif promise["outcome"] == "vague_kept":
            assert min(rung) < said + timedelta(days=4)


def test_the_log_says_of_what_is_promised_for_a_day_whether_it_was_done(
    made: Truth,
) -> None:
    logged = pl.concat(
        pl.read_csv(path, infer_schema=False)
        for path in made.inbox.glob("incidents-*.csv")
    ).with_columns(call_id=pl.col("incident_id").str.strip_prefix("I"))
    things = table(made, "promises").filter(
        ~pl.col("kind").str.contains("call_back"), pl.col("outcome") != "told"
    )
    known = things.join(logged, on="call_id", how="left", validate="1:1")
    status = known["status_right"].fill_null("absent")
    told = set(zip(known["outcome"], status, strict=True))
    assert told - {("open", "open"), ("open", "absent")} == {
        ("kept", "closed"),
        ("broken", "open"),
        ("nothing_shows", "absent"),
    }


def test_one_agent_has_hard_calls_and_one_easy_ones_and_both_are_as_good(
    made: Truth, truth: pl.DataFrame
) -> None:
    agents = table(made, "agents")
    skills = agents.drop("agent_id", "team", "queue")
    for language, group in skills.filter(pl.col("case_mix") != "usual").group_by(
        "language"
    ):
        assert sorted(group["case_mix"]) == ["easy", "hard"], language
        assert group.drop("case_mix").unique().height == 1, language
    inbound = truth.filter(pl.col("direction") == "inbound")
    by_mix = dict(
        inbound.join(agents.select("agent_id", "case_mix"), on="agent_id")
        .group_by("case_mix")
        .agg(pl.col("opens_hard").mean())
        .iter_rows()
    )
    assert by_mix["hard"] > 2 * by_mix["usual"] > 4 * by_mix["easy"]


def test_in_a_small_centre_calls_go_to_whoever_is_free(tmp_path: Path) -> None:
    made = generate(60, 6, 9, 3, tmp_path, bank_dir=BANKS)
    assert set(table(made, "agents")["case_mix"]) == {"usual"}


def test_a_transfer_goes_on_with_another_agent_within_minutes(
    made: Truth, calls: dict[str, Call], truth: pl.DataFrame
) -> None:
    ordered = truth.sort("person_id", "started_at")
    following = ordered.with_columns(
        pl.col("call_id", "agent_id", "issue", "started_at")
        .shift(-1)
        .over("person_id")
        .name.prefix("next_")
    )
    handed = following.filter(pl.col("kind") == "transfer")
    assert handed.height > 5
    for row in handed.to_dicts():
        assert row["next_agent_id"] not in (None, row["agent_id"])
        assert row["next_issue"] == row["issue"]
        assert calls[row["call_id"]]["transferred_to"] is not None
    soon = handed["next_started_at"] - handed["ended_at"] < timedelta(minutes=15)
    assert soon.mean() > 0.9
    joined = table(made, "contacts").filter(pl.col("calls") > 1)
    assert soon.sum() <= joined.height


def test_a_business_rings_often_and_seldom_complains(made: Truth) -> None:
    customers = table(made, "customers").unique("person_id")
    business = customers.filter(pl.col("role") == "business")
    assert business.height > 0
    assert (business["calls"] >= 8 * business["complaints"] - 8).all()
    assert (business["complaints"] >= 3).all()
    assert (business["patterns"].list.len() == 0).all()


def test_pairs_ring_again_after_the_days_that_were_planted(made: Truth) -> None:
    pairs = table(made, "customers").filter(pl.col("role") == "pair")
    first = (
        table(made, "contacts")
        .filter(pl.col("person_id").is_in(pairs["person_id"].to_list()))
        .sort("started_at")
        .group_by("person_id", maintain_order=True)
        .first()
        .drop_nulls("next_at")
    )
    days = (first["next_at"] - first["started_at"]).dt.total_hours() / 24
    assert set(days.round().cast(pl.Int64)) <= set(GAPS)
    same = first["next_same_issue_at"].is_not_null().mean()
    assert isinstance(same, float)
    assert 0.2 < same < 0.8


@pytest.mark.parametrize("days", [1, 7, 30])
def test_repeats_are_counted_as_somebody_would_by_hand(
    made: Truth, truth: pl.DataFrame, days: int
) -> None:
    contacts = table(made, "contacts")
    last = truth["ended_at"].max()
    assert isinstance(last, datetime)
    window = timedelta(days=days)
    starts: dict[str, list[datetime]] = {}
    for person, started in contacts.select("person_id", "started_at").iter_rows():
        starts.setdefault(person, []).append(started)
    for row in contacts.to_dicts():
        began, again = row["started_at"], row[f"again_{days}d"]
        if again is None:
            assert began + window > last
        else:
            others = starts[row["person_id"]]
            assert again == any(began < at <= began + window for at in others)
            assert row[f"again_{days}d_same_issue"] <= again
