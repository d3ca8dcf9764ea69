"""How calls are made alike: the model of the case mix, and whether its expectations hold."""

from typing import Any, Final

import polars as pl
from dash import html

from dashboards.components.grids import GridColumn, grid
from dashboards.components.text import notice, section, table
from dashboards.marts import what_works as asked
from dashboards.rates import with_share
from dashboards.view import View

_AMONG: Final = "assessable"


def how_calls_are_made_alike(view: View) -> html.Section:
    """What makes calls hard, by the model from which expected escalations come, too."""
    levels = asked.case_mix(view.published, _AMONG)
    return section(
        "How calls are made alike",
        *_told(levels),
        note="What is known of a call before the agent answers, and how often such calls"
        " escalate. The odds ratio compares a level with the most frequent one of its"
        " factor, all else equal; levels with few calls are drawn toward 1. The expected"
        " escalations, on the Agents page as well, are learnt from other agents' calls only,"
        " so that nobody is measured by themselves. They are learnt anew every night:"
        " figures of past days move a little as calls come in.",
        name="case-mix",
    )


def _told(levels: pl.DataFrame) -> list[Any]:
    if levels.is_empty():
        return [notice("The published version has no case mix.")]
    shares = with_share(levels, "escalated", "calls").with_columns(
        factor=pl.col("factor").cast(pl.String).str.replace_all("_", " "),
    )
    without = notice(
        "There are too few escalated calls, or too few others, for a model: the base rate of"
        " each language is expected of every call in it.",
        kind="warn",
    )
    is_model = "model" in levels["method"]
    return [
        *([] if is_model else [without]),
        grid(shares, _LEVELS, "case-mix", "Levels of the case mix", rows_shown=10),
    ]


def do_expectations_hold(view: View) -> html.Section:
    """Expected and observed escalations side by side, by tenths of the calls."""
    written = view.formats
    tenths = with_share(asked.reliability(view.published, _AMONG), "escalated", "calls")
    rows = [
        (
            written.number(row["tenth"]),
            written.number(row["calls"]),
            written.number(row["expected"], 1),
            written.number(row["escalated"]),
            written.percent(row["rate"]),
            written.interval(row["low"], row["high"]),
        )
        for row in tenths.iter_rows(named=True)
    ]
    heads = ("Tenth", "Calls", "Expected", "Escalated", "Share", "95% interval")
    return section(
        "Do the expectations hold?",
        table(
            heads, rows, "Expected and escalated calls by tenth", numeric=range(1, 6)
        ),
        note="All assessable calls in ten equal parts, from those least expected to escalate"
        " to those most expected: in each, expected and escalated calls should be near each"
        " other.",
        name="reliability",
    )


_LEVELS: Final = (
    GridColumn("factor", "Factor", width=1.5),
    GridColumn("level", "Level", width=1.5),
    GridColumn("calls", "Calls", "number"),
    GridColumn("escalated", "Escalated", "number"),
    GridColumn("rate", "Share escalated", "percent"),
    GridColumn("expected", "Expected", "decimal", about="Escalated calls expected"),
    GridColumn("odds_ratio", "Odds ratio", "hundredth"),
    GridColumn("is_reference", "Reference", "yes"),
)
