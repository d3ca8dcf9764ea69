"""`data/validity/needs.yaml` names the labels that each rule hears, and no others."""

from collections.abc import Iterator
from itertools import product

import pytest

from flows.knowledge import load_knowledge
from flows.settings import Settings
from tests.transforms.drawn import batch, thresholds, validity, weights
from transforms.behaviours import BEHAVIOURS, check_use
from transforms.context import Context, context
from transforms.knowledge.playbook import BehaviourUse, Value
from transforms.verdicts import rules_of

NEEDS = validity().needs
COURTESIES = {"backchannel", "greeting", "empathy", "apology"}
"""Heard as codes, not by name, where a turn is told to be substantive."""
TALK = """
    agent    | greeting                   | good morning Dana speaking how can I help
    customer | complaint anger insult!    | the router broke again on sunday you idiots
    agent    | restatement boundary       | so the router is broken on sunday please stop
    customer | insult threat              | I will come and hit you you idiots
    agent    | solution_offer next_steps  | I am sending a new one tomorrow
    customer | supervisor_request         | get me your manager
    agent    | supervisor_handover thanks | I will put you through thank you
"""


def fresh() -> Context:
    return context(batch(TALK), thresholds(), weights())


def labels_read(known: Context) -> set[str]:
    return {label for _, *labels in known.heard._said for label in labels}


def heard_by(use: BehaviourUse) -> set[str]:
    """The labels that a rule asks the call for, beyond those of heat."""
    known = fresh()
    known.heard._said.clear()
    BEHAVIOURS[use.behaviour].judge(known, use.parameters)
    courtesies = COURTESIES if "is_substantive" in vars(known) else set[str]()
    return labels_read(known) | courtesies


def values(allowed: object) -> list[Value]:
    if allowed is bool:
        return [True, False]
    if allowed is int:
        return [5]
    if isinstance(allowed, list):
        return [*((value,) for value in allowed), tuple(allowed)]
    assert isinstance(allowed, tuple)
    return list(allowed)


def uses() -> Iterator[BehaviourUse]:
    """Every behaviour with every value of every parameter, and without each."""
    for name, behaviour in BEHAVIOURS.items():
        choices = [
            [(parameter, None), *((parameter, value) for value in values(allowed))]
            for parameter, allowed in behaviour.parameters.items()
        ]
        for chosen in product(*choices):
            told = {key: value for key, value in chosen if value is not None}
            use = BehaviourUse(behaviour=name, parameters=told)
            check_use(use)
            yield use


def test_every_behaviour_has_its_needs_and_every_entry_its_reason() -> None:
    assert list(NEEDS.behaviours) == list(BEHAVIOURS)
    assert [
        name
        for name, entries in NEEDS.behaviours.items()
        if not entries or not all(entry.reason.endswith(".") for entry in entries)
    ] == []


def test_conditions_name_parameters_and_values_that_there_are() -> None:
    for name, entries in NEEDS.behaviours.items():
        for entry in entries:
            if entry.when is not None:
                allowed = BEHAVIOURS[name].parameters[entry.when.parameter]
                told = (
                    (entry.when.value,)
                    if isinstance(allowed, list)
                    else entry.when.value
                )
                assert told in values(allowed)


@pytest.mark.parametrize(
    "use", list(uses()), ids=lambda use: f"{use.behaviour}-{use.parameters_text}"
)
def test_the_labels_named_are_those_that_the_rule_hears(use: BehaviourUse) -> None:
    entries = NEEDS.entries(use)
    needed = {label for entry in entries for label in entry.needs}
    also = {label for entry in entries for label in entry.also}
    assert needed | also == heard_by(use)


def test_a_rule_that_hears_no_label_is_said_to_hang_on_none() -> None:
    silent = {use.behaviour for use in uses() if not heard_by(use)}
    assert silent == {"documented", "break_after"}


def test_heat_names_every_label_that_heats_or_cools() -> None:
    assert set(NEEDS.heat.labels) == {*weights().labels, *labels_read(fresh())}


def test_every_rule_of_the_shipped_playbooks_is_covered() -> None:
    for use in rules_of(load_knowledge(Settings().knowledge).playbooks):
        assert NEEDS.entries(use), use
