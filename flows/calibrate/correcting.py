"""Corrections from the command line, and from marks on which reviewers agree."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from dashboards.records import corrections as kept
from dashboards.records.reviews import Item, last_marks
from dashboards.records.store import Records
from flows import publish
from flows.calibrate.drawing import machine_verdicts
from flows.candidate import open_published
from flows.settings import Settings
from transforms.knowledge.bundle import Knowledge
from transforms.knowledge.playbook import BehaviourUse, Step
from transforms.reviewing import CANNOT_TELL
from transforms.steps import counted_uses
from transforms.verdicts import rules_of

Rule = tuple[str, str]
_VERDICT_OF: Final = {"not applicable": "not_applicable"}


class UncorrectableError(ValueError):
    """What is to be corrected is not one behaviour of one call that can be judged."""


def rules_named(knowledge: Knowledge, named: str) -> list[Rule]:
    """The rule that a step or a behaviour names.

    Args:
        knowledge: playbooks.
        named: `playbook/step`, a behaviour, or `behaviour(parameters)`.

    Raises:
        UncorrectableError: it names none, or several; says which there are.
    """
    playbook, slash, step_id = named.partition("/")
    if slash:
        steps = {s.id: s for s in _steps(knowledge, playbook)}
        if step_id not in steps:
            raise UncorrectableError(
                f"no step is named {named!r}; `coolhead playbooks` lists them, to be"
                " written as playbook/step"
            )
        return [_only_rule(named, steps[step_id])]
    behaviour, _, rest = named.partition("(")
    parameters = rest.strip().removesuffix(")").strip()
    uses = [
        u for u in rules_of(knowledge.playbooks) if u.behaviour == behaviour.strip()
    ]
    found = [u for u in uses if not rest or u.parameters_text == parameters]
    if len(found) != 1:
        known = ", ".join(map(_written, uses)) or "none; see `coolhead playbooks`"
        raise UncorrectableError(
            f"{named!r} names {'several rules' if found else 'no rule'}; there are {known}"
        )
    return [(found[0].behaviour, found[0].parameters_text)]


def _steps(knowledge: Knowledge, playbook: str) -> tuple[Step, ...]:
    book = knowledge.playbooks.get(playbook)
    return book.steps if book else ()


def _only_rule(named: str, step: Step) -> Rule:
    uses = counted_uses(step)
    if len(uses) != 1:
        measured = ", ".join(map(_written, uses))
        told = (
            f"is measured by several behaviours: correct one of them: {measured}"
            if uses
            else "cannot be observed, so that there is nothing to correct"
        )
        raise UncorrectableError(f"step {named} {told}")
    return uses[0].behaviour, uses[0].parameters_text


def _written(use: BehaviourUse) -> str:
    text = use.parameters_text
    return f"{use.behaviour}({text})" if text else use.behaviour


def correct_call(
    settings: Settings,
    knowledge: Knowledge,
    call_id: str,
    named: str,
    verdict: str | None,
    *,
    by: str,
    why: str,
) -> list[Rule]:
    """Record a person's verdict on a step or behaviour of a call, or withdraw it.

    Raises:
        UncorrectableError: no such call, step or behaviour, or one that nobody can judge.
        CorrectionError: the verdict is none.
        RecordsError: who or why is lacking, or the store cannot be written.
    """
    rules = rules_named(knowledge, named)
    path = publish.current_file(settings.published)
    with open_published(settings, path, read_only=True) as published:
        found = published.read(
            "SELECT unassessable FROM marts.call_facts WHERE call_id = $call",
            {"call": call_id},
        )
    if found.is_empty():
        raise UncorrectableError(
            f"no call {call_id!r} is published; `coolhead export call_facts` lists the calls"
        )
    if found.item() is not None and verdict is not None:
        raise UncorrectableError(
            f"call {call_id} cannot be assessed ({found.item()}), so that it has no"
            " verdicts to correct"
        )
    said = _VERDICT_OF.get(verdict or "", verdict)
    records = Records(settings.records_url)
    if verdict is None:
        spoken = {
            (row["behaviour"], row["parameters"])
            for row in kept.last_words(records, call_id)
            if row["verdict"] is not None
        }
        if not spoken & set(rules):
            raise UncorrectableError(
                f"nothing is corrected at {named} of call {call_id}, so that there is"
                " nothing to withdraw"
            )
    kept.correct(records, call_id, rules, said, by=by, why=why)
    return rules


def correct_by_marks(
    settings: Settings, knowledge: Knowledge, items: Sequence[Item]
) -> tuple[int, list[str]]:
    """Correct the machine where all reviewers of an item agree against it.

    Args:
        settings: whose store and published version.
        knowledge: whose steps.
        items: the items that were marked.

    Returns:
        How many steps were corrected; and what could not be, in words.
    """
    records = Records(settings.records_url)
    said: dict[Item, list[dict[str, Any]]] = {item: [] for item in items}
    for row in last_marks(records):
        item = (row["call_id"], row["playbook"], row["step"])
        if item in said:
            said[item].append(row)
    machine = _machine(settings, knowledge, said)
    spoken = {
        (row["call_id"], row["behaviour"], row["parameters"]): row["verdict"]
        for row in kept.last_words(records)
    }
    done, problems = 0, list[str]()
    for item, rows in said.items():
        call_id, playbook, step = item
        where = f"call {call_id}, step {playbook}/{step}"
        marks = {row["mark"] for row in rows}
        if len(marks) != 1:
            problems.append(f"{where}: reviewers disagree; nothing was corrected")
            continue
        verdict = str(marks.pop()).replace(" ", "_")
        if verdict == CANNOT_TELL.replace(" ", "_") or machine.get(item) in (
            None,
            verdict,
        ):
            continue
        try:
            rules = rules_named(knowledge, f"{playbook}/{step}")
        except UncorrectableError as problem:
            problems.append(f"{where}: {problem}")
            continue
        if all(spoken.get((call_id, *rule)) == verdict for rule in rules):
            continue
        who = ", ".join(sorted({str(row["recorded_by"]) for row in rows}))
        comments = "; ".join(str(row["comment"]) for row in rows if row["comment"])
        why = f"reviewers agree: {comments}" if comments else "reviewers agree"
        kept.correct(records, call_id, rules, verdict, by=who, why=why)
        done += 1
    return done, problems


def _machine(
    settings: Settings, knowledge: Knowledge, items: Mapping[Item, object]
) -> dict[Item, str]:
    path = publish.current_file(settings.published)
    calls = sorted({call for call, _, _ in items})
    with open_published(settings, path, read_only=True) as published:
        told = machine_verdicts(published, knowledge, calls)
    rows = told.select("call_id", "playbook", "step", "machine").iter_rows()
    return {(call, playbook, step): machine for call, playbook, step, machine in rows}
