"""What reviewers are told of each behaviour, and which questions of their forms are our steps."""

from collections.abc import Iterator
from typing import Self

from pydantic import Field, model_validator

from transforms.behaviours import BEHAVIOURS
from transforms.knowledge.frozen import Frozen
from transforms.knowledge.playbook import BehaviourUse, Step
from transforms.steps import counted_uses

_BEYOND_THE_CALL = frozenset({"other calls", "next call", "decisions"})
_SILENT = "there was occasion, and nothing of it is said."
MARKS = ("met", "missed", "violated", "not applicable", "cannot tell")
"""What a reviewer can say of a step in a call."""


class Guide(Frozen):
    """One behaviour in a reviewer's words; see `data/review/guide.yaml`."""

    occasion: str
    met: str
    missed: str | None = None
    violated: str | None = None
    parameters: dict[str, dict[str, str]] = Field(
        default_factory=dict[str, dict[str, str]]
    )


class ReviewGuide(Frozen):
    """Behaviours that a transcript alone can show."""

    version: str
    heated: str
    behaviours: dict[str, Guide]

    @model_validator(mode="after")
    def _tells_only_what_can_be_read(self) -> Self:
        if unseen := sorted(name for name in self.behaviours if not _reads(name)):
            raise ValueError(
                f"{unseen} are no behaviours that a transcript alone can show; there are"
                f" {', '.join(filter(_reads, BEHAVIOURS))}"
            )
        return self

    def instructions(self, step: Step) -> str | None:
        """How to mark a step, in lines; None where a transcript alone cannot show it."""
        uses = counted_uses(step)
        if not uses or not all(use.behaviour in self.behaviours for use in uses):
            return None
        if len(uses) == 1:
            return "\n".join(self._lines(uses[0]))
        rule = (
            "All of these are asked; the worst counts, of those with an occasion."
            if step.combine == "all"
            else "One of these is enough; the best counts, of those with an occasion."
        )
        parts = [
            " ".join([f"({number})", *self._lines(use)])
            for number, use in enumerate(uses, 1)
        ]
        return "\n".join([rule, *parts])

    def _lines(self, use: BehaviourUse) -> Iterator[str]:
        guide, behaviour = self.behaviours[use.behaviour], BEHAVIOURS[use.behaviour]
        heated = [self.heated] if behaviour.heated_only else []
        occasion = " ".join([*heated, guide.occasion, *_asked(guide, use)])
        yield f"Met: {guide.met}"
        silent = "never; silence is enough." if behaviour.is_conduct else _SILENT
        yield f"Missed: {guide.missed or silent}"
        yield f"Violated: {guide.violated or 'never.'}"
        yield f"Not applicable: no occasion. Occasion: {occasion}"


def _reads(name: str) -> bool:
    needs = set(BEHAVIOURS[name].needs) if name in BEHAVIOURS else set[str]()
    return "text" in needs and not needs & _BEYOND_THE_CALL


def _asked(guide: Guide, use: BehaviourUse) -> Iterator[str]:
    """What the parameters of a step change, in words."""
    for name, value in sorted(use.parameters.items()):
        told = guide.parameters.get(name, {})
        values = value if isinstance(value, tuple) else (value,)
        for one in values:
            word = ("yes" if one else "no") if isinstance(one, bool) else str(one)
            if word in told:
                yield told[word]


NO_GUIDE = ReviewGuide(version="", heated="", behaviours={})
"""Where reviewers are told nothing."""
