"""Playbooks: the ordered steps of one service playbook, and the behaviours that measure them."""

from typing import Literal, Self

from pydantic import Field, model_validator

from transforms.knowledge.frozen import Frozen

Value = bool | int | str | tuple[str, ...]


class BehaviourUse(Frozen):
    """One behaviour as a step asks for it: its name and its parameters."""

    behaviour: str
    parameters: dict[str, Value] = Field(default_factory=dict)

    @property
    def parameters_text(self) -> str:
        """The parameters in name order, as verdicts record them.

        >>> BehaviourUse(behaviour="boundary", parameters={"on": "insult"}).parameters_text
        'on=insult'
        """
        return "; ".join(
            f"{name}={_in_words(value)}"
            for name, value in sorted(self.parameters.items())
        )


def _in_words(value: Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "+".join(value) if isinstance(value, tuple) else str(value)


class Step(Frozen):
    """One step: what it asks, where it came from, and what measures it."""

    id: str
    title: str
    title_native: str
    seed_step: str
    weight: float = Field(gt=0)
    combine: Literal["all", "any"] = "all"
    observable: bool = True
    reason: str | None = None
    behaviours: tuple[BehaviourUse, ...] = ()

    @model_validator(mode="after")
    def _observed_or_explained(self) -> Self:
        if self.observable and not self.behaviours:
            raise ValueError(f"step {self.id} is observable but names no behaviour")
        if not self.observable and (self.behaviours or not self.reason):
            raise ValueError(f"step {self.id}: an unobservable step has a reason only")
        return self


class Playbook(Frozen):
    """An ordered set of steps, with the version under which calls are judged."""

    id: str
    version: str
    title: str
    title_native: str
    language: str
    direction: Literal["ltr", "rtl"]
    source: str
    steps: tuple[Step, ...]

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Self:
        ids = [step.id for step in self.steps]
        if repeated := sorted({i for i in ids if ids.count(i) > 1}):
            raise ValueError(f"step ids stand more than once: {repeated}")
        return self


class Assignment(Frozen):
    """Which playbooks apply where; none named are all, an empty selector is everywhere."""

    playbooks: tuple[str, ...] = ()
    queues: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    reason: str


class Assignments(Frozen):
    """All assignments; a call is judged by the union of those that match it."""

    version: str
    assignments: tuple[Assignment, ...]
