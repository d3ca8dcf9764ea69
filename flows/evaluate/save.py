"""Keeps the figures of an evaluation as the data that ships."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flows.evaluate.card import CARD, model_card, with_table
from flows.knowledge import load_knowledge
from flows.settings import CHECKOUT

FIGURES = Path("validity") / "figures.json"


def save(
    folder: Path,
    version: str,
    figures: list[dict[str, Any]],
    negatives: list[dict[str, Any]],
) -> None:
    """Write a knowledge folder's figures, one a line, and its model card.

    The README's table is renewed where the folder is this checkout's.

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
    knowledge = load_knowledge(folder)
    (folder / CARD).write_text(model_card(knowledge), encoding="utf-8")
    readme = CHECKOUT / "README.md"
    if folder == CHECKOUT / "data" and readme.exists():
        table = with_table(readme.read_text("utf-8"), knowledge.validity.figures)
        readme.write_text(table, encoding="utf-8")


def _lines(rows: list[dict[str, Any]]) -> str:
    return "[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]"
