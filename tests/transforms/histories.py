"""Calls of several days drawn by hand, as `marts.call_facts` holds them."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

import polars as pl

from tests.transforms.drawn import MONDAY
from transforms.contracts.call_marts import CALL_FACTS

Rows = Sequence[Mapping[str, object]]


def facts(rows: Rows) -> pl.DataFrame:
    """Calm inbound calls of one agent, five minutes long; `at` is days after Monday nine."""
    full = [
        {
            "call_id": f"c{number}",
            "call_no": number,
            "customer_id": "k",
            "agent_id": "ana",
            "team": "north",
            "queue": "billing",
            "language": "en",
            "direction": "inbound",
            "zone": "UTC",
            "duration_seconds": 300.0,
            "is_heated": False,
            "temperature_start": 0.0,
            "escalation_events": 0,
            "own_records": 0,
            "started_at": MONDAY + timedelta(days=float(str(row.get("at", 0)))),
            "day": (MONDAY + timedelta(days=float(str(row.get("at", 0))))).date(),
            **{name: value for name, value in row.items() if name != "at"},
        }
        for number, row in enumerate(rows, 1)
    ]
    return pl.DataFrame(full, schema=CALL_FACTS.polars_schema)
