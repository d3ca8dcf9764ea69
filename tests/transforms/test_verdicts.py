"""Steps, playbooks and whole scorings; and what no order of rows may change."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from tests.transforms.drawn import (
    DATA,
    MONDAY,
    Drawn,
    batch,
    roles,
    shuffled,
    thresholds,
    validity,
    weights,
)
from transforms.batch import Batch
from transforms.behaviours import BEHAVIOURS
from transforms.contracts import marts
from transforms.explaining import UnknownCallError, explained
from transforms.knowledge.bundle import Knowledge
from transforms.knowledge.frozen import parse
from transforms.knowledge.languages import Languages
from transforms.knowledge.playbook import (
    Assignment,
    Assignments,
    BehaviourUse,
    Playbook,
    Step,
)
from transforms.scoring import Scored, score
from transforms.steps import is_conduct_step
from transforms.verdicts import VERDICT_NAMES, rules_of

HEATED = "agent | greeting | hi\ncustomer | complaint anger | it broke\n"
CALM = "agent | greeting | hi\ncustomer || when do you open\nagent || at nine\n"


def shipped() -> dict[str, Playbook]:
    paths = sorted((DATA / "playbooks").glob("*.yaml"))
    books = [parse(Playbook, path.read_text("utf-8"), path.name) for path in paths]
    return {book.id: book for book in books}


def knowledge(books: dict[str, Playbook], *assignments: Assignment) -> Knowledge:
    everywhere = (Assignment(playbooks=tuple(books), reason="all"),)
    return Knowledge(
        lexicons={},
        languages=parse(
            Languages, (DATA / "languages.yaml").read_text("utf-8"), "languages"
        ),
        playbooks=books,
        assignments=Assignments(version="1", assignments=assignments or everywhere),
        temperature=weights(),
        thresholds=thresholds(),
        roles=roles(),
        version="v1",
        validity=validity(),
    )


def book(*steps: Step, name: str = "one") -> dict[str, Playbook]:
    return {
        name: Playbook(
            id=name,
            version="1",
            title="One",
            title_native="One",
            language="en",
            direction="ltr",
            source="drawn",
            steps=steps,
        )
    }


def step(*names: str, combine: str = "all", identity: str = "1") -> Step:
    return Step.model_validate(
        {
            "id": identity,
            "title": "t",
            "title_native": "t",
            "seed_step": "1",
            "weight": 1,
            "combine": combine,
            "behaviours": [{"behaviour": name} for name in names],
        }
    )


def counts(scored: Scored) -> dict[str, int]:
    sums = scored.agent_adherence.select(
        "met", "missed", "violated", "not_observable"
    ).sum()
    return {name: value for name, value in sums.row(0, named=True).items() if value}


@pytest.mark.parametrize(
    ("names", "combine", "talk", "expected"),
    [
        (
            ("empathy", "apology"),
            "all",
            HEATED + "agent | empathy | a b",
            {"missed": 1},
        ),
        (("empathy", "apology"), "any", HEATED + "agent | empathy | a b", {"met": 1}),
        (
            ("empathy", "apology"),
            "all",
            HEATED + "agent | empathy apology | a b",
            {"met": 1},
        ),
        (
            ("empathy", "apology"),
            "any",
            HEATED + "agent | judging | a b",
            {"missed": 1},
        ),
        (
            ("empathy", "apology"),
            "all",
            HEATED + "agent | judging | a b",
            {"violated": 1},
        ),
        (
            ("empathy", "solution_check"),
            "all",
            HEATED + "agent | empathy | a",
            {"met": 1},
        ),
        (("empathy",), "all", CALM, {}),
        (("goodwill",), "all", HEATED, {"not_observable": 1}),
        (("goodwill", "empathy"), "any", HEATED, {"missed": 1}),
        (("calm", "let_slide"), "all", HEATED, {}),
        (("calm",), "all", HEATED, {"met": 1}),
        (("calm", "respect"), "all", HEATED + "agent | judging | a", {"violated": 1}),
    ],
)
def test_a_step_takes_the_worst_or_the_best_of_its_applicable_behaviours(
    names: tuple[str, ...], combine: str, talk: str, expected: dict[str, int]
) -> None:
    known = knowledge(book(step(*names, combine=combine)))
    assert counts(score(batch(talk, logged=False), known)) == expected


def test_conduct_steps_are_told_apart() -> None:
    assert is_conduct_step(step("calm", "respect"))
    assert not is_conduct_step(step("calm", "empathy"))


def test_rules_are_shared_by_behaviour_and_parameters() -> None:
    assert (
        len(rules_of({**book(step("calm", "respect")), **book(step("calm"), name="b")}))
        == 2
    )


def test_the_shipped_playbooks_ask_for_every_behaviour_there_is() -> None:
    assert {rule.behaviour for rule in rules_of(shipped())} == set(BEHAVIOURS)


def test_playbooks_apply_by_queue_team_and_language() -> None:
    books = {**book(step("respect")), **book(step("no_rushing"), name="two")}
    known = knowledge(
        books,
        Assignment(playbooks=("one",), queues=("billing",), reason="q"),
        Assignment(playbooks=("two",), languages=("en",), teams=("north",), reason="t"),
    )
    calls = batch(
        Drawn(CALM, {"queue": "billing", "team": "south"}),
        Drawn(CALM, {"queue": "delivery", "team": "north"}),
        Drawn(CALM, {"queue": None, "team": None}),
    )
    scored = score(calls, known)
    assert scored.applies.tolist() == [[True, False], [False, True], [False, False]]
    judged = scored.verdicts.select("call_id", "behaviour").rows()
    assert judged == [("c1", "respect"), ("c2", "no_rushing")]
    assert "no playbook" in scored.judged.reason(2, 0)
    grid = explained(scored.judged, books, scored.applies, 1)
    assert grid["playbook"].to_list() == ["one"]


def test_an_unassessable_call_is_counted_and_nothing_else() -> None:
    given = batch(
        Drawn(HEATED + "customer | threat | a", {"unassessable": "no lexicon for pl"}),
        incidents=[{"call_id": "c1"}],
    )
    scored = score(given, knowledge(shipped()))
    facts = scored.call_facts.row(0, named=True)
    assert facts["unassessable"] == "no lexicon for pl"
    empty = (
        "is_heated",
        "is_deescalated",
        "temperature_peak",
        "is_complaint",
        "warmth",
    )
    assert [facts[name] for name in empty] == [None] * len(empty)
    rates = scored.escalation_rates.row(0, named=True)
    assert (rates["calls"], rates["assessable"], rates["escalated"]) == (1, 0, 0)
    assert scored.verdicts.is_empty()
    assert scored.agent_adherence.is_empty()
    assert scored.temperatures.is_empty()
    grid = explained(scored.judged, shipped(), scored.applies, 1)
    assert set(grid["verdict"]) == {"not_observable"}


def test_explaining_gives_every_step_and_behaviour_of_the_calls_playbooks() -> None:
    books = shipped()
    scored = score(batch(HEATED + "agent | empathy | that is hard"), knowledge(books))
    grid = explained(scored.judged, books, scored.applies, 1)
    expected = [
        (name, step.id, use.behaviour if use else None)
        for name, playbook in books.items()
        for step in playbook.steps
        for use in step.behaviours or (None,)
    ]
    assert grid.select("playbook", "step", "behaviour").rows() == expected
    assert (grid["reason"].str.len_chars() > 0).all()
    empathy = grid.filter(pl.col("behaviour") == "empathy").row(0, named=True)
    assert empathy["verdict"] == "met"
    assert empathy["evidence"] == [
        {"turn": 2, "start": 0, "end": 12, "cue": "a cue of empathy"}
    ]
    fine = grid.filter(pl.col("verdict").is_in(["met", "missed", "violated"]))
    unique = fine.unique(["behaviour", "parameters"])
    facts = scored.call_facts.row(0, named=True)
    assert unique.height == facts["met"] + facts["missed"] + facts["violated"]
    with pytest.raises(UnknownCallError, match="call_no 9"):
        explained(scored.judged, books, scored.applies, 9)


def test_evidence_outside_the_transcript_has_no_span() -> None:
    known = knowledge(book(step("documented")))
    log = [
        {
            "call_id": "c1",
            "recorded_at": MONDAY,
            "occurred_at": MONDAY,
            "place": "x",
            "description": "x",
            "resolution": "x",
        }
    ]
    scored = score(batch(HEATED, incidents=log), known)
    grid = explained(scored.judged, known.playbooks, scored.applies, 1)
    assert grid["evidence"].to_list() == [
        [{"turn": None, "start": None, "end": None, "cue": "incident i1"}]
    ]
    kept = scored.verdicts.row(0, named=True)
    assert (kept["turn"], kept["start"], kept["cue"]) == (None, None, "incident i1")


def test_the_first_window_to_close_is_told_and_later_the_verdict_is_judged() -> None:
    known = knowledge(shipped())
    talk = HEATED + "agent | follow_up_commitment | I ring you"
    early = score(batch(talk, as_of=MONDAY + timedelta(hours=1)), known)
    closes = early.call_facts["window_closes_at"][0]
    assert closes == MONDAY + timedelta(days=1, minutes=5)
    waiting = early.judged.unobservable["reason"].to_list()
    assert "window open until 2026-10-06 09:05 UTC" in waiting
    later = score(batch(talk), known)
    assert later.call_facts["window_closes_at"][0] is None
    assert later.verdicts.height > early.verdicts.height


def test_escalation_rates_count_calls_by_outcome() -> None:
    calls = batch(
        HEATED + "customer | supervisor_request | boss\nagent | hostility | no",
        CALM,
        CALM + "customer | legal_threat | a lawyer",
    )
    rates = score(calls, knowledge(shipped())).escalation_rates.row(0, named=True)
    assert {name: rates[name] for name in ("calls", "heated", "escalated")} == {
        "calls": 3,
        "heated": 1,
        "escalated": 2,
    }
    assert (rates["heated_escalated"], rates["supervisor_request"]) == (1, 1)
    assert (rates["breach_checks"], rates["breaches"], rates["breached"]) == (7, 2, 1)


TURNS = st.lists(
    st.sampled_from(
        [
            "customer || I have a question on the invoice",
            "customer | complaint | the router broke again",
            "customer | anger | ridiculous",
            "customer | insult | fool",
            "customer | insult! threat | pig",
            "customer | supervisor_request | your boss",
            "customer | thanks resolved | good",
            "agent | greeting | hello",
            "agent | backchannel | mm",
            "agent | empathy apology | sorry",
            "agent | restatement | so the router broke",
            "agent || so the router broke again on that invoice",
            "agent | solution_offer next_steps | I send one",
            "agent | follow_up_commitment | I ring",
            "agent | boundary warning_of_ending | stop or",
            "agent | hostility argument | no",
            "agent | negative_wording | I can't",
            "agent | ending_call | bye",
            "supervisor | goodwill_gesture | a gift",
        ]
    ),
    min_size=1,
    max_size=10,
)
TALKS = st.lists(TURNS.map("\n".join), min_size=1, max_size=4)


def spoken(talks: list[str], **around: Any) -> Batch:
    incidents = [
        {"call_id": f"c{n}", "company_fault": True} for n in range(2, len(talks), 2)
    ]
    agents = [Drawn(talk, {"agent_id": f"a{n}"}) for n, talk in enumerate(talks)]
    return batch(*agents, incidents=incidents, **around)


MARTS: list[tuple[Callable[[Scored], pl.DataFrame], marts.Table]] = [
    (lambda scored: scored.call_facts, marts.CALL_FACTS),
    (lambda scored: scored.verdicts, marts.VERDICTS),
    (lambda scored: scored.escalation_events, marts.ESCALATION_EVENTS),
    (lambda scored: scored.agent_adherence, marts.AGENT_ADHERENCE),
    (lambda scored: scored.escalation_rates, marts.ESCALATION_RATES),
]


@settings(deadline=None, max_examples=40)
@given(TALKS, st.integers(0, 9))
def test_shuffling_rows_changes_nothing_and_marts_keep_their_promises(
    talks: list[str], seed: int
) -> None:
    known = knowledge(shipped())
    given_calls = spoken(talks)
    scored, mixed = score(given_calls, known), score(shuffled(given_calls, seed), known)
    for rows, table in MARTS:
        assert_frame_equal(rows(scored), rows(mixed))
        assert rows(scored).schema == table.polars_schema
        assert rows(scored).n_unique(table.key) == rows(scored).height
        required = [
            name for name, column in table.columns.items() if not column.nullable
        ]
        assert rows(scored).select(required).null_count().sum_horizontal().item() == 0
    verdicts = scored.verdicts.group_by("call_id").len()
    facts = scored.call_facts.with_columns(
        judged=pl.sum_horizontal("met", "missed", "violated")
    ).filter(pl.col("judged") > 0)
    assert dict(facts.select("call_id", "judged").rows()) == dict(verdicts.rows())


@settings(deadline=None, max_examples=40)
@given(TALKS.filter(lambda talks: len(talks) > 1))
def test_a_calls_verdicts_do_not_depend_on_the_other_calls_of_the_batch(
    talks: list[str],
) -> None:
    known = knowledge(shipped())
    together = spoken(talks)
    scored = score(together, known)
    for number in range(1, len(talks) + 1):
        mine = pl.col("call_no") == number
        alone = replace(
            together,
            calls=together.calls.filter(mine),
            turns=together.turns.filter(mine),
            hits=together.hits.filter(mine),
            texts=together.texts.filter(mine),
        )
        expected = scored.verdicts.filter(pl.col("call_id") == f"c{number}")
        assert_frame_equal(score(alone, known).verdicts, expected)


def test_no_calls_give_empty_marts() -> None:
    scored = score(batch(), knowledge(shipped()))
    for rows, table in MARTS:
        assert_frame_equal(rows(scored), table.empty())


def test_playbooks_without_an_observable_step_give_no_adherence() -> None:
    unseen = Step.model_validate(
        {
            "id": "1",
            "title": "t",
            "title_native": "t",
            "seed_step": "1",
            "weight": 1,
            "observable": False,
            "reason": "not in the exports",
        }
    )
    scored = score(batch(CALM), knowledge(book(unseen)))
    assert scored.agent_adherence.is_empty()
    assert scored.verdicts.is_empty()
    grid = explained(scored.judged, book(unseen), scored.applies, 1)
    assert grid.row(0, named=True)["reason"] == "not in the exports"


def test_codes_have_names() -> None:
    assert VERDICT_NAMES[0] == "not_applicable"
    assert BehaviourUse(behaviour="calm").parameters_text == ""
