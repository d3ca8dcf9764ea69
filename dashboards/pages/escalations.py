"""Escalations: what happened, who started it, what came before, and what came of it."""

from collections.abc import Iterable
from typing import Any, Final

import polars as pl
from dash import html

from dashboards.components.charts import chart
from dashboards.components.grids import GridColumn, grid
from dashboards.components.text import notice, page_head, section, table
from dashboards.figures.intervals import dots
from dashboards.filters import KEYS
from dashboards.formats import in_words
from dashboards.marts import escalations as asked
from dashboards.pages import supervisor_requests
from dashboards.pages.agent_detail import with_links
from dashboards.rates import with_share
from dashboards.view import Page, View


def layout(view: View) -> Iterable[Any]:
    """The page, from top to bottom."""
    yield page_head(
        "Escalations",
        "What made calls escalate, who started it, what was said just before, and what came"
        " of requests for a supervisor. Counts with their denominators; no blame.",
    )
    events = asked.events(view.published, view.filters)
    if events.is_empty():
        yield notice("No call of this selection has an escalation event.")
    else:
        yield _events(view, events)
        yield _before(view)
    yield from supervisor_requests.sections(view)
    yield _complaints(view)
    yield _disagreements(view)


def _events(view: View, events: pl.DataFrame) -> html.Section:
    written = view.formats
    shares = with_share(events, "calls", "assessable").with_columns(
        name=pl.Series([in_words(event) for event in events["event"]]),
        numerator="calls",
        denominator="assessable",
    )
    heated = with_share(events, "heated_calls", "heated")
    rows = [
        (
            row["name"],
            written.number(row["calls"]),
            written.percent(row["rate"]),
            written.interval(row["low"], row["high"]),
            written.number(of_heated["heated_calls"]),
            written.percent(of_heated["rate"]),
            written.interval(of_heated["low"], of_heated["high"]),
            written.number(row["by_customer"]),
            written.number(row["by_agent"]),
            written.number(row["by_source"]),
            written.number(row["temperature"]),
        )
        for row, of_heated in zip(
            shares.iter_rows(named=True), heated.iter_rows(named=True), strict=True
        )
    ]
    return section(
        "What escalation was",
        chart(
            dots(shares, written, view.scheme, is_whole=False),
            "Share of assessable calls with each escalation event, with 95% intervals",
            table(_EVENT_HEADS, rows, "Escalation events", numeric=tuple(range(1, 11))),
            "escalation-events",
        ),
        note=f"Calls with each event, of {written.number(events['assessable'][0])} assessable"
        f" calls, {written.number(events['heated'][0])} of them heated; a call can have"
        " several. The table says who started each: the customer, the agent, or only a source"
        " (incident log, record of the call). A transfer is the customer's where one asked"
        " for it before. A formal complaint is an incident linked within 7 days;"
        f" {written.number(int(events['own_records'].sum()))} of them are the agent's own record"
        " of the call, which playbooks ask for. They count here, but not where agents"
        " are compared: documenting must not look like escalating.",
    )


def _before(view: View) -> html.Section:
    told = asked.before(view.published, view.filters)
    rows = with_share(told, "times", "events").with_columns(
        event=pl.Series([in_words(event) for event in told["event"]], dtype=pl.String),
        label=pl.Series([in_words(label) for label in told["label"]], dtype=pl.String),
    )
    return section(
        "What came before",
        grid(rows, _BEFORE, "escalation-before", "What came before", rows_shown=10),
        note="What the other side was heard to say in the three turns before an event in the"
        " transcript: the agent before a customer's threat or request, the customer before"
        " an agent's refusal. It came before; whether it was the cause, nobody can tell from"
        " this. Most turns hold no cue at all.",
    )


def _complaints(view: View) -> html.Section:
    calls = asked.formal_complaints(view.published, view.filters)
    linked = dict(calls["linked_by"].value_counts().iter_rows())
    told = ", ".join(
        f"{view.formats.number(count)} by {how}"
        for how, count in sorted(linked.items())
    )
    return section(
        "Formal complaints",
        grid(
            with_links(view, calls),
            _COMPLAINTS,
            "formal-complaints",
            "Calls with a formal complaint",
            rows_shown=8,
        ),
        note="Incidents of the log linked to a call: by its id, or by customer and time"
        f" within 7 days{f' ({told})' if told else ''}. By customer and time it may"
        " concern another matter.",
    )


def _disagreements(view: View) -> html.Section:
    kinds = asked.disagreement_kinds(view.published, view.filters)
    rows = asked.disagreements(view.published, view.filters)
    return section(
        "Where sources disagree",
        table(
            ("Disagreement", "Calls"),
            [
                (row["kind"], view.formats.number(row["calls"]))
                for row in kinds.iter_rows(named=True)
            ],
            "Kinds of disagreement",
            numeric=(1,),
        ),
        grid(
            with_links(view, rows),
            _DISAGREEMENTS,
            "disagreements",
            "Calls on whose escalation sources differ",
            rows_shown=8,
        ),
        note="The record of the call, the incident log and the transcript don't always say"
        " the same. Neither is taken for the truth: what is heard counts in the rates above,"
        " and the difference stands here.",
    )


_EVENT_HEADS: Final = (
    "Event",
    "Calls",
    "Of assessable",
    "95% interval",
    "Heated calls",
    "Of heated",
    "95% interval",
    "By customer",
    "By agent",
    "Only a source",
    "Median temperature",
)
_BEFORE: Final = (
    GridColumn("event", "Event", width=1.4),
    GridColumn("label", "Said just before", width=1.6),
    GridColumn("times", "Times", "number"),
    GridColumn("events", "Events", "number", about="In the transcript"),
    GridColumn("rate", "Share", "percent"),
    GridColumn("low", "95% from", "percent"),
    GridColumn("high", "95% to", "percent"),
)
_COMPLAINTS: Final = (
    GridColumn("call_id", "Call", "link", href="href"),
    GridColumn("day", "Day", "day"),
    GridColumn("agent_id", "Agent"),
    GridColumn("customer_id", "Customer"),
    GridColumn("incident_id", "Incident"),
    GridColumn("linked_by", "Linked by"),
    GridColumn("is_own_record", "Agent's own record", "yes"),
    GridColumn("temperature_peak", "Peak", "number"),
    GridColumn("is_deescalated", "De-escalated", "yes"),
)
_DISAGREEMENTS: Final = (
    GridColumn("call_id", "Call", "link", href="href"),
    GridColumn("day", "Day", "day"),
    GridColumn("agent_id", "Agent"),
    GridColumn("kind", "Disagreement", width=1.6),
    GridColumn("one_says", "The one says", width=2),
    GridColumn("other_says", "The other says", width=2),
)

PAGE: Final = Page(
    "/escalations",
    "Escalations",
    layout,
    tuple(key for key in KEYS if key not in ("playbook", "unproven")),
)
