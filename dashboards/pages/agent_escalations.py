"""Escalations of agents against what their calls lead one to expect, on a funnel."""

from typing import Any, Final

import polars as pl
from dash import html

from dashboards.components.chance import comparisons_told, spread_told
from dashboards.components.charts import chart
from dashboards.components.text import notice, pills, section, table
from dashboards.figures.funnel import Axes, funnel
from dashboards.filters import Filters
from dashboards.marts import comparing as asked
from dashboards.view import View
from transforms.measures import RatioFunnel, ratio_funnel

_TITLE: Final = "Escalations, compared fairly"
_NAMES: Final = {
    "assessable": "All assessable calls",
    "heated": "Heated calls only",
}


def escalations(view: View, filters: Filters) -> html.Section:
    """The funnel of observed ÷ expected escalations.

    Args:
        view: the request.
        filters: what is shown, of one language.
    """
    told = view.asked.get("among")
    among = told if told in asked.AMONG else asked.AMONG[0]
    choices = pills(
        "Calls",
        [
            (words, view.link_here(among=name), name == among)
            for name, words in _NAMES.items()
        ],
    )
    found = ratio_funnel(asked.expected_escalations(view.published, filters, among))
    if found is None:
        empty = notice("There are no calls here for which an escalation is expected.")
        return section(_TITLE, choices, empty, name="escalation-funnel")
    units = _told(view, filters, found)
    axes = Axes(
        "expected escalations (of the same worth)", "observed ÷ expected", 1.0, ".1f"
    )
    return section(
        _TITLE,
        choices,
        chart(
            funnel(units, found.curve, axes, view.formats, view.scheme),
            f"Funnel plot of {units.height} agents: escalated calls observed ÷ expected,"
            " by the number expected, with 95 % and 99.8 % limits",
            _as_table(view, units),
            "escalations-of-agents",
        ),
        comparisons_told(found.units, view.formats),
        spread_told(found.units, view.formats),
        note="1 is as many escalated calls as such calls give with other agents: expected"
        " from language, queue, issue, the customer's opening temperature, repeat contact"
        " and hour, never from the agent's own calls. 2 is twice as many. An agent who"
        " gets the hard calls has more of them expected, and stands where one with easy"
        " calls stands who does as well. What is not recorded (how unjust the matter was,"
        " say) is not taken out.",
        name="escalation-funnel",
    )


def _told(view: View, filters: Filters, found: RatioFunnel) -> pl.DataFrame:
    """The rows that are shown, with place, name and words."""
    names = asked.agent_names(view.published, filters)
    rows = found.units.filter(pl.col("agent_id").is_in(list(names))).with_columns(
        name=pl.col("agent_id").replace_strict(names, return_dtype=pl.String),
        place=pl.col("ratio"),
    )
    hovers = [_hover(view, row) for row in rows.iter_rows(named=True)]
    return rows.with_columns(hover=pl.Series(hovers, dtype=pl.String))


def _hover(view: View, row: dict[str, Any]) -> str:
    number = view.formats.number
    return (
        f"<b>{row['name']}</b><br>{number(row['observed'])} escalated of"
        f" {number(row['calls'])} calls, {number(row['expected'], 1)} expected<br>observed ÷"
        f" expected {number(row['ratio'], 2)}<br>{row['outside']}"
    )


def _as_table(view: View, units: pl.DataFrame) -> html.Div:
    number = view.formats.number
    rows = [
        (
            html.A(row["name"], href=view.link_here(agent=row["agent_id"], step=None)),
            number(row["calls"]),
            number(row["observed"]),
            number(row["expected"], 1),
            number(row["ratio"], 2),
            f"{number(row['low95'], 2)}–{number(row['high95'], 2)}",
            f"{number(row['low998'], 2)}–{number(row['high998'], 2)}",
            row["outside"],
            number(row["q"], 3),
        )
        for row in units.sort("ratio", descending=True).iter_rows(named=True)
    ]
    return table(
        _HEADS, rows, "Escalations observed and expected", numeric=(1, 2, 3, 4, 5, 6, 8)
    )


_HEADS: Final = (
    "Agent",
    "Calls",
    "Escalated",
    "Expected",
    "Observed ÷ expected",
    "95 % limits",
    "99.8 % limits",
    "Where",
    "q",
)
