"""One customer: the timeline, why they are listed, cases, calls, and what to do."""

from collections.abc import Iterable
from typing import Any, Final

import polars as pl
from dash import html

from dashboards.components.charts import chart
from dashboards.components.decided import decision_marks
from dashboards.components.deciding import deciding
from dashboards.components.grids import GridColumn, grid
from dashboards.components.text import chip, notice, section, table
from dashboards.figures.timeline import timeline
from dashboards.formats import in_words
from dashboards.marts import customers as asked
from dashboards.pages import customer_why
from dashboards.pages.agent_detail import with_links
from dashboards.view import View

_MARKS: Final = pl.Schema(
    {"at": pl.Datetime("us", "UTC"), "kind": pl.String, "words": pl.String}
)


def sections(view: View, customer: str) -> Iterable[Any]:
    """The chosen customer, by any of their ids."""
    row = asked.complainer(view.published, customer)
    if row is None:
        yield notice(
            f"Customer {customer!r} is not on this list: fewer than two complaint contacts, or"
            " no such customer.",
            kind="warn",
        )
        yield deciding(view, customer)
        return
    yield html.Div(list(_drill(view, row)), id="drill", tabIndex=-1)


def _drill(view: View, row: dict[str, Any]) -> Iterable[Any]:
    customer = row["customer_id"]
    calls = asked.calls(view.published, row["call_ids"])
    cases = asked.cases(view.published, customer)
    named = html.Bdi(row["customer_name"] or "Customer")
    yield section(
        f"Customer {customer}",
        html.P([named, " · ", html.A("Close", href=view.link_here(customer=None))]),
        _chips(row),
        _ids(row),
        _timeline(view, row, calls, cases),
        name="customer",
    )
    yield html.Div(
        [
            customer_why.exposure(view, row, asked.baseline(view.published)),
            customer_why.ours(view, row),
        ],
        className="columns",
    )
    yield customer_why.patterns(view, row, asked.patterns(view.published, customer))
    yield deciding(view, customer)
    yield _cases(customer, cases)
    yield section(
        "Calls",
        grid(
            with_links(view, calls),
            _CALLS,
            "customer-calls",
            f"Calls of {customer}",
            rows_shown=8,
        ),
        note="Every call of the customer in the data, our own calls included.",
    )


def _chips(row: dict[str, Any]) -> html.P:
    status = (
        chip("chronic", "violated")
        if row["is_current"]
        else chip("chronic once", "missed")
        if row["is_chronic"]
        else chip("not chronic")
    )
    chips = [status, *(chip(in_words(each), "heated") for each in row["patterns"])]
    if row["is_vulnerable"]:
        chips.append(chip("vulnerable", "missed"))
    return html.P(chips, className="chips")


def _ids(row: dict[str, Any]) -> html.P | None:
    others = [each for each in row["source_customer_ids"] if each != row["customer_id"]]
    if not others:
        return None
    return html.P(
        f"In the source this person also stands under: {', '.join(others)}.",
        className="note",
    )


def _timeline(
    view: View, row: dict[str, Any], calls: pl.DataFrame, cases: pl.DataFrame
) -> html.Div:
    marks = _marks(view, row)
    last = calls["started_at"].max()
    bands = cases.with_columns(
        ends_at=pl.coalesce("resolved_at", pl.lit(last)),
        state=_state(),
    )
    return html.Div(
        [
            chart(
                timeline(calls, bands, marks, view.formats, view.scheme),
                "The customer's calls by temperature, with cases, promises, incidents and"
                " decisions",
                _as_table(view, calls, bands, marks),
                "customer-timeline",
            ),
            html.P(
                "Diamonds are the highest temperature of a call, circles its end. Marks below"
                " are incidents, promises and decisions; each bar is a case, dotted while it is not"
                " resolved. The temperature is reckoned from words: it does not show what the"
                " customer felt, nor what was done between calls and not written down.",
                className="note",
            ),
        ]
    )


def _state() -> pl.Expr:
    return (
        pl.when("is_resolved")
        .then(pl.lit("resolved"))
        .when(pl.col("is_resolved").is_null())
        .then(pl.lit("not known to be resolved"))
        .otherwise(pl.lit("not resolved"))
    )


def _marks(view: View, row: dict[str, Any]) -> pl.DataFrame:
    """Incidents, promises and decisions: when, what kind, and in words."""
    customer = row["customer_id"]
    incidents = asked.incidents(view.published, customer).select(
        at="happened_at",
        kind=pl.when("is_open")
        .then(pl.lit("incident open"))
        .otherwise(pl.lit("incident")),
        words=pl.concat_str(
            "incident_id", "category", "severity", separator=" · ", ignore_nulls=True
        ),
    )
    decisions = pl.DataFrame(decision_marks(view, customer), schema=_MARKS)
    promises = asked.promises(view.published, row["call_ids"]).select(
        at="moment",
        kind="promise " + pl.col("status"),
        words=pl.col("kind").str.replace_all("_", " ") + ": " + pl.col("why"),
    )
    return pl.concat([decisions, incidents, promises]).sort("at")


def _as_table(
    view: View, calls: pl.DataFrame, cases: pl.DataFrame, marks: pl.DataFrame
) -> html.Div:
    written = view.formats
    rows: list[tuple[Any, str, Any, str]] = [
        (
            row["started_at"],
            "our call" if row["direction"] == "outbound" else "call",
            html.A(row["call_id"], href=view.link("/call", id=row["call_id"])),
            f"temperature {written.number(row['temperature_start'])} at the start,"
            f" {written.number(row['temperature_peak'])} at most,"
            f" {written.number(row['temperature_end'])} at the end",
        )
        for row in calls.iter_rows(named=True)
    ]
    rows += [
        (row["opened_at"], "case opened", html.Bdi(row["issue"]), row["state"])
        for row in cases.iter_rows(named=True)
    ]
    rows += [
        (row["at"], row["kind"], html.Bdi(row["words"]), "")
        for row in marks.iter_rows(named=True)
    ]
    told = [
        (written.moment(at), kind, what, more)
        for at, kind, what, more in sorted(rows, key=lambda each: each[0])
    ]
    return table(("When", "What", "Which", "More"), told, "The customer in time")


def _cases(customer: str, cases: pl.DataFrame) -> html.Section:
    rows = cases.with_columns(state=_state(), by=pl.col("resolved_by").cast(pl.String))
    return section(
        "Cases",
        grid(rows, _CASES, "customer-cases", f"Cases of {customer}", rows_shown=6),
        note="A case is the contacts on one issue, at most 30 days apart. Where no incident"
        " names the issue, it is told by the words used, and called by their first letters.",
    )


_CASES: Final = (
    GridColumn("issue", "Issue", width=1.6),
    GridColumn("told_by", "Told by", about="Incident log, or the words used"),
    GridColumn("opened_at", "Opened", "moment", width=1.6),
    GridColumn("last_contact_at", "Last contact", "moment", width=1.6),
    GridColumn("contacts", "Contacts", "number"),
    GridColumn("complaint_contacts", "Complaints", "number"),
    GridColumn("state", "State", width=1.4),
    GridColumn("by", "Says who"),
    GridColumn("is_reopened", "Reopened", "yes"),
    GridColumn("days_to_resolution", "Days to resolution", "decimal"),
    GridColumn("first_contact_resolved", "At first contact", "yes"),
    GridColumn("agents", "Agents", "number"),
)
_CALLS: Final = (
    GridColumn("call_id", "Call", "link", href="href"),
    GridColumn("started_at", "Started", "moment", width=1.6),
    GridColumn("direction", "Direction"),
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
