"""Change over time: run charts of each team, for one step or the total, or for all steps."""

from collections.abc import Iterable
from typing import Any, Final

import polars as pl
from dash import html

from dashboards.components.charts import chart
from dashboards.components.grids import GridColumn, grid
from dashboards.components.text import notice, panel, pills, section, table
from dashboards.figures.run_chart import run_chart
from dashboards.filters import Filters
from dashboards.marts import comparing as asked
from dashboards.pages.agent_comparison import chosen_step, counted_steps
from dashboards.view import View
from transforms.measures import Chart, control_chart, weighed_counts

_SHOWN: Final = 6
"""Charts drawn at most: those with a change first, then those of most opportunities."""
_Charts = dict[tuple[str, ...], Chart]


def sections(
    view: View, filters: Filters, playbook: str, marked: pl.DataFrame
) -> Iterable[Any]:
    """A run chart for each team; nothing where no step counts.

    Args:
        view: the request.
        filters: what is shown, of one language.
        playbook: the playbook shown.
        marked: the marks of the steps in that language.
    """
    steps = counted_steps(marked, filters, playbook)
    if not steps:
        words = "No step of this playbook counts in this language; see above."
        yield section("Over time", notice(words), name="over-time")
        return
    step = chosen_step(view, steps)
    is_every = view.asked.get("weeks") == "steps"
    rows = asked.weekly_steps(
        view.published, filters, playbook, None if is_every else step
    )
    by = ("team", "step") if is_every else ("team",)
    charts = charts_of(rows, by)
    title = f"step {step}. {steps[step]}" if step else f"all {len(steps)} steps"
    shown = _steps_grid(view, charts, steps) if is_every else _drawn(view, charts)
    yield section(
        f"Over time: {'each step' if is_every else title}",
        pills(
            "Charts of",
            [
                (f"Teams: {title}", view.link_here(weeks=None), not is_every),
                ("Teams and each step", view.link_here(weeks="steps"), is_every),
            ],
        ),
        shown,
        _told(view, charts),
        note="Each team's share by week, beside its own mean: a p-chart with three-sigma"
        " limits, and runs on one side of the median. A point or a run is marked as a change"
        " only where chance alone would hardly give it. It says that something changed, not"
        " what: other people in the team, or other matters, move a share as well as other"
        " conduct. The first and the last week may hold only some days.",
        name="over-time",
    )


def charts_of(rows: pl.DataFrame, by: tuple[str, ...]) -> _Charts:
    """A control chart for each group of `by`, its weeks in order.

    Args:
        rows: as `weekly_steps` gives them.
        by: what a chart is of, besides the weeks.
    """
    # A week in which only later steps were judged would stand after all others.
    counts = weighed_counts(rows, *by, "week").sort("week", maintain_order=True)
    parts = counts.partition_by(by, as_dict=True, maintain_order=True)
    return {
        tuple(map(str, key)): control_chart(points, charts=len(parts))
        for key, points in parts.items()
    }


def _changes(chart_: Chart) -> pl.DataFrame:
    return chart_.points.filter(pl.col("change").is_not_null())


def _drawn(view: View, charts: _Charts) -> Any:
    if not charts:
        return notice("No step was judged in these weeks.")
    order = sorted(
        charts,
        key=lambda key: (
            _changes(charts[key]).is_empty(),
            -charts[key].points["counted"].sum(),
            key,
        ),
    )
    left = len(order) - _SHOWN
    more = (
        html.P(
            f"{view.formats.number(left)} more teams without a change are not drawn; choose"
            " them with the filter.",
            className="note",
        )
        if left > 0
        else None
    )
    panels = [_panel(view, key[0], charts[key]) for key in order[:_SHOWN]]
    return html.Div([html.Div(panels, className="columns two"), more])


