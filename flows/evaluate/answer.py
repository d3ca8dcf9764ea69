"""An evaluation's answers for people at a terminal."""

import json
import sys
from typing import Any, Final

import polars as pl
from rich.console import Console
from rich.table import Table
from rich.text import Text

from flows.evaluate.measure import Judged, figure
from flows.evaluate.run import NOISE, Evaluation

_BEFORE: Final = 2
_KEY: Final = ("label", "language", "source")


def figures_table(figures: list[dict[str, Any]]) -> None:
    """Print one row a label, language and source."""
    table = _table(
        "How well what is heard agrees with what people say",
        *(
            *_KEY,
            "text",
            "rows",
            "positives",
            "precision",
            "recall",
            "F1",
            "kappa",
            "AC1",
        ),
    )
    for row in sorted(figures, key=lambda row: tuple(row[name] for name in _KEY)):
        bound = "≥ " if row["is_precision_lower_bound"] else ""
        table.add_row(
            *(row[name] for name in (*_KEY, "text")),
            f"{row['rows']}",
            f"{row['positives']}",
            bound + _number(row["precision"]),
            _number(row["recall"]),
            *(_interval(row, name) for name in ("f1", "kappa", "ac1")),
        )
    _print(table)


def alarms_table(negatives: list[dict[str, Any]]) -> None:
    """Print the labels heard in text without labels."""
    if not negatives:
        return
    table = _table(
        "False alarms per 1,000 sentences; labels never heard are left out",
        *(*_KEY, "rows", "false alarms", "excused", "per 1,000"),
    )
    for row in sorted(negatives, key=lambda row: -row["per_thousand"]):
        if row["false_alarms"] or row["excused"]:
            table.add_row(
                *(row[name] for name in _KEY),
                *(f"{row[name]}" for name in ("rows", "false_alarms", "excused")),
                f"{row['per_thousand']:.1f}",
            )
    _print(table)


def noise_table(evaluation: Evaluation, *, as_json: bool) -> None:
    """Print F1 of each label as written, and as recognition might write it."""
    found: dict[tuple[str, ...], dict[str, Any]] = {}
    for share in (None, *NOISE):
        for each in evaluation.judged(share):
            row = figure(each)
            told = found.setdefault(tuple(row[name] for name in _KEY), {})
            told["positives"] = row["positives"]
            told["as written" if share is None else f"{share:.0%}"] = row["f1"]
    columns = ("as written", *(f"{share:.0%}" for share in NOISE))
    if as_json:
        rows = [
            {**dict(zip(_KEY, key, strict=True)), **told} for key, told in found.items()
        ]
        json.dump(rows, sys.stdout)
        return
    table = _table(
        "F1 as written, and in small letters without marks with words lost or swapped",
        *(*_KEY, "positives", *columns),
    )
    for key, told in sorted(found.items()):
        table.add_row(
            *key, f"{told['positives']}", *(_number(told.get(c)) for c in columns)
        )
    _print(table)


def errors_list(evaluation: Evaluation, label: str) -> None:
    """Print a label's false alarms and misses, each with the turns before it."""
    console = Console(soft_wrap=True)
    for each in evaluation.judged():
        if each.label == label:
            _errors_of(console, each)
    _alarms_of(console, evaluation, label)


def _errors_of(console: Console, each: Judged) -> None:
    wrong = each.rows.filter(pl.col("theirs") != pl.col("ours"))
    talk = {
        (conversation, turn): f"{speaker}: {text}"
        for conversation, turn, speaker, text in each.labelled.rows.select(
            "conversation", "turn", "speaker", "text"
        ).iter_rows()
    }
    for row in wrong.iter_rows(named=True):
        kind = "FALSE ALARM" if row["ours"] else "MISSED"
        console.print(Text(f"{each.labelled.name} {each.language} {kind}", "bold"))
        for turn in range(row["turn"] - _BEFORE, row["turn"] + 1):
            if line := talk.get((row["conversation"], turn)):
                console.print(Text(f"    {line}"))


def _alarms_of(console: Console, evaluation: Evaluation, label: str) -> None:
    for name, language, text, cue in evaluation.alarms(label):
        console.print(Text(f"{name} {language} FALSE ALARM by '{cue}'", "bold"))
        console.print(Text(f"    {text}"))


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left")
    for number, column in enumerate(columns):
        table.add_column(column, justify="left" if number < len(_KEY) else "right")
    return table


def _print(table: Table) -> None:
    console = Console()
    if not console.is_terminal:
        console = Console(width=180)
    console.print(table)


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _interval(row: dict[str, Any], name: str) -> str:
    if row[name] is None:
        return "-"
    return f"{row[name]:.2f} [{row[f'{name}_low']:.2f}, {row[f'{name}_high']:.2f}]"
