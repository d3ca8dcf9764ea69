"""Behaviours: one rule each, registered once, with the parameters that playbooks may give."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from transforms.behaviours import (
    across_calls,
    after_call,
    closing,
    conduct,
    limits,
    listening,
    resolving,
    understanding,
)
from transforms.behaviours.judgement import Behaviour, Judge, Judgement, Need
from transforms.knowledge.frozen import KnowledgeError
from transforms.knowledge.playbook import BehaviourUse, Value

__all__ = ["BEHAVIOURS", "Behaviour", "BehaviourError", "Judgement", "check_use"]


class BehaviourError(KnowledgeError):
    """A playbook asks for a behaviour, or a parameter of it, that no rule knows."""


_TEXT: Final[tuple[Need, ...]] = ("text",)
_FAULT: Final[tuple[Need, ...]] = ("text", "incident log")
_LATER: Final[tuple[Need, ...]] = ("text", "other calls", "incident log")


def _summary(judge: Judge) -> str:
    return (judge.__doc__ or "").strip().splitlines()[0]


def _behaviour(
    judge: Judge,
    needs: tuple[Need, ...] = _TEXT,
    *,
    heated: bool = False,
    conduct_only: bool = False,
    parameters: Mapping[str, tuple[str, ...] | list[str] | type[bool] | type[int]]
    | None = None,
) -> Behaviour:
    return Behaviour(
        name=judge.__name__,
        measures=_summary(judge),
        needs=needs,
        judge=judge,
        heated_only=heated,
        is_conduct=conduct_only,
        parameters=parameters or {},
    )


_ALL: Final = (
    _behaviour(conduct.greeting),
    _behaviour(conduct.calm, heated=True, conduct_only=True),
    _behaviour(listening.let_vent, ("text", "times"), heated=True),
    _behaviour(listening.invite_account, heated=True),
    _behaviour(listening.backchannel, heated=True),
    _behaviour(
        understanding.restatement, heated=True, parameters={"asking_counts": bool}
    ),
    _behaviour(understanding.confirm_understanding, heated=True),
    _behaviour(understanding.empathy, heated=True),
    _behaviour(
        understanding.apology,
        _FAULT,
        heated=True,
        parameters={"when": ("always", "company_fault")},
    ),
    _behaviour(understanding.clarifying_question, heated=True),
    _behaviour(
        understanding.desired_outcome_question,
        heated=True,
        parameters={"only_if_unnamed": bool},
    ),
    _behaviour(
        resolving.solution_offer, heated=True, parameters={"ownership_counts": bool}
    ),
    _behaviour(resolving.solution_check, heated=True),
    _behaviour(resolving.cooling_off_offer, heated=True),
    _behaviour(after_call.deliverable_promise, _LATER),
    _behaviour(resolving.positive_wording),
    _behaviour(conduct.respect, conduct_only=True),
    _behaviour(conduct.no_rushing, conduct_only=True),
    _behaviour(conduct.let_slide),
    _behaviour(across_calls.steady_warmth, ("other calls",)),
    _behaviour(
        limits.boundary,
        parameters={
            "after": ("harsh", "insult", "abuse"),
            "required": list(limits.PARTS),
        },
    ),
    _behaviour(limits.boundary_reminder, parameters={"firm": bool}),
    _behaviour(limits.threat_protocol, _FAULT),
    _behaviour(limits.supervisor_request_honoured),
    _behaviour(
        limits.seek_support, heated=True, parameters={"reasons": list(limits.REASONS)}
    ),
    _behaviour(
        resolving.goodwill,
        _FAULT,
        heated=True,
        parameters={"permission_required": bool},
    ),
    _behaviour(closing.thanks_for_raising, heated=True),
    _behaviour(closing.prevention_commitment, heated=True),
    _behaviour(resolving.next_steps, heated=True),
    _behaviour(after_call.follow_up, _LATER),
    _behaviour(
        after_call.documented,
        ("incident log",),
        heated=True,
        parameters={"fields": list(after_call.FIELDS)},
    ),
    _behaviour(
        after_call.break_after,
        ("next call", "shifts"),
        heated=True,
        parameters={"minutes": int},
    ),
    _behaviour(across_calls.no_carry_over, ("text", "next call")),
    _behaviour(across_calls.management_informed, ("decisions", "other calls")),
)

BEHAVIOURS: Final[Mapping[str, Behaviour]] = MappingProxyType(
    {behaviour.name: behaviour for behaviour in _ALL}
)
"""Every behaviour by name, in the glossary's order."""


def check_use(use: BehaviourUse) -> Behaviour:
    """The behaviour that a playbook asks for.

    Raises:
        BehaviourError: no such behaviour, parameter or value; says which there are.
    """
    behaviour = BEHAVIOURS.get(use.behaviour)
    if behaviour is None:
        known = ", ".join(BEHAVIOURS)
        raise BehaviourError(
            f"no behaviour is named {use.behaviour!r}; there are {known}"
        )
    for name, value in use.parameters.items():
        _check_parameter(behaviour, name, value)
    return behaviour


def _check_parameter(behaviour: Behaviour, name: str, value: Value) -> None:
    if name not in behaviour.parameters:
        known = ", ".join(behaviour.parameters) or "none"
        message = f"{behaviour.name} has no parameter {name!r}; it has {known}"
        raise BehaviourError(message)
    allowed = behaviour.parameters[name]
    if isinstance(allowed, type):
        # A Boolean is an int in Python, and not a number of minutes in a playbook.
        fits = type(value) is allowed and (allowed is bool or int(str(value)) > 0)
        expected = "true or false" if allowed is bool else "a whole number over 0"
    elif isinstance(allowed, list):
        fits = isinstance(value, tuple) and bool(value) and set(value) <= set(allowed)
        expected = f"a list of some of {', '.join(allowed)}"
    else:
        fits = value in allowed
        expected = f"one of {', '.join(allowed)}"
    if not fits:
        message = f"{behaviour.name}: {name} is {value!r}; it must be {expected}"
        raise BehaviourError(message)
