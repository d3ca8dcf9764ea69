"""Made-up figures of validity, so that every mark stands somewhere in every language."""

from datetime import date
from typing import Any, Final

from flows.knowledge import load_knowledge
from tests.dashboards.published import DATA, Rows, seeded
from transforms.contracts import marts
from transforms.detection.labels import LABELS
from transforms.knowledge.validity import Figure, Figures, Negatives, Validity
from transforms.validity import step_marks, validity_rows

_RATES: Final = ("precision", "recall", "f1", "kappa", "ac1")
_TEXTS: Final = {
    "cs": "silver",
    "en": "human",
    "he": "human",
    "nb": "own",
    "nl": "human",
}
VERSION: Final = "fedcba987654"


def _figure(label: str, language: str, value: float, **told: Any) -> Figure:
    rates: dict[str, Any] = {}
    for name in _RATES:
        low, high = max(0.0, value - 0.07), min(1.0, value + 0.07)
        rates |= {name: value, f"{name}_low": low, f"{name}_high": high}
    fields = {
        "label": label,
        "language": language,
        "source": f"talk_{language}",
        "unit": "utterance",
        "rows": 4000,
        "positives": 120,
        "true_positives": 100,
        "false_positives": 20,
        "false_negatives": 20,
        "is_precision_lower_bound": False,
    }
    return Figure(**{**fields, **rates, **told})


def validity(seed: int = 5) -> Validity:
    """The shipped marks and needs, with drawn figures of most labels."""
    draw, shipped = seeded(seed), load_knowledge(DATA).validity
    figures: list[Figure] = []
    negatives: list[Negatives] = []
    for language, text in sorted(_TEXTS.items()):
        for label in LABELS:
            value = draw.uniform(0.42, 0.97)
            if label in ("sarcasm", "judging") or draw.random() < 0.05:
                continue
            figures.append(_figure(label, language, value, text=text))
            ours = {"source": "lexicon", "text": "own", "positives": 40}
            figures.append(_figure(label, language, 0.95, **ours))
            alarms = draw.randrange(12)
            negatives.append(
                Negatives(
                    label=label,
                    language=language,
                    source=f"news_{language}",
                    rows=5000,
                    false_alarms=alarms,
                    excused=alarms // 3,
                    per_thousand=(alarms - alarms // 3) / 5,
                )
            )
    told = Figures(
        version=VERSION,
        evaluated_on=date(2026, 11, 22),
        figures=tuple(figures),
        negatives=tuple(negatives),
    )
    return Validity(told, shipped.marks, shipped.needs)


def measure(rows: Rows) -> None:
    """Add the marts of validity to the rows."""
    knowledge, drawn = load_knowledge(DATA), validity()
    spoken = sorted(knowledge.lexicons)
    of_labels = validity_rows(drawn, spoken, "0123456789ab")
    of_steps = step_marks(drawn, knowledge.playbooks, spoken, None, "0123456789ab")
    rows.of[marts.VALIDITY.name] = of_labels.to_dicts()
    rows.of[marts.STEP_VALIDITY.name] = of_steps.to_dicts()
