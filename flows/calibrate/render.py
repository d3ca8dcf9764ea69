"""Agreement with reviewers as people read it."""

from typing import Any, Final

import polars as pl
from rich.console import Console
from rich.table import Table

_NOTHING: Final = "-"


def agreement_table(figures: pl.DataFrame) -> None:
    """Print one row for each step and language reviewed."""
    console = Console()
    if figures.is_empty():
        console.print(
            "Nobody has reviewed anything of the published calls yet: see `coolhead"
            " calibrate sample --help`"
        )
        return
    table = Table(title="Agreement with reviewers; intervals of 95 %, by call")
    for name in ("step", "language"):
        table.add_column(name)
    for name in (
        "items",
        "cannot tell",
        "same",
        "kappa",
        "AC1",
        "reviewers' own kappa",
    ):
        table.add_column(name, justify="right")
    for row in figures.iter_rows(named=True):
        table.add_row(
            f"{row['playbook']}/{row['step']}",
            row["language"],
            str(row["items"]),
            str(row["cannot_tell"]),
            *(
                _figure(row, name)
                for name in ("agreement", "kappa", "ac1", "human_kappa")
            ),
        )
    console.print(table)
    outside = int(figures["outside_samples"].sum())
    if outside:
        console.print(
            f"{outside} items are of no sample: each counts for itself alone, and who chose"
            " them is not known"
        )


def _figure(row: dict[str, Any], name: str) -> str:
    if row[name] is None:
        return _NOTHING
    return f"{row[name]:.2f} ({row[f'{name}_low']:.2f} to {row[f'{name}_high']:.2f})"
