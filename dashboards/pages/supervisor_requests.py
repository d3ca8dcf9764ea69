"""Requests for a supervisor: what came of them, and how long it took."""

from collections.abc import Iterable
from typing import Any, Final

import polars as pl
from dash import html

from dashboards.components.charts import chart
from dashboards.components.grids import GridColumn, grid
from dashboards.components.text import facts, notice, panel, section, table
from dashboards.figures.intervals import dots
from dashboards.figures.waits import bin_name, waits
from dashboards.marts import escalations as asked
from dashboards.pages.agent_detail import with_links
from dashboards.rates import with_share
from dashboards.view import View

_MEANINGS: Final = {
    "honoured": "handed over, or a manager speaks",
    "callback": "a call by one is promised",
    "refused": "said no, and nothing more",
    "ignored": "none of these is heard",
}


def sections(view: View) -> Iterable[Any]:
    """What came of requests, the time to the transfer, and the calls behind it."""
    told = asked.outcomes(view.published, view.filters)
    if told.is_empty():
        yield section(
            "Requests for a supervisor",
            notice("Nobody asks for a supervisor in the calls shown."),
        )
        return
    yield _outcomes(view, told)
    yield _waits(view)
    yield _by_agent(view)
    yield _unheard(view)


def _outcomes(view: View, told: pl.DataFrame) -> html.Section:
    written = view.formats
    shares = with_share(told, "calls", "requests").with_columns(
        name="outcome", numerator="calls", denominator="requests"
    )
    rows = [
        (
            row["outcome"],
            _MEANINGS[row["outcome"]],
            written.number(row["calls"]),
            written.percent(row["rate"]),
            written.interval(row["low"], row["high"]),
            written.number(row["refused_first"]),
            written.number(row["solved"]),
        )
        for row in shares.iter_rows(named=True)
    ]
    total = int(told["requests"][0])
    solved = with_share(
        pl.DataFrame({"solved": [int(told["solved"].sum())], "requests": [total]}),
        "solved",
        "requests",
    ).row(0, named=True)
    heads = (
        "Outcome",
        "What it means",
        "Calls",
        "Share",
        "95% interval",
        "Refused at some point",
        "Ended by a solution",
    )
    return section(
        "Requests for a supervisor",
        chart(
            dots(shares, written, view.scheme),
            "What came of requests for a supervisor, with 95% intervals",
            table(heads, rows, "Outcomes of requests", numeric=(2, 3, 4, 5, 6)),
            "request-outcomes",
        ),
        html.P(
            [
                html.Strong("A solution ended it without a transfer: "),
                f"{written.of(solved['solved'], solved['requests'])} requests,"
                f" {written.percent(solved['rate'])}"
                f" ({written.interval(solved['low'], solved['high'])}).",
            ]
        ),
        note=f"Of {written.number(total)} calls in which the customer asks for a supervisor,"
        " what came of it at last. A request that was refused and honoured after all counts as"
        " honoured. It doesn't show whether a supervisor was free, or whether the wish was"
        " reasonable; and a promise to call that is heard after the request counts as a"
        " callback, whoever is to call.",
    )


def _waits(view: View) -> html.Section:
    written = view.formats
    row = asked.waits(view.published, view.filters).row(0, named=True)
    bins = asked.wait_bins(view.published, view.filters)
    rows = [
        (bin_name(each["bin"], written), written.number(each["calls"]))
        for each in bins.iter_rows(named=True)
    ]
    spread = f"{written.duration(row['low'])}–{written.duration(row['high'])}"
    return section(
        "From the request to the transfer",
        html.Div(
            [
                chart(
                    waits(bins, written, view.scheme),
                    "Calls by the time from the request to the transfer",
                    table(("Time", "Calls"), rows, "Time to transfer", numeric=(1,)),
                    "request-waits",
                ),
                panel(
                    "In minutes and seconds",
                    facts(
                        (
                            ("Median", written.duration(row["middle"])),
                            ("Middle half", spread),
                            ("Longest", written.duration(row["longest"])),
                            ("Timed", written.of(row["timed"], row["honoured"])),
                        )
                    ),
                ),
            ],
            className="columns",
        ),
        note="From the end of the first request to the words that hand over, or to the"
        " supervisor's first word. Only transfers that are heard in a transcript with turn"
        " times can be timed; what happens in a queue after the call is not in it.",
    )


def _by_agent(view: View) -> html.Section:
    rows = asked.requests_by_agent(view.published, view.filters)
    return section(
        "By agent",
        grid(rows, _AGENTS, "requests-by-agent", "Requests by agent", rows_shown=8),
        note="Counts, not a ranking: most agents meet a handful of requests, and who asks for"
        " a supervisor depends on what went before the call.",
    )


def _unheard(view: View) -> html.Section:
    calls = asked.unheard_requests(view.published, view.filters)
    at_most = view.formats.number(asked.LONGEST_LIST)
    return section(
        "Refused or ignored",
        grid(
            with_links(view, calls),
            _UNHEARD,
            "requests-unheard",
            "Calls whose request was refused or ignored",
            rows_shown=8,
        ),
        note="The calls behind the two lower outcomes, the newest first"
        + (
            f"; only {at_most} are listed."
            if calls.height == asked.LONGEST_LIST
            else "."
        ),
    )


_AGENTS: Final = (
    GridColumn("agent_id", "Agent"),
    GridColumn("teams", "Team"),
    GridColumn("language", "Language"),
    GridColumn("requests", "Requests", "number"),
    GridColumn("honoured", "Honoured", "number"),
    GridColumn("callback", "Callback", "number"),
    GridColumn("refused", "Refused", "number"),
    GridColumn("ignored", "Ignored", "number"),
    GridColumn("solved", "Ended by a solution", "number"),
    GridColumn("seconds", "Median seconds", "number", about="To the transfer"),
)
_UNHEARD: Final = (
    GridColumn("call_id", "Call", "link", href="href"),
    GridColumn("day", "Day", "day"),
    GridColumn("agent_id", "Agent"),
    GridColumn("customer_id", "Customer"),
    GridColumn("outcome", "Outcome"),
    GridColumn("turn", "Turn", "number"),
    GridColumn("is_solved", "Ended by a solution", "yes"),
    GridColumn("temperature_peak", "Peak", "number"),
)
