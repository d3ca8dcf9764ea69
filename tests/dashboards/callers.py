"""The marts of customers of a made-up centre, worked out as a night does from its calls."""

from datetime import datetime, timedelta
from typing import Final

import polars as pl

from flows.knowledge import load_knowledge
from tests.dashboards.published import DATA, Rows, seeded
from transforms.cases import cases
from transforms.chronic import chronic_marts
from transforms.complaints import contacts, repeat_contacts, repeat_gaps
from transforms.contracts import call_marts, escalation_marts, identity_marts, staging
from transforms.contracts import customer_marts as marts
from transforms.customer_counts import History

_ISSUES: Final = ("router", "invoice", "delivery", "refund")
_PROMISES: Final = {"call_id": pl.String, "status": pl.String, "due_at": pl.Datetime}


def follow_customers(rows: Rows, as_of: datetime) -> None:
    """Add the rows of every mart of customers to those of the calls."""
    random = seeded(11)
    facts = rows.frame(call_marts.CALL_FACTS)
    named = facts.filter(pl.col("customer_id").is_not_null()).to_dicts()
    log: list[dict[str, object]] = []
    issues: list[dict[str, object]] = []
    promises: list[dict[str, object]] = []
    for fact in named:
        issue = _ISSUES[int(fact["customer_id"][1:]) % 2 + random.randrange(2)]
        issues.append(
            {
                "call_id": fact["call_id"],
                "day": fact["day"],
                "stems": [issue[:5], f"w{random.randrange(400):04d}"],
                "is_settled": random.choice((True, False, None)),
                "has_gesture": random.random() < 0.1,
            }
        )
        if fact["is_heated"]:
            log.append(
                {
                    "incident_id": fact["incident_id"] or f"I-{fact['call_id']}",
                    "call_id": fact["call_id"],
                    "customer_id": fact["customer_id"],
                    "occurred_at": fact["started_at"],
                    "recorded_at": fact["started_at"] + timedelta(hours=2),
                    "category": issue,
                    "severity": random.choice(("low", "medium", "critical")),
                    "status": random.choice(("open", "closed")),
                }
            )
            promises.append(
                {
                    "call_id": fact["call_id"],
                    "status": random.choice(("kept", "broken", "unknowable")),
                    "due_at": fact["started_at"].replace(tzinfo=None),
                }
            )
    logged = {str(row["call_id"]): row["incident_id"] for row in log}
    known = facts.with_columns(
        incident_id=pl.col("call_id").replace_strict(logged, default=None)
    )
    told = pl.DataFrame(issues, schema=marts.CALL_ISSUES.polars_schema)
    incidents = pl.DataFrame(log, schema=staging.INCIDENTS.polars_schema)
    knowledge = load_knowledge(DATA)
    together = contacts(known, told, incidents, knowledge.thresholds)
    moment = int(as_of.timestamp() * 1_000_000)
    found = cases(together, moment, knowledge.thresholds)
    history = History(
        together=together,
        cases=found,
        facts=facts,
        calls=_calls(facts),
        events=rows.frame(escalation_marts.ESCALATION_EVENTS),
        incidents=incidents,
        promises=pl.DataFrame(promises, schema=_PROMISES),
        # Once on the list: of those with three complaints some are there as history.
        listed=together.select("customer_id").unique(),
        as_of=moment,
    )
    unnamed = facts.filter(pl.col("customer_id").is_null())
    frames = {
        marts.CALL_ISSUES.name: told,
        marts.REPEAT_CONTACTS.name: repeat_contacts(together, unnamed, moment),
        marts.REPEAT_GAPS.name: repeat_gaps(together, moment),
        marts.CASES.name: found,
        **chronic_marts(history, knowledge.thresholds, knowledge.chronic),
    }
    for name, frame in frames.items():
        rows.of[name] = frame.to_dicts()
    rows.of[identity_marts.CUSTOMER_IDENTITIES.name] = _identities(facts)
    for fact in rows.of[call_marts.CALL_FACTS.name]:
        fact["is_vulnerable"] = str(fact["customer_id"]).endswith("7")


def _identities(facts: pl.DataFrame) -> list[dict[str, object]]:
    """Every customer as a person of their own."""
    counts = facts.drop_nulls("customer_id").group_by("customer_id").len("calls")
    return [
        {
            "source_customer_id": customer,
            "customer_id": customer,
            "customer_name": f"Customer {customer[-4:]}",
            "phone_ending": None,
            "calls": calls,
            "is_named": True,
        }
        for customer, calls in counts.sort("customer_id").iter_rows()
    ]


def _calls(facts: pl.DataFrame) -> pl.DataFrame:
    """`staging.calls` of the calls; every tenth customer is flagged as vulnerable."""
    return facts.select(
        "call_id",
        "customer_id",
        source_customer_id="customer_id",
        customer_name="Customer " + pl.col("customer_id").str.tail(4),
        vulnerable=pl.col("customer_id").str.ends_with("7"),
    )
