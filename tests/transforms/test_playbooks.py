"""The shipped playbooks hold every step of their seeds, and are measured as agreed."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from flows.knowledge import load_knowledge
from flows.settings import Settings
from tests.tables import table
from transforms.behaviours import BEHAVIOURS, BehaviourError, check_use
from transforms.knowledge.bundle import Knowledge
from transforms.knowledge.frozen import KnowledgeError, parse
from transforms.knowledge.playbook import BehaviourUse, Playbook, Step

DATA = Settings().knowledge


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    """What is shipped."""
    return load_knowledge(DATA)


@pytest.mark.parametrize(
    ("playbook", "steps", "unobservable"),
    [
        ("phone-15", 15, 0),
        ("understand-then-act", 12 + 4, 0),
        ("ground-rules", 4, 0),
        ("service-habits", 20, 8),
        ("ten-steps", 10, 0),
    ],
)
def test_a_playbook_has_every_step_of_its_seed(
    knowledge: Knowledge, playbook: str, steps: int, unobservable: int
) -> None:
    found = knowledge.playbooks[playbook].steps
    assert len(found) == len({step.seed_step for step in found}) == steps
    assert sum(not step.observable for step in found) == unobservable


def test_four_steps_of_understand_then_act_come_from_tips_and_warnings(
    knowledge: Knowledge,
) -> None:
    steps = knowledge.playbooks["understand-then-act"].steps
    parts = [step.seed_step.partition(" ")[0].strip(",") for step in steps]
    assert parts == ["part"] * 12 + ["tips"] * 3 + ["warnings"]


def test_there_are_five_playbooks_and_all_apply_everywhere(
    knowledge: Knowledge,
) -> None:
    assert len(knowledge.playbooks) == 5
    (everywhere,) = knowledge.assignments.assignments
    # None named are all there are, so that a new file is one place.
    assert everywhere.playbooks == ()
    assert everywhere.queues == everywhere.teams == everywhere.languages == ()


MEASURED = table("""
    behaviour                  | playbook            | steps
    ---------------------------+---------------------+----------------
    greeting                   | service-habits      | 1.3
    calm                       | phone-15            | 1 3 5
    calm                       | understand-then-act | 1.1 1.3
    calm                       | ground-rules        | 1 3
    calm                       | ten-steps           | 1
    calm                       | service-habits      | 1.5 2.6
    let_vent                   | phone-15            | 2
    let_vent                   | understand-then-act | 1.2
    let_vent                   | ground-rules        | 2
    let_vent                   | ten-steps           | 2
    invite_account             | ground-rules        | 2
    backchannel                | phone-15            | 4
    backchannel                | ten-steps           | 2
    restatement                | phone-15            | 6
    restatement                | understand-then-act | 1.4
    restatement                | ground-rules        | 3
    restatement                | ten-steps           | 2
    confirm_understanding      | ground-rules        | 3
    empathy                    | phone-15            | 7
    empathy                    | understand-then-act | 1.5
    empathy                    | ground-rules        | 3
    empathy                    | ten-steps           | 3
    apology                    | phone-15            | 8
    apology                    | understand-then-act | 1.6
    apology                    | ten-steps           | 4
    clarifying_question        | phone-15            | 11
    desired_outcome_question   | phone-15            | 11
    desired_outcome_question   | understand-then-act | 2.2
    solution_offer             | phone-15            | 9
    solution_offer             | understand-then-act | 2.1
    solution_offer             | ground-rules        | 4
    solution_offer             | ten-steps           | 5
    solution_check             | ground-rules        | 4
    cooling_off_offer          | ground-rules        | 4
    deliverable_promise        | phone-15            | 9
    deliverable_promise        | ground-rules        | 4
    positive_wording           | phone-15            | 10
    positive_wording           | ten-steps           | 8
    respect                    | ten-steps           | 6
    respect                    | understand-then-act | 1.1
    respect                    | ground-rules        | 3
    respect                    | service-habits      | 1.4 1.6
    no_rushing                 | service-habits      | 1.8
    let_slide                  | service-habits      | 2.2
    steady_warmth              | service-habits      | 2.3
    boundary                   | phone-15            | 12
    boundary                   | ground-rules        | 1
    boundary                   | ten-steps           | 7
    boundary                   | service-habits      | 2.5
    boundary_reminder          | ground-rules        | 2
    boundary_reminder          | service-habits      | 2.6
    threat_protocol            | understand-then-act | warnings
    supervisor_request_honoured| phone-15            | 13
    supervisor_request_honoured| understand-then-act | 1.7
    seek_support               | ten-steps           | 10
    seek_support               | understand-then-act | tips
    seek_support               | service-habits      | 1.7 2.5 2.6
    goodwill                   | understand-then-act | 2.5 tips
    goodwill                   | service-habits      | 2.1
    thanks_for_raising         | phone-15            | 14
    prevention_commitment      | phone-15            | 14
    next_steps                 | understand-then-act | 2.3
    next_steps                 | ground-rules        | 4
    follow_up                  | understand-then-act | 2.5
    documented                 | ten-steps           | 9
    documented                 | understand-then-act | 2.4
    break_after                | phone-15            | 15
    break_after                | understand-then-act | 2.4
    no_carry_over              | service-habits      | 1.5
    management_informed        | service-habits      | 2.4
    management_informed        | understand-then-act | tips
    """)
"""Which behaviour measures which steps; tips and warnings go by where they stand."""


def _place(step: Step) -> str:
    """The step's id; for tips and warnings, which the design does not number, that word."""
    part = step.seed_step.partition(",")[0]
    return part if part in ("tips", "warnings") else step.id


