"""The Overview's weeks: what went up, what went down."""

import polars as pl
from dash import html

from dashboards.components.charts import chart
from dashboards.components.text import panel, section, table
from dashboards.figures.trends import Series, weekly, weekly_calls
from dashboards.marts import counts
from dashboards.rates import adherence, with_share
from dashboards.view import View


def trends(view: View, weeks: pl.DataFrame) -> html.Section:
    """Steps met, escalation, calls and breaches by week."""
    by_week = counts.step_counts_by_week(view.published, view.filters)
    followed = adherence(by_week, "week").rename(
        {"met": "numerator", "judged": "denominator"}
    )
    return section(
        "By week",
        html.Div(
            [
                _trend(
                    view, "Steps met", [Series("Steps met", followed)], "opportunities"
                ),
                _trend(
                    view,
                    "Escalated and de-escalated, of heated calls",
                    [
                        Series("De-escalated", _weekly(weeks, "deescalated", "heated")),
                        Series(
                            "Escalated", _weekly(weeks, "heated_escalated", "heated")
                        ),
                    ],
                    "heated calls",
                ),
                _weekly_calls(view, weeks),
                _trend(
                    view,
                    "Calls with a conduct breach",
                    [Series("With a breach", _weekly(weeks, "breached", "assessable"))],
                    "assessable calls",
                ),
            ],
            className="columns two",
        ),
        note="Weeks begin on Monday; the first and the last one may hold only some days.",
    )


def _weekly(weeks: pl.DataFrame, numerator: str, denominator: str) -> pl.DataFrame:
    return with_share(weeks, numerator, denominator).select(
        "week", "rate", "low", "high", numerator=numerator, denominator=denominator
    )


def _trend(view: View, title: str, lines: list[Series], of_what: str) -> html.Section:
    written = view.formats
    rows = [
        (
            written.day(row["week"]),
            line.name,
            written.number(row["numerator"]),
            written.number(row["denominator"]),
            written.percent(row["rate"]),
            written.interval(row["low"], row["high"]),
        )
        for line in lines
        for row in line.points.iter_rows(named=True)
    ]
    heads = ("Week of", "What", "Cases", of_what.capitalize(), "Share", "95% interval")
    return panel(
        title,
        chart(
            weekly(lines, written, view.scheme),
            f"{title}, share of {of_what} by week",
            table(heads, rows, f"{title} by week", numeric=(2, 3, 4, 5)),
            {"type": "trend", "name": title},
        ),
    )


def _weekly_calls(view: View, weeks: pl.DataFrame) -> html.Section:
    written = view.formats
    rows = [
        (
            written.day(row["week"]),
            written.number(row["calls"]),
            written.number(row["assessable"]),
            written.number(row["heated"]),
        )
        for row in weeks.iter_rows(named=True)
    ]
    return panel(
        "Calls",
        chart(
            weekly_calls(weeks, written, view.scheme),
            "Calls by week: heated, not heated, not assessable",
            table(
                ("Week of", "Calls", "Assessable", "Heated"),
                rows,
                "Calls by week",
                numeric=(1, 2, 3),
            ),
            {"type": "trend", "name": "calls"},
        ),
    )
