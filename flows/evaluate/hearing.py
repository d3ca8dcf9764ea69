"""What the flow hears in labelled rows, by the very path that calls take."""

from datetime import UTC, date, datetime
from typing import Final

import polars as pl

from transforms.contracts.staging import ARCHIVE, CALLS
from transforms.detection.detect import Detector
from transforms.knowledge.bundle import Knowledge
from transforms.prepare import Prepared, prepare

_DAY: Final = date(2026, 1, 1)
_STARTED: Final = datetime(2026, 1, 1, 12, tzinfo=UTC)

HEARD: Final = pl.Schema(
    {
        "conversation": pl.UInt32,
        "turn": pl.UInt16,
        "label": pl.String,
        "start": pl.UInt32,
        "end": pl.UInt32,
        "cue": pl.String,
    }
)
"""One row a cue heard; spans in code points, end exclusive."""


def hear_rows(
    rows: pl.DataFrame, detector: Detector, knowledge: Knowledge
) -> pl.DataFrame:
    """Hear labelled rows as the flow hears calls; see `HEARD`.

    Args:
        rows: as `rows.ROWS`; each conversation is a call.
        detector: hears labels.
        knowledge: thresholds.
    """
    return hits_of(as_calls(rows, detector, knowledge))


def as_calls(rows: pl.DataFrame, detector: Detector, knowledge: Knowledge) -> Prepared:
    """The rows' conversations, prepared as calls."""
    calls = rows.group_by("conversation", maintain_order=True).agg(
        turns=pl.len(), language=pl.col("language").first()
    )
    return prepare(_calls(calls), _texts(rows), detector, knowledge)


def hits_of(prepared: Prepared) -> pl.DataFrame:
    """The cues heard in prepared conversations; see `HEARD`."""
    heard = prepared.hits.rename({"call_no": "conversation"})
    return heard.select(pl.col(name).cast(kind) for name, kind in HEARD.items())


def _calls(calls: pl.DataFrame) -> pl.DataFrame:
    told = {
        "call_id": pl.col("conversation").cast(pl.String),
        "call_no": pl.col("conversation"),
        "day": pl.lit(_DAY),
        "started_at": pl.lit(_STARTED),
        "zone": pl.lit("UTC"),
        "language": pl.col("language"),
        "turns": pl.col("turns"),
    }
    return calls.select(
        told.get(name, pl.lit(None)).cast(column.dtype).alias(name)
        for name, column in CALLS.columns.items()
    )


def _texts(rows: pl.DataFrame) -> pl.DataFrame:
    told = {
        "call_no": pl.col("conversation"),
        "turn": pl.col("turn"),
        "speaker": pl.col("speaker"),
        "text": pl.col("text"),
    }
    return rows.select(
        *(
            told.get(name, pl.lit(None)).cast(dtype).alias(name)
            for name, dtype in ARCHIVE.items()
        ),
        day=pl.lit(_DAY),
    )
