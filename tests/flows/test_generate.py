"""The generator: the same arguments, the same bytes; and a truth that fits the text."""

import csv
import itertools
import json
from collections import defaultdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from flows.generate import MOST_CALLS_A_DAY, GenerateError, Truth, generate
from flows.generate.bank import bend, load_banks
from flows.generate.conversation import LABEL_STEPS, STEPS
from transforms.detection.labels import AGENT_LABELS, CUSTOMER_LABELS, LABELS
from transforms.knowledge.frozen import KnowledgeError

BANKS = Path(__file__).parents[2] / "data" / "generator"
CALLS, DAYS, AGENTS = 700, 14, 12
Call = dict[str, Any]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Truth:
    out = tmp_path_factory.mktemp("generated")
    return generate(CALLS, DAYS, AGENTS, 7, out, bank_dir=BANKS)


@pytest.fixture(scope="module")
def calls(made: Truth) -> list[Call]:
    return [
        json.loads(line)
        for path in sorted(made.inbox.glob("calls-*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]


@pytest.fixture(scope="module")
def planted(made: Truth) -> pl.DataFrame:
    return pl.read_parquet(made.truth / "planted.parquet")


@pytest.fixture(scope="module")
def truth(made: Truth) -> pl.DataFrame:
    return pl.read_parquet(made.truth / "calls.parquet")


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_same_arguments_write_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        generate(120, 6, 6, 3, tmp_path / name, bank_dir=BANKS)
    first = {
        p.relative_to(tmp_path / "one"): p for p in (tmp_path / "one").rglob("*.*")
    }
    assert len(first) > 10
    for name, path in first.items():
        assert path.read_bytes() == (tmp_path / "two" / name).read_bytes(), name


def test_another_seed_writes_other_calls(tmp_path: Path) -> None:
    for seed in (1, 2):
        generate(20, 1, 6, seed, tmp_path / str(seed), bank_dir=BANKS)
    name = "inbox/calls-2026-03-02.jsonl"
    assert (tmp_path / "1" / name).read_bytes() != (tmp_path / "2" / name).read_bytes()


@pytest.mark.parametrize(
    ("count", "days", "agents"), [(1, 1, 1), (3, 7, 2), (400, 2, 5)]
)
def test_exactly_as_many_calls_are_made_as_asked(
    tmp_path: Path, count: int, days: int, agents: int
) -> None:
    told: list[int] = []
    made = generate(
        count, days, agents, 5, tmp_path, bank_dir=BANKS, progress=told.append
    )
    lines = sum(len(p.read_bytes().splitlines()) for p in made.inbox.glob("*.jsonl"))
    assert (made.calls, lines, told[-1], len(told)) == (count, count, count, days)
    assert len({row["agent_id"] for row in rows(made.inbox / "roster.csv")}) == agents


def test_every_call_has_the_native_shape(calls: list[Call]) -> None:
    assert len({call["call_id"] for call in calls}) == len(calls) == CALLS
    for call in calls:
        started = datetime.fromisoformat(call["started_at"])
        assert started.utcoffset() is not None
        assert started < datetime.fromisoformat(call["ended_at"])
        assert call["direction"] in ("inbound", "outbound")
        assert 4 <= len(call["turns"]) <= 60
        for turn in call["turns"]:
            assert list(turn) == ["speaker", "text", "start", "end"]
            assert turn["speaker"] in ("agent", "customer", "supervisor")
            assert turn["text"].strip() == turn["text"] != ""
            assert 0 <= turn["start"] < turn["end"]
            assert not set("{}<>|") & set(turn["text"]), "an unfilled slot or form"


def test_calls_stand_in_the_file_of_their_local_day(made: Truth) -> None:
    for path in made.inbox.glob("calls-*.jsonl"):
        for line in path.read_text(encoding="utf-8").splitlines():
            assert f"calls-{json.loads(line)['started_at'][:10]}.jsonl" == path.name


def test_no_agent_is_in_two_calls_at_once_or_off_shift(
    made: Truth, calls: list[Call]
) -> None:
    shifts = {
        (row["agent_id"], row["shift_start"][:10]): (
            row["shift_start"],
            row["shift_end"],
        )
        for row in rows(made.inbox / "shifts.csv")
    }
    taken: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for call in calls:
        taken[call["agent_id"]].append((call["started_at"], call["ended_at"]))
        begins, ends = shifts[call["agent_id"], call["started_at"][:10]]
        assert begins <= call["started_at"]
        assert call["ended_at"] <= ends
    for held in taken.values():
        for (_, ended), (started, _) in itertools.pairwise(sorted(held)):
            assert ended < started


def test_planted_labels_are_known_and_said_by_the_right_side(
    calls: list[Call], planted: pl.DataFrame
) -> None:
    turns = {call["call_id"]: call["turns"] for call in calls}
    assert set(planted["label"]) <= set(LABELS)
    for call_id, turn, speaker, label in planted.iter_rows():
        assert turns[call_id][turn]["speaker"] == speaker
        assert label in (CUSTOMER_LABELS if speaker == "customer" else AGENT_LABELS)


def test_a_planted_wording_is_in_the_text_of_its_turn(
    calls: list[Call], planted: pl.DataFrame
) -> None:
    """Checked where wordings have neither slots nor forms, so that they stand as is."""
    banks = load_banks(BANKS)
    by_id = {call["call_id"]: call for call in calls}
    for call_id, turn, speaker, label in planted.iter_rows():
        call = by_id[call_id]
        bank = banks[call["language"]]
        told = (bank.customer if speaker == "customer" else bank.agent).get(label, ())
        apart = ("complaint", "insult", "solution_offer")
        if speaker == "supervisor" or label in apart or not told:
            continue
        if not any(set("{<(") & set(wording) for wording in told):
            text = call["turns"][turn]["text"]
            assert any(wording in text for wording in told), (label, text)


def test_a_step_is_performed_exactly_when_its_label_is_planted(
    truth: pl.DataFrame, planted: pl.DataFrame
) -> None:
    said = planted.filter(pl.col("speaker") == "agent").select("call_id", "label")
    pairs = set(said.iter_rows())
    for row in truth.to_dicts():
        for step in LABEL_STEPS:
            assert ((row["call_id"], step) in pairs) == (row[step] is True), step


def test_heated_calls_and_only_those_hold_anger(
    truth: pl.DataFrame, planted: pl.DataFrame
) -> None:
    hot = ("anger", "insult", "threat", "profanity")
    angry = set(planted.filter(pl.col("label").is_in(hot))["call_id"])
    assert angry == set(truth.filter("heated")["call_id"])
    assert 0.25 < truth["heated"].sum() / truth.height < 0.45


def test_an_asked_supervisor_has_an_outcome_and_a_transfer_a_supervisor(
    truth: pl.DataFrame, calls: list[Call]
) -> None:
    joined = {
        c["call_id"]
        for c in calls
        if any(t["speaker"] == "supervisor" for t in c["turns"])
    }
    asked = truth.filter("supervisor_request")
    assert asked.height > 0
    assert asked["supervisor_outcome"].null_count() == 0
    transferred = truth.filter(pl.col("supervisor_outcome") == "transferred")
    assert joined == set(transferred["call_id"])


def test_a_kept_callback_is_an_outbound_call_before_it_was_due(
    made: Truth, calls: list[Call], truth: pl.DataFrame
) -> None:
    customer = dict(truth.select("call_id", "person_id").iter_rows())
    rung: dict[str, list[tuple[datetime, str]]] = defaultdict(list)
    for call in calls:
        if call["direction"] == "outbound":
            who = customer[call["call_id"]]
            rung[who].append(
                (datetime.fromisoformat(call["started_at"]), call["call_id"])
            )
    promises = pl.read_parquet(made.truth / "promises.parquet").to_dicts()
    for promise in promises:
        due, call_id = promise["due_at"], promise["call_id"]
        if due is None or "call_back" not in promise["kind"]:
            continue
        in_time = [
            at for at, other in rung[customer[call_id]] if at <= due and other > call_id
        ]
        assert bool(in_time) == (promise["status"] == "kept"), promise


def test_a_promise_that_is_open_falls_due_after_the_last_moment(
    made: Truth, calls: list[Call]
) -> None:
    promises = pl.read_parquet(made.truth / "promises.parquet")
    logged = [r for p in made.inbox.glob("incidents-*.csv") for r in rows(p)]
    told = [call["ended_at"] for call in calls] + [r["recorded_at"] for r in logged]
    last = max(datetime.fromisoformat(moment) for moment in told)
    late = promises.filter(pl.col("due_at") > last, pl.col("status") != "kept")
    is_open = promises.filter(pl.col("status") == "open")
    assert is_open.height > 0
    assert is_open.equals(late)
    assert (is_open["outcome"] == "open").all()


def test_chronic_customers_complain_at_least_three_times(made: Truth) -> None:
    customers = pl.read_parquet(made.truth / "customers.parquet")
    chronic = customers.filter(pl.col("patterns").list.len() > 0)
    assert chronic.height >= 5
    assert (chronic["complaints"] >= 3).all()
    assert (chronic["role"] == "chronic").all()
    others = customers.filter(pl.col("role") != "chronic")
    assert (others["complaints"] <= 2).all()
    assert (others["patterns"].list.len() == 0).all()


def test_some_people_stand_in_the_books_twice_and_others_share_a_number(
    made: Truth, calls: list[Call]
) -> None:
    customers = pl.read_parquet(made.truth / "customers.parquet")
    twice = customers.filter(pl.len().over("person_id") > 1)
    assert set(twice["split"]) == {"", "typo", "moved", "spelling"}
    named = {
        call["customer_id"]: (call["customer_name"], call["customer_phone"])
        for call in calls
    }
    person = dict(customers.select("customer_id", "person_id").iter_rows())
    sharing: dict[str, set[str]] = defaultdict(set)
    for customer_id, (_, phone) in named.items():
        sharing[phone].add(person[customer_id])
    households = [people for people in sharing.values() if 1 < len(people) <= 3]
    companies = [people for people in sharing.values() if len(people) > 3]
    assert len(households) >= 3
    assert companies
    firsts = [{named[who][0].split()[0] for who in people} for people in households]
    assert all(len(names) > 1 for names in firsts)


def test_documented_means_a_whole_incident_within_a_day(
    made: Truth, truth: pl.DataFrame
) -> None:
    logged = [r for p in made.inbox.glob("incidents-*.csv") for r in rows(p)]
    optional = ("call_id", "promised_until")
    whole = {
        row["incident_id"].removeprefix("I")
        for row in logged
        if all(value for key, value in row.items() if key not in optional)
        and datetime.fromisoformat(row["recorded_at"])
        - datetime.fromisoformat(row["occurred_at"])
        <= timedelta(hours=24)
    }
    assert whole == set(truth.filter(pl.col("documented"))["call_id"])
    assert 0 < len(whole) < len(logged)


def test_agents_differ_and_do_what_their_skill_says(tmp_path: Path) -> None:
    made = generate(600, 20, 3, 11, tmp_path, bank_dir=BANKS)
    skills = pl.read_parquet(made.truth / "agents.parquet")
    done = pl.read_parquet(made.truth / "calls.parquet")
    for agent in skills.to_dicts():
        greeted = done.filter(
            pl.col("agent_id") == agent["agent_id"],
            pl.col("greeting").is_not_null(),
            pl.col("kind") != "callback",
        )["greeting"]
        assert abs(greeted.sum() / len(greeted) - agent["greeting"]) < 0.12
    assert all(skills[step].n_unique() > 1 for step in STEPS)


def test_too_many_calls_are_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(GenerateError, match="at most 40 each a day"):
        generate(MOST_CALLS_A_DAY + 1, 1, 1, 1, tmp_path, bank_dir=BANKS)


def test_a_folder_that_holds_exports_is_left_alone(tmp_path: Path) -> None:
    kept = tmp_path / "inbox" / "real.jsonl"
    kept.parent.mkdir()
    kept.write_text("real")
    with pytest.raises(GenerateError, match="already holds files"):
        generate(1, 1, 1, 1, tmp_path, bank_dir=BANKS)
    assert kept.read_text() == "real"


def test_an_unusable_bank_is_named(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="no phrase bank"):
        load_banks(tmp_path)
    (tmp_path / "xx.yaml").write_text("language: xx")
    with pytest.raises(KnowledgeError, match=r"xx\.yaml: .*Field required"):
        load_banks(tmp_path)


def test_wordings_bend_to_both_speakers() -> None:
    assert bend("<a|b> (c|d)", 0, 1) == "a d"
    assert bend("<a|b> (c|)", 1, 1) == "b "
