"""Charts with a name, and the same numbers as a table."""

from typing import Any, Final, cast

import plotly.graph_objects as go
from dash import dcc, html

from dashboards.components.attributes import aria

_CONFIG: Final[Any] = {
    "displayModeBar": False,
    "showSendToCloud": False,
    "displaylogo": False,
    "responsive": True,
}
"""No button bar: it holds one that would send the data to a cloud."""


def chart(
    figure: go.Figure, label: str, table: Any, name: str | dict[str, str]
) -> html.Figure:
    """A figure, named for those who don't see it, with its numbers as a table.

    Args:
        figure: what to draw.
        label: what the figure shows, in a sentence.
        table: the same numbers.
        name: the graph's id.
    """
    layout = cast("Any", figure).layout
    return html.Figure(
        [
            html.Div(
                dcc.Graph(id=name, figure=figure, config=_CONFIG, responsive=True),
                role="img",
                style={"height": f"{layout.height}px"},
                className="graph",
                **aria(label=label),
            ),
            html.Details(
                [html.Summary("Show as a table"), table], className="folded as-table"
            ),
        ],
        className="chart",
    )
