"""Which calls had an opportunity for what, whether it was taken, and what came of them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from transforms.complaints import joined_contacts
from transforms.context import SOLUTIONS
from transforms.contracts.agent_marts import NO_PLAYBOOK, ORDERS
from transforms.contracts.validity_marts import MARKS
from transforms.knowledge.playbook import Assignments, BehaviourUse, Playbook, Step
from transforms.knowledge.thresholds import Thresholds
from transforms.knowledge.validity import Validity
from transforms.label_marks import label_mark
from transforms.steps import applying, counted_uses

_DAY: Final = 86_400_000_000
_ORDER: Final = {"not_applicable": 0, "met": 2, "missed": 3, "violated": 4}
_MET: Final = _ORDER["met"]

_HEARD: Final[Mapping[str, tuple[str, ...]]] = {
    "prompt_apology": ("apology",),
    "restated_first": ("restatement", *SOLUTIONS),
    "two_options": SOLUTIONS,
}
"""The labels on which an order or timing hangs."""

DECIDED_BY_LATER_CALLS: Final = frozenset(
    {"deliverable_promise", "follow_up", "management_informed", "steady_warmth"}
)
"""Behaviours that other contacts of the customer, or of the agent, decide: whether such a
step goes with another contact is no question, as the contact itself is part of its verdict."""
AFTER_THE_CALL: Final = frozenset({"documented", "break_after", "threat_protocol"})
"""Behaviours of the time after the call, which nothing in the call can have come of."""


@dataclass(frozen=True)
class Exposure:
    """Something done or left in calls that had an opportunity for it.

    Attributes:
        kind: `step`, `order` or `timing`.
        names: playbook and step (or order, or timing) of all that are judged alike.
        calls: `call_id`, `is_done`.
        outcomes: which outcomes it is held against.
    """

    kind: str
    names: tuple[tuple[str, str], ...]
    calls: pl.DataFrame
    outcomes: tuple[str, ...]


def outcomes(facts: pl.DataFrame, as_of: int, thresholds: Thresholds) -> pl.DataFrame:
    """One row for each assessable call: `deescalated` and `no_repeat`, null where not known.

    A call has `no_repeat` where the customer, whom the source names, makes no other contact
    within the days after the first call of this one, transfers joined. Calls that we make,
    and those whose days are not over at `as_of`, have none.

    Args:
        facts: `marts.call_facts` of all calls.
        as_of: the last moment in the data, in microseconds.
        thresholds: `repeat_days`, and what makes a transfer.
    """
    reach = int(thresholds.repeat_days.value * _DAY)
    joined = joined_contacts(facts, thresholds)
    started = pl.col("started_at").to_physical()
    first = joined.unique("contact", keep="first", maintain_order=True).filter(
        pl.col("direction").ne_missing("outbound")
    )
    following = started.shift(-1).over("customer_id") - started
    settled = first.select(
        "contact",
        no_repeat=pl.when(started + reach <= as_of).then(
            (following > reach).fill_null(value=True)
        ),
    )
    told = joined.join(settled, "contact", "inner", validate="m:1")
    return (
        facts.filter(pl.col("is_heated").is_not_null())
        .join(told.select("call_id", "no_repeat"), "call_id", "left", validate="1:1")
        .select("call_id", "no_repeat", deescalated="is_deescalated")
        .sort("call_id")
    )


def step_exposures(
    facts: pl.DataFrame,
    verdicts: pl.DataFrame,
    playbooks: Mapping[str, Playbook],
    assignments: Assignments,
) -> Iterator[Exposure]:
    """The playbooks' steps, those that are judged alike together.

    A step's verdict is made of its behaviours' as in `steps.step_codes`. Steps that later
    calls decide are left out.

    Args:
        facts: `marts.call_facts` of all calls.
        verdicts: `marts.verdicts`.
        playbooks: by id.
        assignments: which of them judge which calls.
    """
    applies = applying(
        facts.with_columns(spoken_language="language"), playbooks, assignments
    )
    by_rule = _by_rule(verdicts)
    alike: dict[tuple[object, ...], list[tuple[str, str]]] = {}
    steps: dict[tuple[object, ...], tuple[Step, pl.Series]] = {}
    for column, (name, playbook) in enumerate(playbooks.items()):
        judged = facts["call_id"].filter(pl.Series(applies[:, column]))
        for step in playbook.steps:
            if not step.observable or not _is_of_the_call(step):
                continue
            rules = tuple(sorted(_rule(use) for use in counted_uses(step)))
            key = (rules, step.combine, applies[:, column].tobytes())
            alike.setdefault(key, []).append((name, step.id))
            steps[key] = (step, judged)
    for key, names in alike.items():
        step, judged = steps[key]
        after = AFTER_THE_CALL & {use.behaviour for use in step.behaviours}
        yield Exposure(
            kind="step",
            names=tuple(names),
            calls=_done(step, by_rule, judged),
            outcomes=("no_repeat",) if after else ("deescalated", "no_repeat"),
        )


def _is_of_the_call(step: Step) -> bool:
    return not DECIDED_BY_LATER_CALLS & {use.behaviour for use in counted_uses(step)}


def _rule(use: BehaviourUse) -> tuple[str, str]:
    return use.behaviour, use.parameters_text


def _by_rule(verdicts: pl.DataFrame) -> dict[tuple[str, str], pl.DataFrame]:
    """The calls that each rule judged, with the verdict's `code`, the worst the greatest."""
    coded = verdicts.select(
        "call_id",
        "behaviour",
        "parameters",
        code=pl.col("verdict")
        .cast(pl.String)
        .replace_strict(_ORDER, return_dtype=pl.UInt8),
    ).filter(pl.col("code") >= _MET)
    parts = coded.partition_by("behaviour", "parameters", as_dict=True)
    return {
        (str(behaviour), str(parameters)): part.select("call_id", "code")
        for (behaviour, parameters), part in parts.items()
    }


