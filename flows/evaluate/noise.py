"""What speech recognition does to words: no capitals, no marks, words lost or out of order."""

import random

import polars as pl

from transforms.detection.text import normalise
from transforms.knowledge.evaluation import text_hash


def noisy(rows: pl.DataFrame, share: float) -> pl.DataFrame:
    """The rows as recognition might write them; the same rows give the same words.

    What was written stays beside it, as `written`.

    Args:
        rows: as `rows.ROWS`.
        share: of its words, how many are touched: half of them dropped, half changing
            places with a neighbour, two words a swap.
    """
    plain = normalise(rows["text"]).str.strip_chars()
    return rows.with_columns(
        written=pl.col("text"),
        text=pl.Series(
            [
                _garbled(text, share, f"{conversation} {turn} {text}")
                for text, conversation, turn in zip(
                    plain, rows["conversation"], rows["turn"], strict=True
                )
            ],
            dtype=pl.String,
        ),
    )


def _garbled(text: str, share: float, place: str) -> str:
    chance = random.Random(text_hash(place))  # noqa: S311 (no secret: repeatable noise)
    words = text.split()
    kept: list[str] = []
    at = 0
    while at < len(words):
        drawn = chance.random()
        if drawn < share / 2 and len(words) > 1:
            at += 1
        elif drawn < 3 * share / 4 and at + 1 < len(words):
            kept += [words[at + 1], words[at]]
            at += 2
        else:
            kept.append(words[at])
            at += 1
    return " ".join(kept)
