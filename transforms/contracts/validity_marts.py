"""The marts of validity: what was measured of detection, and how far steps may be trusted."""

from typing import Final

import polars as pl

from transforms.contracts.columns import KNOWLEDGE, optional
from transforms.contracts.table import Column, Table

MARKS: Final = ("proven", "provisional", "unproven")
"""From the strongest to the weakest."""
TEXTS: Final = ("human", "silver", "own", "negatives", "none")
"""Who labelled a source; `negatives` hold none of the thing, `none` is no source at all."""
NO_SOURCE: Final = "(none)"

_LABEL: Final = Column(pl.String, "The label; of a source of calls, as a behaviour.")
_MEASURED: Final[dict[str, Column]] = {
    "evaluated_on": Column(pl.Date, "Day on which it was measured."),
    "measured": Column(
        pl.String, "Hash of the knowledge that was measured; empty if none was."
    ),
    "knowledge": KNOWLEDGE,
}


def _counted(meaning: str) -> Column:
    return optional(pl.UInt32, meaning)


def _rate(name: str, meaning: str) -> dict[str, Column]:
    return {
        name: optional(pl.Float64, meaning),
        f"{name}_low": optional(pl.Float64, "Lower end of its 95 % interval."),
        f"{name}_high": optional(pl.Float64, "Upper end of its 95 % interval."),
    }


VALIDITY: Final = Table(
    name="marts.validity",
    grain="one row for each label, language and source that it was measured on",
    key=("label", "language", "source", "text", "unit"),
    columns={
        "label": _LABEL,
        "language": Column(pl.String, "Language code of the text."),
        "source": Column(
            pl.String, "The corpus; `(none)` where nothing was measured at all."
        ),
        "text": Column(
            pl.String,
            "Labelled by people `human`, by rule through a translation `silver`, written by"
            " us `own`; `negatives` hold no such thing; `none` without a source.",
        ),
        "unit": Column(
            pl.String,
            "`utterance`; within its whole `call`; or a customer's long `stretch`.",
        ),
        "rows": Column(pl.UInt32, "Rows measured."),
        "positives": _counted("Rows that have the label."),
        "true_positives": _counted("Of these, rows in which it is heard."),
        "false_positives": _counted("Rows without it in which it is heard."),
        "false_negatives": _counted("Rows that have it in which it isn't heard."),
        **_rate("precision", "True positives ÷ rows in which it is heard."),
        **_rate("recall", "True positives ÷ positives."),
        **_rate("f1", "Harmonic mean of precision and recall."),
        **_rate("kappa", "Cohen's kappa, agreement beyond chance, -1 to 1."),
        **_rate("ac1", "Gwet's AC1, the same for rare labels, -1 to 1."),
        "is_precision_lower_bound": Column(
            pl.Boolean, "A row has one label only, so a false alarm may be right."
        ),
        "false_alarms": _counted("Of negatives: rows in which it is heard."),
        "excused": _counted("Of these, truly the thing, after reading."),
        "per_thousand": optional(
            pl.Float64, "The other false alarms per 1,000 rows of negatives."
        ),
        "is_deciding": Column(pl.Boolean, "The mark rests on this row."),
        "mark": Column(
            pl.String, "Of label and language: `proven`, `provisional`, `unproven`."
        ),
        "reason": Column(pl.String, "Why, in words."),
        "proven_from": Column(
            pl.Float64, "Lower end of kappa from which on a label is proven."
        ),
        "provisional_from": Column(pl.Float64, "The same for provisional."),
        **_MEASURED,
    },
)

STEP_VALIDITY: Final = Table(
    name="marts.step_validity",
    grain="one row for each observable step of each playbook and language",
    key=("playbook", "step", "language"),
    columns={
        "playbook": Column(pl.String, "The playbook."),
        "step": Column(pl.String, "The step in it."),
        "language": Column(pl.String, "Language code of the calls."),
        "mark": Column(pl.String, "`proven`, `provisional` or `unproven`."),
        "weakest": Column(
            pl.List(pl.String), "Needed labels that keep it from being proven."
        ),
        "reason": Column(pl.String, "Why, in words."),
        "decided_by": Column(
            pl.String, "`evaluation` of the labels, or the company's own `reviewers`."
        ),
        "items": _counted("Items that own reviewers marked."),
        **_rate("kappa", "Cohen's kappa of the weakest label, or of the reviewers."),
        **_MEASURED,
    },
)