def test_each_behaviour_measures_the_steps_that_the_design_names(
    knowledge: Knowledge,
) -> None:
    drawn = {
        (behaviour, playbook, step)
        for behaviour, playbook, steps in MEASURED.iter_rows()
        for step in steps.split()
    }
    shipped = {
        (use.behaviour, playbook.id, _place(step))
        for playbook in knowledge.playbooks.values()
        for step in playbook.steps
        for use in step.behaviours
    }
    assert shipped - drawn == set()
    assert drawn - shipped == set()


def test_every_behaviour_is_used_and_every_use_is_known(knowledge: Knowledge) -> None:
    uses = [
        use
        for playbook in knowledge.playbooks.values()
        for step in playbook.steps
        for use in step.behaviours
    ]
    assert {check_use(use).name for use in uses} == set(BEHAVIOURS)


@pytest.mark.parametrize(
    ("use", "told"),
    [
        (
            BehaviourUse(behaviour="juggling"),
            r"no behaviour is named 'juggling'; there are greeting, calm",
        ),
        (
            BehaviourUse(behaviour="calm", parameters={"deeply": True}),
            r"calm has no parameter 'deeply'; it has none",
        ),
        (
            BehaviourUse(behaviour="apology", parameters={"when": "never"}),
            r"apology: when is 'never'; it must be one of always, company_fault",
        ),
        (
            BehaviourUse(behaviour="break_after", parameters={"minutes": True}),
            r"break_after: minutes is True; it must be a whole number over 0",
        ),
        (
            BehaviourUse(behaviour="boundary", parameters={"required": ("a bow",)}),
            r"boundary: required is \('a bow',\); it must be a list of some of",
        ),
    ],
    ids=["behaviour", "parameter", "value", "number", "list"],
)
def test_what_no_rule_knows_is_refused_in_words(use: BehaviourUse, told: str) -> None:
    with pytest.raises(BehaviourError, match=told):
        check_use(use)


SHIPPED = (DATA / "playbooks" / "ten-steps.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("found", "instead", "told"),
    [
        ("version:", "volume: 3\nversion:", r"ten\.yaml: volume: Extra inputs"),
        ('- id: "2"', '- id: "1"', r"step ids stand more than once: \['1'\]"),
        ("weight: 1", "weight: 0", r"steps\.0\.weight: .*greater than 0"),
        ("weight: 1", "weight: 1\n    observable: false", r"has a reason only"),
        (
            "direction: ltr",
            "direction: up",
            r"direction: Input should be 'ltr' or 'rtl'",
        ),
        ("id: ten-steps", "id: [", r"ten\.yaml: not YAML"),
    ],
    ids=["unknown key", "id twice", "no weight", "not observable", "direction", "YAML"],
)
def test_a_playbook_that_cannot_be_used_names_file_place_and_reason(
    found: str, instead: str, told: str
) -> None:
    assert found in SHIPPED
    text = SHIPPED.replace(found, instead, 1)
    with pytest.raises(KnowledgeError, match=told):
        parse(Playbook, text, "ten.yaml")


@pytest.mark.parametrize(
    "name", ["thresholds.yaml", "temperature.yaml", "languages.yaml"]
)
def test_every_number_has_its_reason(name: str) -> None:
    content = yaml.safe_load((DATA / name).read_text(encoding="utf-8"))
    assert [place for place in _unexplained(content, "") if place] == []


def _unexplained(content: Any, place: str) -> list[str]:
    """Places of numbers that stand in no mapping with a reason of some words."""
    if isinstance(content, dict):
        if len(str(content.get("reason", "")).split()) >= 3:
            return []
        return [
            found
            for key, value in content.items()
            for found in _unexplained(value, f"{place}.{key}")
        ]
    return [place] if isinstance(content, int | float) else []


def test_titles_are_our_words_in_english_and_in_the_playbooks_language(
    knowledge: Knowledge,
) -> None:
    for playbook in knowledge.playbooks.values():
        is_hebrew = playbook.direction == "rtl"
        for step in playbook.steps:
            assert step.title.isascii(), step.title
            letters = [letter for letter in step.title_native if letter.isalpha()]
            hebrew = sum("א" <= letter <= "ת" for letter in letters)
            assert (hebrew > len(letters) / 2) == is_hebrew, step.title_native


def test_a_folder_without_playbooks_is_told_how_it_must_be(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match=r"lexicons: holds no \.yaml file"):
        load_knowledge(tmp_path)