def _done(
    step: Step, by_rule: Mapping[tuple[str, str], pl.DataFrame], judged: pl.Series
) -> pl.DataFrame:
    """One row for each call with an opportunity: was the step met?"""
    found = [by_rule[r] for r in map(_rule, counted_uses(step)) if r in by_rule]
    if not found:
        return pl.DataFrame(schema={"call_id": pl.String, "is_done": pl.Boolean})
    code = pl.col("code").max() if step.combine == "all" else pl.col("code").min()
    return (
        pl.concat(found)
        .join(judged.to_frame(), "call_id", "semi")
        .group_by("call_id")
        .agg(is_done=code == _MET)
        .sort("call_id")
    )


def order_exposures(timing: pl.DataFrame, thresholds: Thresholds) -> Iterator[Exposure]:
    """What comes when in heated calls: see `ORDERS` and `marts.call_timing`.

    A prompt apology is held against a late one, a restatement before the solution against
    one after it, two or more offers against one: calls without any are in neither arm.

    Args:
        timing: `marts.call_timing`.
        thresholds: how soon is prompt.
    """
    soon = thresholds.prompt_apology_seconds.value
    done = {
        "prompt_apology": pl.col("apology_seconds") <= soon,
        "restated_first": pl.col("is_restated_first"),
        "two_options": pl.when(pl.col("options") > 0).then(pl.col("options") > 1),
    }
    for name, kind in ORDERS.items():
        told = timing.select("call_id", is_done=done[name]).drop_nulls()
        yield Exposure(
            kind=kind,
            names=((NO_PLAYBOOK, name),),
            calls=told.sort("call_id"),
            outcomes=("deescalated", "no_repeat"),
        )


def association_marks(
    step_validity: pl.DataFrame, validity: Validity, languages: Iterable[str]
) -> dict[tuple[str, str, str], str]:
    """How far each step, order and timing may be trusted, by playbook, name and language.

    An order or timing is as sure as the weakest label that it hangs on.

    Args:
        step_validity: `marts.step_validity`.
        validity: what was measured of detection.
        languages: those with a lexicon.
    """
    told = step_validity.select("playbook", "step", "language", "mark").iter_rows()
    marks = {(playbook, step, tongue): mark for playbook, step, tongue, mark in told}
    for language in languages:
        for name, labels in _HEARD.items():
            found = [label_mark(validity, label, language).mark for label in labels]
            marks[NO_PLAYBOOK, name, language] = max(found, key=MARKS.index)
    return marks
