"""Customers' histories drawn by hand: calls with their days, issues and incidents."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import polars as pl

from tests.transforms.drawn import DATA, MONDAY, thresholds
from transforms.cases import cases
from transforms.chronic import chronic_marts
from transforms.complaints import contacts, joined_contacts
from transforms.contracts import call_marts, escalation_marts, staging
from transforms.contracts import customer_marts as marts
from transforms.customer_counts import History
from transforms.knowledge.chronic import ChronicGuide
from transforms.knowledge.frozen import parse

Rows = Sequence[Mapping[str, Any]]
YEAR_END: Final = MONDAY + timedelta(days=80)
MINUTES: Final = 1 / 24 / 60
_TOLD: Final = ("at", "stems", "is_settled", "has_gesture", "category", "status")
_LOGGED: Final = ("category", "status", "severity")


def microseconds(moment: datetime) -> int:
    """A moment as the marts count it."""
    return int(moment.timestamp() * 1_000_000)


def guide() -> ChronicGuide:
    """What is advised, as shipped."""
    return parse(ChronicGuide, (DATA / "chronic.yaml").read_text("utf-8"), "chronic")


def facts(rows: Rows) -> pl.DataFrame:
    """Calls with their days after Monday nine o'clock (`at`), five minutes long."""
    full = [
        {
            "call_id": f"c{number}",
            "call_no": number,
            "customer_id": "k",
            "agent_id": "ana",
            "team": "north",
            "queue": "billing",
            "language": "en",
            "duration_seconds": 300.0,
            "is_complaint": True,
            "is_heated": False,
            "is_abusive": False,
            "mentions_repeat": False,
            "temperature_peak": 10.0,
            "started_at": _moment(row),
            "day": _moment(row).date(),
            "incident_id": _incident(number, row),
            **{name: row[name] for name in row if name not in (*_TOLD, *_LOGGED)},
        }
        for number, row in enumerate(rows, 1)
    ]
    return pl.DataFrame(full, schema=call_marts.CALL_FACTS.polars_schema)


def _moment(row: Mapping[str, Any]) -> datetime:
    return MONDAY + timedelta(days=float(row["at"]))


def _incident(number: int, row: Mapping[str, Any]) -> str | None:
    return f"i{number}" if any(row.get(name) for name in _LOGGED) else None


def joined(rows: Rows) -> pl.DataFrame:
    """The calls, with the contact of each."""
    return joined_contacts(facts(rows), thresholds())


def call_issues(rows: Rows) -> pl.DataFrame:
    """What each call tells: one and the same matter, unless told otherwise."""
    told = [
        {
            "call_id": f"c{number}",
            "day": _moment(row).date(),
            "stems": row.get("stems", ["route", "light"]),
            "is_settled": row.get("is_settled"),
            "has_gesture": row.get("has_gesture", False),
        }
        for number, row in enumerate(rows, 1)
    ]
    # Words that every contact tells weigh nothing: others tell of other things.
    others = [
        {
            "call_id": f"other{number}",
            "day": MONDAY.date(),
            "stems": [f"word{number}"],
            "is_settled": None,
            "has_gesture": False,
        }
        for number in range(2)
    ]
    return pl.DataFrame([*told, *others], schema=marts.CALL_ISSUES.polars_schema)


def incidents(rows: Rows) -> pl.DataFrame:
    """The incidents that the rows tell of: `category`, `status`, `severity`."""
    log = [
        {
            "incident_id": f"i{number}",
            "call_id": f"c{number}",
            "customer_id": row.get("customer_id", "k"),
            "occurred_at": _moment(row),
            "recorded_at": _moment(row) + timedelta(hours=1),
            **{name: row.get(name) for name in _LOGGED},
        }
        for number, row in enumerate(rows, 1)
        if _incident(number, row)
    ]
    return pl.DataFrame(log, schema=staging.INCIDENTS.polars_schema)


def _others() -> pl.DataFrame:
    """Two customers with a quiet call each, long before."""
    rows = [
        {"at": -300, "customer_id": "zz1", "is_complaint": False},
        {"at": -300, "customer_id": "zz2", "is_complaint": False},
    ]
    return facts(rows).with_columns(call_id="other" + pl.int_range(2).cast(pl.String))


def together(rows: Rows, seed: int | None = None) -> pl.DataFrame:
    """The contacts of the calls; with a seed, from calls in another order."""
    known = pl.concat([facts(rows), _others()])
    if seed is not None:
        known = known.sample(fraction=1, shuffle=True, seed=seed)
    found = contacts(known, call_issues(rows), incidents(rows), thresholds())
    return found.filter(~pl.col("customer_id").str.starts_with("zz"))


def told_cases(rows: Rows, as_of: datetime = YEAR_END) -> list[dict[str, Any]]:
    """The cases of the calls."""
    return cases(together(rows), microseconds(as_of), thresholds()).to_dicts()


def chronic(
    rows: Rows,
    *,
    vulnerable: bool = False,
    asks: Sequence[str] = (),
    promises: Rows = (),
    listed: Sequence[str] = (),
    as_of: datetime = YEAR_END,
) -> dict[str, pl.DataFrame]:
    """The marts of chronic customers, by their names without the schema."""
    known = facts(rows)
    found = together(rows)
    moment = microseconds(as_of)
    calls = known.select(
        "call_id",
        "customer_id",
        source_customer_id="customer_id",
        customer_name=pl.lit("Kim"),
        vulnerable=pl.lit(vulnerable),
    )
    events = [{"call_id": call, "event_type": "supervisor_request"} for call in asks]
    history = History(
        together=found,
        cases=cases(found, moment, thresholds()),
        facts=known,
        calls=calls,
        events=pl.DataFrame(
            events, schema=escalation_marts.ESCALATION_EVENTS.polars_schema
        ),
        incidents=incidents(rows),
        promises=pl.DataFrame(
            [{**row, "due_at": _due(row)} for row in promises],
            schema={
                "call_id": pl.String,
                "status": pl.String,
                "due_at": pl.Datetime("us", "UTC"),
            },
        ),
        listed=pl.DataFrame(
            {"customer_id": list(listed)}, schema={"customer_id": pl.String}
        ),
        as_of=moment,
    )
    named = chronic_marts(history, thresholds(), guide())
    return {name.partition(".")[2]: frame for name, frame in named.items()}


def _due(row: Mapping[str, Any]) -> datetime | None:
    return None if row.get("due") is None else MONDAY + timedelta(days=row["due"])
