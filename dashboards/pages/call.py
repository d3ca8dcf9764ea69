"""Call: one transcript with its evidence, temperature, verdicts and escalation."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

import dash_mantine_components as dmc
import polars as pl
from dash import html

from dashboards.components.attributes import aria, data
from dashboards.components.charts import chart
from dashboards.components.correcting import correcting
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
from dashboards.components.transcript import legend, transcript, turn_link
from dashboards.components.verdicts import verdicts
from dashboards.figures.temperature import curve
from dashboards.filters import Filters
from dashboards.formats import NOTHING, in_words
from dashboards.marts import cases
from dashboards.marts.marks import step_marks
from dashboards.pages.agent_detail import with_links
from dashboards.view import Page, View


def layout(view: View) -> Iterable[Any]:
    """The call asked for, or a search for one."""
    asked = view.asked.get("id", "")
    fact = cases.call_fact(view.published, asked) if asked else None
    if fact is None:
        yield from _search_only(view, asked)
        return
    yield page_head(f"Call {asked}", _lead(fact))
    yield _search(view, asked)
    if fact["unassessable"]:
        yield notice(
            f"This call could not be assessed: {fact['unassessable']}. It counts among the"
            " calls, and in no rate.",
            kind="warn",
        )
    turns = cases.transcript(view.published, fact)
    yield html.Div(
        [
            _talk(view, fact, turns),
            html.Div(list(_aside(view, fact, turns)), className="aside"),
        ],
        className="call",
    )


def _lead(fact: dict[str, Any]) -> list[Any]:
    chips: list[Any] = []
    if fact["is_heated"] is not None:
        chips.append(
            chip("heated", "heated") if fact["is_heated"] else chip("not heated")
        )
    if fact["is_deescalated"] is not None:
        cooled = fact["is_deescalated"]
        chips.append(
            chip("de-escalated", "met")
            if cooled
            else chip("not de-escalated", "missed")
        )
    if fact["escalation_events"]:
        chips.append(
            chip(f"escalation events: {fact['escalation_events']}", "violated")
        )
    return chips or [chip("not assessable", "none")]


def _search(view: View, asked: str) -> html.Form:
    return html.Form(
        [
            dmc.TextInput(id="call-id", name="id", label="Call id", value=asked),
            html.Button("Show", type="submit", className="button"),
        ],
        className="search",
        role="search",
        **data(path=view.path),
        **aria(label="Find a call by its id"),
    )


def _search_only(view: View, asked: str) -> Iterator[Any]:
    yield page_head(
        "Call", "A call's transcript with the evidence, and what was judged of it."
    )
    yield _search(view, asked)
    found = cases.calls_like(view.published, asked)
    if asked:
        words = "These ids hold it:" if found.height else "No id holds it."
        yield notice(f"No call has the id {asked!r}. {words}", kind="warn")
    title = (
        "Calls whose id holds it"
        if asked and found.height
        else "Heated calls, newest first"
    )
    if found.height or not asked:
        yield section(title, grid(with_links(view, found), _FOUND, "calls", title))


def _talk(view: View, fact: dict[str, Any], turns: pl.DataFrame) -> html.Section:
    if turns.is_empty():
        return section("Transcript", notice("There are no turns to show."), name="talk")
    return section(
        "Transcript",
        legend(),
        transcript(turns, fact["language"], view.formats),
        note="Marked words are evidence: point at them, or tab to them, for label and cue.",
        name="talk",
    )


def _aside(view: View, fact: dict[str, Any], turns: pl.DataFrame) -> Iterator[Any]:
    yield _temperature(view, fact, turns)
    yield _events(view, fact)
    rows = cases.call_verdicts(view.published, fact)
    opened = view.carried.playbook[0] if view.carried.playbook else None
    if not fact["unassessable"]:
        spoken = Filters(language=(fact["language"],))
        marked = step_marks(view.published, spoken).iter_rows(named=True)
        told = {(row["playbook"], row["step"]): row for row in marked}
        yield panel(
            "Verdicts",
            *verdicts(rows, turns, opened, told),
            note="Beside each step its mark: how far verdicts on it may be trusted in this"
            " language.",
        )
        if view.records is not None:
            yield panel("Corrections", correcting(view.records, fact["call_id"], rows))
    yield panel("Facts", _facts(view, fact))


def _temperature(view: View, fact: dict[str, Any], turns: pl.DataFrame) -> html.Section:
    told = turns.drop_nulls("temperature")
    written = view.formats
    if told.is_empty():
        return panel(
            "Temperature",
            html.P("No customer turn has a temperature.", className="note"),
        )
    rows = [
        (turn_link(row["turn"]), written.number(row["temperature"]))
        for row in told.iter_rows(named=True)
    ]
    figure = curve(told, view.heated_threshold, fact["peak_turn"], view.scheme)
    note = "The customer's, by turn, 0-100, from what was said."
    threshold = view.heated_threshold
    if (
        fact["is_heated"]
        and threshold is not None
        and fact["temperature_peak"] < threshold
    ):
        note += (
            " It stays under the threshold; the call counts as heated for abuse, a threat, or a"
            " complaint in the incident log."
        )
    return panel(
        "Temperature",
        chart(
            figure,
            f"The customer's temperature by turn; start {written.number(fact['temperature_start'])},"
            f" peak {written.number(fact['temperature_peak'])}, end"
            f" {written.number(fact['temperature_end'])} of 100",
            table(("Turn", "Temperature"), rows, "Temperature by turn", numeric=(1,)),
            "call-temperature",
        ),
        note=note,
    )


def _events(view: View, fact: dict[str, Any]) -> html.Section:
    events = cases.call_events(view.published, fact)
    items = [
        html.Li(
            [html.Strong(in_words(row["event_type"])), " · ", turn_link(row["turn"])]
        )
        for row in events.iter_rows(named=True)
    ]
    return panel(
        "Escalation",
        html.Ul(items) if items else html.P("No escalation event.", className="note"),
    )


def _facts(view: View, fact: dict[str, Any]) -> html.Dl:
    written = view.formats
    customer = fact["customer_id"]
    named = (
        f"{fact['agent_name']} ({fact['agent_id']})"
        if fact["agent_name"]
        else fact["agent_id"]
    )
    return facts(
        (
            ("Started", written.moment(fact["started_at"], fact["zone"])),
            ("Length", written.duration(fact["duration_seconds"])),
            ("Agent", html.A(named, href=_agent_link(view, fact))),
            ("Team", fact["team"]),
            ("Queue", fact["queue"]),
            ("Language", fact["language"]),
            (
                "Customer",
                html.A(customer, href=view.link("/customers", customer=customer))
                if customer
                else "not named by the source",
            ),
            ("Direction", fact["direction"] or NOTHING),
            ("Channel", fact["channel"] or NOTHING),
            ("Ended", in_words(fact["disposition"] or NOTHING)),
            ("Incident", fact["incident_id"] or "none linked"),
            (
                "Judged again",
                written.moment(fact["window_closes_at"])
                if fact["window_closes_at"]
                else "nothing is still open",
            ),
            ("Knowledge", fact["knowledge"]),
        )
    )


def _agent_link(view: View, fact: dict[str, Any]) -> str:
    return view.link("/agents", **{"in": fact["language"], "agent": fact["agent_id"]})


_FOUND: Final = (
    GridColumn("call_id", "Call", "link", href="href"),
    GridColumn("started_at", "Started", "moment", width=1.6),
    GridColumn("agent_name", "Agent"),
    GridColumn("queue", "Queue"),
    GridColumn("language", "Language"),
    GridColumn("is_heated", "Heated", "yes"),
    GridColumn("temperature_peak", "Peak", "number", about="Temperature, 0-100"),
    GridColumn("missed", "Missed", "number"),
    GridColumn("violated", "Violated", "number"),
)

PAGE: Final = Page("/call", "Call", layout)
