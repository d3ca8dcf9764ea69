"""The ranking: shrunk shares with their intervals, and who has too few calls for a rank."""

from typing import Any, Final

import polars as pl
from dash import html

from dashboards.components.charts import chart
from dashboards.components.grids import GridColumn, grid
from dashboards.components.text import notice, panel, pills, table
from dashboards.figures import ranking as figures
from dashboards.view import View
from transforms.measures import shrunken

_SHOWN: Final = 30
"""Agents on the plot at a time."""


def ranking(
    view: View, names: dict[str, str], cells: pl.DataFrame, strata: tuple[str, ...]
) -> html.Section:
    """The ranking of the agents that are shown, among all with the same work.

    Args:
        view: the request.
        names: how the agents that are shown are named, by id.
        cells: for each agent, step and queue what was met, of how many opportunities.
        strata: within what agents have the same work.
    """
    title = "Ranking, with what is not known"
    if view.ranked_calls is None:
        words = "The knowledge does not tell from how many calls on agents are ranked."
        return panel(title, notice(words, kind="warn"))
    rows = shrunken(cells, "agent_id", list(strata), view.ranked_calls)
    told = _told(view, rows, names)
    ranked = told.filter(pl.col("rank").is_not_null()).sort("rank", "name")
    unranked = told.height - ranked.height
    return panel(
        title,
        _plot(view, ranked) if ranked.height else None,
        grid(
            pl.concat([ranked, told.filter(pl.col("rank").is_null()).sort("name")]),
            _COLUMNS,
            "ranking",
            "Agents by shrunk share, with intervals",
            rows_shown=10,
        ),
        note=_note(view, ranked.height, unranked),
    )


def _note(view: View, ranked: int, unranked: int) -> str:
    number = view.formats.number
    few = (
        f" {number(unranked)} with fewer than {number(view.ranked_calls)} opportunities"
        f" {'has' if unranked == 1 else 'have'} no rank: too few calls."
        if unranked
        else ""
    )
    return (
        "Shares are shrunk toward what the same steps get in the same queues (empirical"
        " Bayes, beta-binomial): much for few opportunities, little for many, so that"
        f" nobody is first or last by luck with a handful of calls. {number(ranked)}"
        f" {'agent is' if ranked == 1 else 'agents are'} ranked.{few} “From” and “to” are the ranks that cannot be excluded at 95 %,"
        " pair by pair; where they overlap, the order says nothing. A rank is no judgement"
        " of a person."
    )


def _told(view: View, rows: pl.DataFrame, names: dict[str, str]) -> pl.DataFrame:
    shown = rows.filter(pl.col("agent_id").is_in(list(names)))
    absent = [name for name in names if name not in set(rows["agent_id"])]
    alone = pl.DataFrame({"agent_id": absent}, schema={"agent_id": pl.String})
    told = pl.concat([shown, alone], how="diagonal").with_columns(
        name=pl.col("agent_id").replace_strict(names, return_dtype=pl.String),
        note=pl.when(pl.col("judged").is_null())
        .then(pl.lit("nothing to compare"))
        .when(pl.col("rank").is_null())
        .then(pl.lit("too few calls"))
        .otherwise(pl.lit("")),
        href=pl.Series(
            [
                view.link_here(agent=agent, step=None)
                for agent in [*shown["agent_id"], *absent]
            ],
            dtype=pl.String,
        ),
    )
    hovers = [_hover(view, row) for row in told.iter_rows(named=True)]
    return told.with_columns(hover=pl.Series(hovers, dtype=pl.String))


def _hover(view: View, row: dict[str, Any]) -> str:
    written = view.formats
    return (
        f"<b>{row['name']}</b>, rank {written.number(row['rank'])} (from"
        f" {written.number(row['rank_from'])} to {written.number(row['rank_to'])})<br>"
        f"shrunk {written.percent(row['shrunk'])}, 95% interval"
        f" {written.interval(row['low'], row['high'])}<br>counted"
        f" {written.percent(row['share'])}: {written.of(row['met'], row['judged'])}"
    )


def _plot(view: View, ranked: pl.DataFrame) -> html.Div:
    last = (ranked.height - 1) // _SHOWN
    asked = view.asked.get("ranks", "0")
    place = min(int(asked), last) if asked.isdecimal() else 0
    shown = ranked.slice(place * _SHOWN, _SHOWN)
    parts = [
        (
            f"{n * _SHOWN + 1}–{min((n + 1) * _SHOWN, ranked.height)}",
            view.link_here(ranks=str(n)),
            n == place,
        )
        for n in range(last + 1)
    ]
    return html.Div(
        [
            pills("Places", parts) if last else None,
            chart(
                figures.ranking(shown, view.formats, view.scheme),
                f"Shrunk shares of {shown.height} agents with 95 % intervals, by rank",
                _as_table(view, shown),
                "ranking-plot",
            ),
        ]
    )


def _as_table(view: View, shown: pl.DataFrame) -> html.Div:
    written = view.formats
    rows = [
        (
            html.A(row["name"], href=row["href"]),
            written.number(row["rank"]),
            f"{written.number(row['rank_from'])}–{written.number(row['rank_to'])}",
            written.percent(row["shrunk"]),
            written.interval(row["low"], row["high"]),
            written.percent(row["share"]),
            written.of(row["met"], row["judged"]),
        )
        for row in shown.iter_rows(named=True)
    ]
    return table(_HEADS, rows, "Ranking with intervals", numeric=range(1, 7))


_HEADS: Final = (
    "Agent",
    "Rank",
    "Ranks not excluded",
    "Shrunk",
    "95% interval",
    "As counted",
    "Met",
)
_COLUMNS: Final = (
    GridColumn("name", "Agent", "link", href="href", width=1.6),
    GridColumn("rank", "Rank", "number", width=0.7),
    GridColumn(
        "rank_from", "From", "number", width=0.7, about="Best rank not excluded"
    ),
    GridColumn("rank_to", "To", "number", width=0.7, about="Worst rank not excluded"),
    GridColumn("shrunk", "Shrunk share", "percent", about="Empirical Bayes"),
    GridColumn("low", "95% from", "percent"),
    GridColumn("high", "95% to", "percent"),
    GridColumn("share", "As counted", "percent", about="Met ÷ opportunities, weighted"),
    GridColumn("target", "Expected", "percent", about="Same steps, same queues, all"),
    GridColumn("met", "Met", "number"),
    GridColumn("judged", "Opportunities", "number"),
    GridColumn("note", "Note", width=1.5),
)
