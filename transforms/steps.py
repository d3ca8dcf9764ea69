"""Steps of playbooks: which judge a call, and the verdict of each from its behaviours."""

from collections.abc import Mapping

import numpy as np
import polars as pl

from transforms.behaviours import BEHAVIOURS
from transforms.heard import Mask
from transforms.knowledge.playbook import Assignments, BehaviourUse, Playbook, Step
from transforms.verdicts import MET, Codes, Verdicts


def applying(
    calls: pl.DataFrame, playbooks: Mapping[str, Playbook], assignments: Assignments
) -> Mask:
    """Which playbooks judge which calls: calls x playbooks, in their own orders."""
    names = list(playbooks)
    applies = np.zeros((calls.height, len(names)), dtype=np.bool_)
    for assignment in assignments.assignments:
        chosen = np.ones(calls.height, dtype=np.bool_)
        for column, wanted in (
            ("queue", assignment.queues),
            ("team", assignment.teams),
            ("spoken_language", assignment.languages),
        ):
            if wanted:
                chosen &= (
                    calls[column].is_in(list(wanted)).fill_null(value=False).to_numpy()
                )
        for name in assignment.playbooks or names:
            applies[:, names.index(name)] |= chosen
    return applies


def asked_rules(
    applies: Mask, playbooks: Mapping[str, Playbook], rules: tuple[BehaviourUse, ...]
) -> Mask:
    """Which rules some playbook of each call asks for: calls x rules."""
    numbers = rule_numbers(rules)
    uses = np.zeros((len(playbooks), len(rules)), dtype=np.bool_)
    for row, playbook in enumerate(playbooks.values()):
        for step in playbook.steps:
            uses[row, step_rules(step, numbers)] = True
    return (applies.astype(np.uint8) @ uses.astype(np.uint8)) > 0


def rule_numbers(rules: tuple[BehaviourUse, ...]) -> dict[tuple[str, str], int]:
    """The number of each rule, by behaviour and parameters."""
    return {(use.behaviour, use.parameters_text): n for n, use in enumerate(rules)}


def step_rules(step: Step, numbers: Mapping[tuple[str, str], int]) -> list[int]:
    """The rules that measure a step."""
    return [numbers[use.behaviour, use.parameters_text] for use in step.behaviours]


def is_conduct_step(step: Step) -> bool:
    """Whether only conduct measures a step: it is then reported as breaches."""
    names = [use.behaviour for use in step.behaviours]
    return bool(names) and all(BEHAVIOURS[name].is_conduct for name in names)


def counted_uses(step: Step) -> tuple[BehaviourUse, ...]:
    """The behaviours on which a step's verdict rests.

    In a step that mixes conduct with other behaviours the conduct, which silence
    satisfies, does not count: it is reported apart.
    """
    is_conduct = is_conduct_step(step)
    return tuple(
        use
        for use in step.behaviours
        if is_conduct or not BEHAVIOURS[use.behaviour].is_conduct
    )


def step_codes(
    verdicts: Verdicts, step: Step, numbers: Mapping[tuple[str, str], int]
) -> Codes:
    """The verdict of one step in each call.

    `all` takes the worst of the applicable behaviours that count, `any` the best; where
    none is applicable, not_observable if one of them is.
    """
    uses = counted_uses(step)
    columns = [numbers[use.behaviour, use.parameters_text] for use in uses]
    codes = verdicts.codes[:, columns]
    worst: Codes = codes.max(axis=1)
    if step.combine == "all":
        return worst
    best = np.where(codes >= MET, codes, 255).min(axis=1)
    return np.where(worst >= MET, best, worst).astype(np.uint8)
