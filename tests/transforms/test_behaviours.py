"""The registry of behaviours, and what a playbook may ask of it."""

import re

import pytest

from tests.transforms import (
    test_after_call,
    test_closing,
    test_conduct,
    test_limits,
    test_listening,
    test_resolving,
    test_understanding,
)
from tests.transforms.cases import HEATED, Case, judged
from tests.transforms.drawn import LATER, use
from transforms.behaviours import BEHAVIOURS, BehaviourError, check_use
from transforms.knowledge.playbook import Value
from transforms.verdicts import VERDICT_NAMES

_ACROSS = {"steady_warmth", "no_carry_over", "management_informed"}


def test_every_behaviour_within_a_call_is_drawn_met_not_met_and_without_occasion() -> (
    None
):
    modules = (
        test_after_call,
        test_closing,
        test_conduct,
        test_limits,
        test_listening,
        test_resolving,
        test_understanding,
    )
    shown = {(case.behaviour, case.verdict) for m in modules for case in m.CASES}
    for name in set(BEHAVIOURS) - _ACROSS:
        assert (name, "met") in shown
        assert (name, "not_applicable") in shown
        assert {(name, "missed"), (name, "violated")} & shown


def test_the_registry_holds_every_behaviour_of_the_glossary() -> None:
    assert len(BEHAVIOURS) == 34
    for name, behaviour in BEHAVIOURS.items():
        assert behaviour.name == name
        assert behaviour.measures.endswith(".")
        assert behaviour.needs


def test_a_supervisor_satisfies_a_step_but_never_the_agents_conduct() -> None:
    talk = HEATED + "supervisor | hostility solution_offer | I send one, pest"
    assert VERDICT_NAMES[judged(Case("solution_offer", "", talk)).codes[0, 0]] == "met"
    assert VERDICT_NAMES[judged(Case("calm", "", talk)).codes[0, 0]] == "met"


@pytest.mark.parametrize(
    ("name", "parameters", "words"),
    [
        ("kindness", {}, "no behaviour is named 'kindness'; there are greeting"),
        ("calm", {"when": "always"}, "calm has no parameter 'when'; it has none"),
        ("apology", {"when": "never"}, "one of always, company_fault"),
        (
            "boundary",
            {"required": ("feeling",)},
            "a list of some of asks, consequence, resume",
        ),
        ("break_after", {"minutes": True}, "a whole number over 0"),
        ("break_after", {"minutes": 0}, "a whole number over 0"),
        ("restatement", {"asking_counts": 1}, "true or false"),
    ],
)
def test_a_playbook_is_refused_in_words(
    name: str, parameters: dict[str, Value], words: str
) -> None:
    with pytest.raises(BehaviourError, match=re.escape(words)):
        check_use(use(name, parameters))


def test_a_window_that_has_closed_is_judged() -> None:
    case = Case("documented", "missed", HEATED, around={"as_of": LATER})
    assert VERDICT_NAMES[judged(case).codes[0, 0]] == "missed"
