"""What speech recognition does to words: no capitals, no marks, words lost or out of order."""

import random

import polars as pl

from transforms.detection.text import normalise
from transforms.knowledge.evaluation import text_hash


def noisy(rows: pl.DataFrame, share: float) -> pl.DataFrame:
    """The rows as recognition might write them; the same rows give the same words.

    Args:
        rows: as `rows.ROWS`.
        share: of its words, how many are dropped or swapped with the next, half each.
    """
    plain = normalise(rows["text"]).str.strip_chars()
    return rows.with_columns(
        text=pl.Series([_garbled(text, share) for text in plain], dtype=pl.String)
    )


def _garbled(text: str, share: float) -> str:
    chance = random.Random(text_hash(text))  # noqa: S311 (no secret: repeatable noise)
    words = text.split()
    kept: list[str] = []
    place = 0
    while place < len(words):
        drawn = chance.random()
        if drawn < share / 2 and len(words) > 1:
            place += 1
        elif drawn < share and place + 1 < len(words):
            kept += [words[place + 1], words[place]]
            place += 2
        else:
            kept.append(words[place])
            place += 1
    return " ".join(kept)
