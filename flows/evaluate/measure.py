"""Figures: how what was heard agrees with what people say, per label, language and source."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Final

import polars as pl

from flows.evaluate.rows import Labelled
from transforms.agreement import Agreement, agreement
from transforms.detection.labels import LABELS
from transforms.knowledge.evaluation import Answer, Excused, text_hash

_RATES: Final = ("precision", "recall", "f1", "kappa", "ac1")
_DIGITS: Final = 3


@dataclass(frozen=True)
class Judged:
    """One label in one language of one source: what people and what the machine say.

    Attributes:
        label: the label.
        language: code.
        labelled: the source.
        rows: `conversation`, `turn`, `speaker`, `text`, `theirs`, `ours`.
        unit: what a row is.
    """

    label: str
    language: str
    labelled: Labelled
    rows: pl.DataFrame
    unit: str


def judged(labelled: Labelled, heard: pl.DataFrame) -> Iterator[Judged]:
    """Set what was heard beside each answer of a source, language by language.

    Args:
        labelled: the source.
        heard: as `hearing.HEARD`.
    """
    for label, answer in labelled.source.answers.items():
        said = heard.filter(pl.col("label").is_in(answer.ours or [label]))
        ours = said.select("conversation", "turn").unique()
        rows = (
            _asked(labelled.rows, answer)
            .with_columns(
                theirs=pl.col("native")
                .list.set_intersection(list(answer.native))
                .list.len()
                > 0
            )
            .join(
                ours.with_columns(ours=True),
                on=["conversation", "turn"],
                how="left",
                maintain_order="left",
            )
            .with_columns(pl.col("ours").fill_null(value=False))
        )
        for (language,), part in rows.partition_by("language", as_dict=True).items():
            if part["theirs"].any():
                unit = "call" if labelled.source.conversation else "utterance"
                yield Judged(label, str(language), labelled, part, unit)


def _asked(rows: pl.DataFrame, answer: Answer) -> pl.DataFrame:
    barred = pl.col("native").list.set_intersection(list(answer.not_judged)).list.len()
    asked = pl.col("is_judged") & pl.col("speaker").is_in(list(answer.by))
    written = pl.col("written" if "written" in rows.columns else "text")
    for pattern in answer.not_judged_texts:
        asked &= ~written.str.contains(f"(?i){pattern}")
    return rows.filter(asked, barred == 0)


def figure(each: Judged) -> dict[str, Any]:
    """One row of the figures, as `data/validity/figures.json` holds it."""
    measured = agreement(
        each.rows["theirs"].to_numpy(),
        each.rows["ours"].to_numpy(),
        each.rows["conversation"].to_numpy().astype("int64"),
    )
    source = each.labelled.source
    return {
        "label": each.label,
        "language": each.language,
        "source": each.labelled.name,
        "text": source.text,
        "unit": each.unit,
        **_counts(measured),
        **_rates(measured),
        "is_precision_lower_bound": source.is_precision_lower_bound,
    }


def _counts(measured: Agreement) -> dict[str, int]:
    names = [
        "rows",
        "positives",
        "true_positives",
        "false_positives",
        "false_negatives",
    ]
    return {name: int(getattr(measured, name)) for name in names}


def _rates(measured: Agreement) -> dict[str, float | None]:
    told = asdict(measured)
    return {
        name if bound == "value" else f"{name}_{bound}": _rounded(told[name][bound])
        for name in _RATES
        for bound in ("value", "low", "high")
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, _DIGITS)


def false_alarms(
    name: str, pool: pl.DataFrame, heard: pl.DataFrame, excused: Excused
) -> list[dict[str, Any]]:
    """How often each label is heard in a pool, per 1,000 sentences, by language.

    Args:
        name: the pool's.
        pool: `language`, `text`; the row is the conversation.
        heard: as `hearing.HEARD`.
        excused: sentences that truly have the label: counted, and left out of the rate.
    """
    allowed = {(e.label, e.language, e.text_hash) for e in excused.excused}
    hits = heard.select("conversation", "label").unique()
    rows = pool.with_row_index("conversation").with_columns(
        text_hash=pl.col("text").map_elements(text_hash, return_dtype=pl.String)
    )
    alarms = hits.join(rows, on="conversation").with_columns(
        is_excused=pl.struct("label", "language", "text_hash").map_elements(
            lambda alarm: tuple(alarm.values()) in allowed, return_dtype=pl.Boolean
        )
    )
    return [
        _alarm_rate(name, label, str(language), part.height, alarms)
        for (language,), part in sorted(
            pool.partition_by("language", as_dict=True).items()
        )
        for label in LABELS
    ]


def _alarm_rate(
    name: str, label: str, language: str, size: int, alarms: pl.DataFrame
) -> dict[str, Any]:
    mine = alarms.filter(label=label, language=language)
    excused = int(mine["is_excused"].sum())
    return {
        "label": label,
        "language": language,
        "source": name,
        "rows": size,
        "false_alarms": mine.height,
        "excused": excused,
        "per_thousand": round(1000 * (mine.height - excused) / size, 2),
    }
