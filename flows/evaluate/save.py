"""Keeps the figures of an evaluation as the data that ships."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

FIGURES = Path("validity") / "figures.json"


def save(
    folder: Path,
    version: str,
    figures: list[dict[str, Any]],
    negatives: list[dict[str, Any]],
) -> None:
    """Write `validity/figures.json` of a knowledge folder, one figure a line.

    Args:
        folder: the knowledge.
        version: of the knowledge that was measured.
        figures: one a label, language and source.
        negatives: one a label, language and pool.
    """
    path = folder / FIGURES
    path.parent.mkdir(parents=True, exist_ok=True)
    told = {
        "version": json.dumps(version),
        "evaluated_on": json.dumps(datetime.now(UTC).date().isoformat()),
        "figures": _lines(figures),
        "negatives": _lines(negatives),
    }
    body = ",\n".join(f'"{name}": {value}' for name, value in told.items())
    path.write_text(f"{{{body}}}\n", encoding="utf-8")


def _lines(rows: list[dict[str, Any]]) -> str:
    return "[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]"
