"""Customers: who complains again and again, and why."""

from collections.abc import Iterable
from typing import Any, Final

import polars as pl
from dash import html

from dashboards.components.charts import chart
from dashboards.components.grids import GridColumn, grid
from dashboards.components.text import (
    chip,
    facts,
    notice,
    page_head,
    panel,
    section,
    table,
)
from dashboards.figures.temperature import peaks
from dashboards.filters import SINCE, UNTIL
from dashboards.formats import in_words
from dashboards.marts import cases
from dashboards.pages.agent_detail import with_links
from dashboards.view import Page, View

_ADVICE: Final = {
    "let_down": "Our failure: a senior owner, a follow-up call, goodwill.",
    "serial_complainer": "Management decides on a policy.",
    "abusive": "Ground rules first, then limits; the company's protocol.",
    "escalator": "A named contact.",
    "supervisor_worthy": "A manager calls.",
}
"""What the playbooks' sources advise for each pattern."""


def layout(view: View) -> Iterable[Any]:
    """The list, and the customer chosen."""
    yield page_head(
        "Customers",
        "Customers with at least two complaint contacts, chronic ones first, and why. The list"
        " shows evidence and advises; a person decides.",
    )
    listed = cases.complainers(view.published, view.filters)
    if customer := view.asked.get("customer"):
        yield from _customer(view, listed, customer)
    yield _list(view, listed)


def _list(view: View, listed: pl.DataFrame) -> html.Section:
    written = view.formats
    chronic = int(listed["is_chronic"].sum())
    links = [view.link_here(customer=each) for each in listed["customer_id"].to_list()]
    rows = listed.with_columns(
        href=pl.Series(links, dtype=pl.String),
        pattern=pl.col("patterns").list.join(", ").str.replace_all("_", " "),
        why=pl.col("reasons").list.join("; "),
    )
    return section(
        "Repeat complainers",
        grid(rows, _COLUMNS, "repeat-complainers", "Repeat complainers", rows_shown=14),
        note=f"{written.number(chronic)} chronic of {written.number(listed.height)} listed."
        " The days filter keeps customers with a contact in that time; the language filter,"
        " customers who called in it. Counts are over all of a customer's contacts. Customers"
        " flagged as vulnerable are never listed as abusive or serial.",
    )


def _customer(view: View, listed: pl.DataFrame, customer: str) -> Iterable[Any]:
    found = listed.filter(pl.col("customer_id") == customer)
    if found.is_empty():
        yield notice(
            f"Customer {customer!r} is not on this list: fewer than two complaint contacts,"
            " none under these filters, or no such customer.",
            kind="warn",
        )
        return
    row = found.row(0, named=True)
    calls = cases.customer_calls(view.published, row["call_ids"])
    yield html.Div(
        section(
            f"{row['customer_name'] or 'Customer'} ({customer})",
            _chips(row),
            html.Div(
                [_why(row), _counts(view, row), _temperatures(view, calls)],
                className="columns",
            ),
            grid(
                with_links(view, calls),
                _CALLS,
                "customer-calls",
                f"Calls of {customer}",
                rows_shown=8,
            ),
            html.P(html.A("Close", href=view.link_here(customer=None))),
        ),
        id="drill",
        tabIndex=-1,
    )


def _chips(row: dict[str, Any]) -> html.P:
    chips = [chip("chronic", "violated") if row["is_chronic"] else chip("not chronic")]
    chips += [chip(in_words(pattern), "heated") for pattern in row["patterns"]]
    if row["is_vulnerable"]:
        chips.append(chip("vulnerable", "missed"))
    return html.P(chips, className="chips")


