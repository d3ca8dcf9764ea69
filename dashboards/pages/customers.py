"""Customers: who complains again and again, and why; who calls again, and how soon."""

from collections.abc import Iterable
from typing import Any, Final

import polars as pl
from dash import html

from dashboards.components.decided import overdue_reviews
from dashboards.components.grids import GridColumn, grid
from dashboards.components.text import page_head, section
from dashboards.filters import SINCE, UNTIL
from dashboards.marts import customers as asked
from dashboards.pages import customer_detail, returning
from dashboards.view import Page, View


def layout(view: View) -> Iterable[Any]:
    """The customer chosen, the list, and how many call again."""
    yield page_head(
        "Customers",
        "Who complains again and again, and why; who calls again, and how soon. The list shows"
        " evidence and advises; a person decides.",
    )
    yield from overdue_reviews(view)
    if customer := view.asked.get("customer"):
        yield from customer_detail.sections(view, customer)
    yield _list(view)
    yield returning.again(view)
    yield returning.resolution(view)


def _list(view: View) -> html.Section:
    listed = asked.complainers(view.published, view.filters)
    written = view.formats
    links = [view.link_here(customer=each) for each in listed["customer_id"].to_list()]
    status = (
        pl.when("is_current")
        .then(pl.lit("now"))
        .when("is_chronic")
        .then(pl.lit("once"))
        .otherwise(pl.lit("no"))
    )
    rows = listed.with_columns(
        href=pl.Series(links, dtype=pl.String),
        chronic=status,
        pattern=pl.col("patterns").list.join(", ").str.replace_all("_", " "),
    )
    counted = {name: rows.filter(chronic=name).height for name in ("now", "once", "no")}
    return section(
        "Repeat complainers",
        grid(rows, _COLUMNS, "repeat-complainers", "Repeat complainers", rows_shown=14),
        html.P(
            "Chronic is who has at least three complaint contacts in ninety days, and more"
            " than chance gives for how often they call; open a customer to see how that is"
            " reckoned. “Once” is history: the window no longer reaches the last day in the"
            " data. Being listed says nothing of who is right: where the share that we caused"
            " is high, the failure is ours. Customers flagged as vulnerable are never named"
            " abusive or serial.",
            className="note",
        ),
        note=f"{written.number(counted['now'])} chronic now,"
        f" {written.number(counted['once'])} chronic once,"
        f" {written.number(counted['no'])} others with two complaint contacts or more. The days"
        " filter keeps customers with a contact in that time; the language filter, those who"
        " called in it. Counts are over the customer's window of ninety days; team and queue"
        " filter the repeats below only.",
        name="complainers",
    )


_COLUMNS: Final = (
    GridColumn("customer_id", "Customer", "link", href="href"),
    GridColumn("customer_name", "Name", width=1.5),
    GridColumn("chronic", "Chronic", width=0.8, about="Now, once, or no"),
    GridColumn("pattern", "Patterns", width=1.7),
    GridColumn(
        "complaint_contacts",
        "Complaints",
        "number",
        about="Complaint contacts in the customer's window of 90 days",
    ),
    GridColumn(
        "expected",
        "Expected",
        "decimal",
        about="Complaint contacts to be expected for the customer's exposure",
    ),
    GridColumn(
        "probability",
        "Probability",
        "percent",
        about="Of so many complaint contacts or more, by chance",
    ),
    GridColumn("contacts", "Contacts", "number", about="All contacts in the window"),
    GridColumn(
        "our_share",
        "Ours",
        "percent",
        about="Share of contacts that our unresolved cases or broken promises caused",
    ),
    GridColumn("broken_promises", "Promises broken", "number"),
    GridColumn("cases", "Cases", "number"),
    GridColumn("is_vulnerable", "Vulnerable", "yes"),
    GridColumn("last_contact_on", "Last contact", "day", width=1.1),
)

PAGE: Final = Page(
    "/customers", "Customers", layout, (SINCE, UNTIL, "team", "queue", "language")
)
