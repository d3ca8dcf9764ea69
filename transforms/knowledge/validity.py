"""Validity: what was measured of detection, when it counts as proven, what hangs on what."""

from dataclasses import dataclass
from datetime import date
from typing import Literal, Self

from pydantic import Field, model_validator

from transforms.detection.labels import LABELS
from transforms.knowledge.frozen import Frozen
from transforms.knowledge.playbook import BehaviourUse, Value
from transforms.knowledge.thresholds import Threshold

Text = Literal["human", "silver", "own"]
"""Who labelled the text: people; a rule, through a translation; we, who wrote it."""
Unit = Literal["utterance", "call", "stretch"]
"""What was measured: single utterances, whole calls, or a customer's long stretches."""


class Figure(Frozen):
    """How well one label is heard in one language, measured on one source.

    Rates are 0-1, kappa and AC1 -1 to 1, each with a 95 % interval; null where they are
    not defined, as recall is without a positive row.
    """

    label: str
    language: str
    source: str
    text: Text
    unit: Unit
    rows: int = Field(ge=0)
    positives: int = Field(ge=0)
    true_positives: int = Field(ge=0)
    false_positives: int = Field(ge=0)
    false_negatives: int = Field(ge=0)
    precision: float | None
    precision_low: float | None
    precision_high: float | None
    recall: float | None
    recall_low: float | None
    recall_high: float | None
    f1: float | None
    f1_low: float | None
    f1_high: float | None
    kappa: float | None
    kappa_low: float | None
    kappa_high: float | None
    ac1: float | None
    ac1_low: float | None
    ac1_high: float | None
    is_precision_lower_bound: bool


class Negatives(Frozen):
    """How often one label is heard in one language where it should not be.

    Attributes:
        excused: false alarms that are truly the thing, after reading.
        per_thousand: the others, per 1,000 rows.
    """

    label: str
    language: str
    source: str
    rows: int = Field(ge=0)
    false_alarms: int = Field(ge=0)
    excused: int = Field(ge=0)
    per_thousand: float | None


class Figures(Frozen):
    """All that was measured, on one day, of one version of the knowledge.

    Attributes:
        version: hash of the knowledge that was measured; empty where nothing was.
    """

    version: str
    evaluated_on: date
    figures: tuple[Figure, ...]
    negatives: tuple[Negatives, ...]

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        keys = [(f.label, f.language, f.source, f.unit) for f in self.figures]
        if repeated := sorted({str(key) for key in keys if keys.count(key) > 1}):
            raise ValueError(f"measured more than once: {repeated[:3]}")
        return self


class Marks(Frozen):
    """From when on a label or step is proven or provisional; see `marks.yaml`."""

    version: str
    proven: Threshold
    provisional: Threshold
    positives: Threshold
    reviewed_items: Threshold


class Condition(Frozen):
    """Limits an entry to a parameter's value."""

    parameter: str
    value: Value
    by_default: bool = False

    def holds(self, use: BehaviourUse) -> bool:
        """Whether a playbook asks for the behaviour so."""
        if self.parameter not in use.parameters:
            return self.by_default
        asked = use.parameters[self.parameter]
        return self.value in asked if isinstance(asked, tuple) else asked == self.value


class Need(Frozen):
    """Labels that a behaviour hears, and why some of them are needed.

    Attributes:
        needs: labels on which the verdict rests.
        also: labels heard besides: other ways to it, or where to look.
        when: only for this value of a parameter.
    """

    needs: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    when: Condition | None = None
    reason: str


class Heat(Frozen):
    """The labels of which heat is a sum, and why none of them alone is needed."""

    labels: tuple[str, ...]
    reason: str


class Needs(Frozen):
    """On which labels each behaviour hangs; see `needs.yaml`."""

    version: str
    heat: Heat
    behaviours: dict[str, tuple[Need, ...]]

    @model_validator(mode="after")
    def _labels_are_known(self) -> Self:
        named = {
            label
            for entries in self.behaviours.values()
            for entry in entries
            for label in (*entry.needs, *entry.also)
        }
        if unknown := sorted((named | set(self.heat.labels)) - set(LABELS)):
            raise ValueError(f"unknown labels {unknown}; see data/GLOSSARY.md")
        return self

    def entries(self, use: BehaviourUse) -> tuple[Need, ...]:
        """The entries that hold for a behaviour as a playbook asks for it."""
        return tuple(
            entry
            for entry in self.behaviours.get(use.behaviour, ())
            if entry.when is None or entry.when.holds(use)
        )


@dataclass(frozen=True)
class Validity:
    """What is known of how well labels are heard, and what follows for steps."""

    figures: Figures
    marks: Marks
    needs: Needs