def _why(row: dict[str, Any]) -> html.Section:
    advice = [
        html.Li([html.Strong(in_words(pattern)), f": {_ADVICE[pattern]}"])
        for pattern in row["patterns"]
        if pattern in _ADVICE
    ]
    spared = "The source flags this customer as vulnerable: never listed as abusive or serial."
    return panel(
        "Why",
        html.Ul([html.Li(reason) for reason in row["reasons"]]),
        html.P(spared, className="note") if row["is_vulnerable"] else None,
        *([html.H4("What is advised"), html.Ul(advice)] if advice else []),
    )


def _counts(view: View, row: dict[str, Any]) -> html.Section:
    written = view.formats
    window = f"{written.day(row['window_from'])} – {written.day(row['window_to'])}"
    return panel(
        "Contacts",
        facts(
            (
                ("Contacts", written.number(row["contacts"])),
                ("With a complaint", written.number(row["complaint_contacts"])),
                ("Most in 90 days", f"{row['complaints_90d']} ({window})"),
                ("Heated calls", written.number(row["heated_calls"])),
                ("Insult or threat", f"{written.number(row['abusive_calls'])} calls"),
                (
                    "Asked for a supervisor",
                    f"{written.number(row['supervisor_requests'])} calls",
                ),
                (
                    "Says it is not the first",
                    f"{written.number(row['repeat_mentions'])} calls",
                ),
                ("Open incidents", written.number(row["open_incidents"])),
                ("Agents tried", written.number(row["agents"])),
                ("Time spent", written.duration(row["handle_seconds"])),
                ("First contact", written.day(row["first_contact_on"])),
                ("Last contact", written.day(row["last_contact_on"])),
            )
        ),
    )


def _temperatures(view: View, calls: pl.DataFrame) -> html.Section:
    written = view.formats
    rows = [
        (
            written.day(row["day"]),
            html.A(row["call_id"], href=view.link("/call", id=row["call_id"])),
            written.number(row["temperature_peak"]),
            written.number(row["temperature_end"]),
        )
        for row in calls.iter_rows(named=True)
    ]
    return panel(
        "Temperature of the calls",
        chart(
            peaks(calls, written, view.scheme),
            "Peak and end temperature of each call, in time",
            table(
                ("Day", "Call", "Peak", "End"),
                rows,
                "Temperature by call",
                numeric=(2, 3),
            ),
            "customer-temperature",
        ),
    )


_COLUMNS: Final = (
    GridColumn("customer_id", "Customer", "link", href="href"),
    GridColumn("customer_name", "Name", width=1.5),
    GridColumn("is_chronic", "Chronic", "yes", width=0.8),
    GridColumn("pattern", "Patterns", width=1.5),
    GridColumn(
        "complaints_90d",
        "Most in 90 d",
        "number",
        about="Complaint contacts in 90 days",
    ),
    GridColumn("complaint_contacts", "Complaints", "number"),
    GridColumn("contacts", "Contacts", "number"),
    GridColumn("heated_calls", "Heated", "number"),
    GridColumn(
        "open_incidents", "Open", "number", about="Incidents not resolved or closed"
    ),
    GridColumn("is_vulnerable", "Vulnerable", "yes"),
    GridColumn("last_contact_on", "Last contact", "day", width=1.1),
    GridColumn("why", "Why", width=3),
)
_CALLS: Final = (
    GridColumn("call_id", "Call", "link", href="href"),
    GridColumn("started_at", "Started", "moment", width=1.6),
    GridColumn("agent_id", "Agent"),
    GridColumn("queue", "Queue"),
    GridColumn("language", "Language"),
    GridColumn("is_complaint", "Complaint", "yes"),
    GridColumn("is_heated", "Heated", "yes"),
    GridColumn("temperature_peak", "Peak", "number"),
    GridColumn("is_deescalated", "De-escalated", "yes"),
    GridColumn("escalation_events", "Escalations", "number"),
    GridColumn("met", "Met", "number"),
    GridColumn("missed", "Missed", "number"),
    GridColumn("violated", "Violated", "number"),
)

PAGE: Final = Page("/customers", "Customers", layout, (SINCE, UNTIL, "language"))
