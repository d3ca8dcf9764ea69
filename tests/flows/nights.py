"""Runs of the first half of a night, and short ways to write an inbox."""

from pathlib import Path
from typing import Any

import orjson
import polars as pl

from flows import archive
from flows.ingest import IngestReport, ingest
from flows.settings import Settings
from flows.stage import StageReport, stage
from flows.warehouse import open_warehouse

SAMPLES = Path(__file__).resolve().parents[2] / "data" / "samples" / "inbox"


def call(call_id: str | None = "c1", **fields: Any) -> dict[str, Any]:
    """A sound call of two turns, with fields changed or (None) left out."""
    whole = {
        "call_id": call_id,
        "started_at": "2026-10-05T09:00:00+02:00",
        "turns": [
            {"speaker": "agent", "text": "Good morning.", "start": 0.5, "end": 1.5},
            {"speaker": "customer", "text": "Hello.", "start": 2.0, "end": 2.5},
        ],
        **fields,
    }
    return {name: value for name, value in whole.items() if value is not None}


def put(settings: Settings, name: str, *lines: dict[str, Any] | str) -> Path:
    """Write a file of JSON lines, or of text lines, into the inbox."""
    path = settings.inbox / name
    path.parent.mkdir(parents=True, exist_ok=True)
    texts = [
        line if isinstance(line, str) else orjson.dumps(line).decode() for line in lines
    ]
    path.write_text("".join(f"{text}\n" for text in texts), encoding="utf-8")
    return path


def night(settings: Settings, run_id: str = "run") -> tuple[IngestReport, StageReport]:
    """Take in what is new and stage it."""
    with open_warehouse(settings) as warehouse:
        return ingest(settings, warehouse, run_id), stage(settings, warehouse)


def rows(settings: Settings, sql: str) -> list[tuple[Any, ...]]:
    """The rows of a query on the home's warehouse."""
    with open_warehouse(settings) as warehouse:
        return warehouse.read(sql).rows()


def due(settings: Settings) -> list[str]:
    """The days due, as text; they are taken off the list, as after scoring."""
    with open_warehouse(settings) as warehouse:
        days = warehouse.read(
            "SELECT day::VARCHAR AS day FROM staging.days_due ORDER BY day"
        )
        warehouse.execute("DELETE FROM staging.days_due")
    return days["day"].to_list()


def texts(settings: Settings) -> pl.DataFrame:
    """`call_id`, `turn`, `speaker`, `text`, times of all calls that count."""
    with open_warehouse(settings) as warehouse:
        calls = warehouse.read("SELECT call_id, call_no, day FROM staging.calls")
    turns = archive.read_days(settings.archive, calls["day"], calls["call_no"])
    return (
        turns.join(
            calls.lazy().select("call_id", "call_no"), on="call_no", validate="m:1"
        )
        .sort("call_id", "turn")
        .collect()
    )


ANGRY = [
    {"speaker": "agent", "text": "Good morning, Dana speaking, how can I help?"},
    {
        "speaker": "customer",
        "text": "This is ridiculous, I am furious, the router is broken again.",
    },
    {"speaker": "agent", "text": "I'm so sorry about that. I'll send you a new one."},
    {"speaker": "customer", "text": "Fine. Thank you."},
]


def angry(call_id: str, started_at: str | None, **fields: Any) -> dict[str, Any]:
    """A heated English call of an agent and a customer."""
    own = {
        "started_at": started_at,
        "language": "en",
        "agent_id": "A1",
        "customer_id": f"for-{call_id}",
        "turns": ANGRY,
    }
    return call(call_id, **{**own, **fields})