def _panel(view: View, team: str, drawn: Chart) -> html.Section:
    flagged = _changes(drawn)
    words = (
        f"{view.formats.number(flagged.height)} weeks marked as a change."
        if flagged.height
        else "No change beyond chance."
    )
    return panel(
        f"Team {team}",
        chart(
            run_chart(drawn, view.formats, view.scheme),
            f"Run chart of team {team}: share met by week. {words}",
            _as_table(view, team, drawn),
            {"type": "run-chart", "name": team},
        ),
        note=words,
    )


def _as_table(view: View, team: str, drawn: Chart) -> html.Div:
    written = view.formats
    rows = [
        (
            written.day(row["week"]),
            written.number(row["counted_met"]),
            written.number(row["counted"]),
            written.percent(row["rate"]),
            written.interval(row["low"], row["high"]),
            _rule(row),
        )
        for row in drawn.points.iter_rows(named=True)
    ]
    heads = ("Week of", "Met", "Opportunities", "Share", "3-sigma limits", "Change")
    return table(heads, rows, f"Team {team} by week", numeric=(1, 2, 3, 4))


def _rule(row: dict[str, Any]) -> str:
    if row["change"] is None:
        return "none"
    rules = [name for name in ("point", "run") if row[f"is_{name}"]]
    return f"{row['change']} ({' and '.join(rules)})"


def _told(view: View, charts: _Charts) -> html.P | None:
    """The chance of a false alarm, as in books and as judged here."""
    if not charts:
        return None
    written = view.formats
    longest = max(charts.values(), key=lambda each: each.points.height)
    needed = (
        f"and a run must last {written.number(longest.run_needed)} weeks"
        if longest.run_needed
        else "and no run of so few weeks is rare enough"
    )
    return html.P(
        f"False alarms: by the rules as in books (a point beyond three sigma, a run of 8)"
        f" one chart of {written.number(longest.points.height)} weeks flags something in"
        f" {written.percent(longest.classic, 0)} of the cases although nothing changed, and"
        f" {written.number(len(charts))} are looked at here. So a point must also be"
        f" rarer than 1 in {written.number(1 / longest.point_level if longest.point_level else None)},"
        f" {needed}: all charts of this view together then give a false"
        " alarm in at most 5 % of the cases. Whoever looks at many views has more of them."
        " Where weeks vary more than a binomial, the limits are Laney's, wider.",
        className="note",
    )


def _steps_grid(view: View, charts: _Charts, steps: dict[str, str]) -> html.Div:
    rows = pl.DataFrame(
        [
            {
                "team": team,
                "step": step,
                "title": steps.get(step, step),
                "weeks": drawn.points.height,
                "met": int(drawn.points["counted_met"].sum()),
                "judged": int(drawn.points["counted"].sum()),
                "rate": drawn.centre,
                "changes": _changes(drawn).height,
                "first": _changes(drawn)["week"].min(),
                "way": ", ".join(_changes(drawn)["change"].unique(maintain_order=True)),
                "href": view.link_here(by=step, weeks=None),
            }
            for (team, step), drawn in charts.items()
        ],
        schema=_SCHEMA,
    ).sort("changes", "team", descending=[True, False], maintain_order=True)
    return grid(rows, _COLUMNS, "weeks", "Teams and steps, with changes over time")


_SCHEMA: Final = {
    **dict.fromkeys(("team", "step", "title"), pl.String),
    **dict.fromkeys(("weeks", "met", "judged"), pl.Int64),
    "rate": pl.Float64,
    "changes": pl.Int64,
    "first": pl.Date,
    **dict.fromkeys(("way", "href"), pl.String),
}
_COLUMNS: Final = (
    GridColumn("team", "Team"),
    GridColumn("step", "Step", "link", href="href", width=0.6),
    GridColumn("title", "Title", width=2.4),
    GridColumn("changes", "Weeks of change", "number"),
    GridColumn("way", "Way", width=0.7),
    GridColumn("first", "First such week", "day"),
    GridColumn("weeks", "Weeks", "number", width=0.7),
    GridColumn("met", "Met", "number"),
    GridColumn("judged", "Opportunities", "number"),
    GridColumn("rate", "Share met", "percent"),
)
