"""A customer's temperature, by turn of a call."""

import plotly.graph_objects as go
import polars as pl

from dashboards.theme import palette, template


def curve(
    turns: pl.DataFrame,
    threshold: float | None,
    peak_turn: int | None,
    scheme: str | None,
) -> go.Figure:
    """The temperature by customer turn, with the heated threshold and the peak marked.

    Args:
        turns: `turn` and `temperature` (0-100) of the customer's turns.
        threshold: the temperature from which on a call is heated; not drawn if None.
        peak_turn: turn of the highest temperature, if there is one.
        scheme: light or dark.
    """
    colours = palette(scheme)
    figure = go.Figure()
    figure.add_scatter(
        x=turns["turn"].to_list(),
        y=turns["temperature"].to_list(),
        mode="lines+markers",
        line={"color": colours.heat, "width": 2.5, "shape": "hv"},
        marker={"size": 6},
        fill="tozeroy",
        fillcolor=_faint(colours.heat),
        hovertemplate="turn %{x}: %{y:.0f} of 100<extra></extra>",
    )
    if threshold is not None:
        figure.add_hline(
            y=threshold,
            line={"color": colours.muted, "dash": "dash", "width": 1.5},
            annotation={
                "text": f"heated from {threshold:.0f}",
                "font": {"color": colours.muted, "size": 12},
                "yanchor": "bottom",
            },
            annotation_position="top right",
        )
    _mark_peak(figure, turns, peak_turn, colours.text)
    figure.update_layout(
        template=template(scheme),
        height=230,
        showlegend=False,
        xaxis={"title": "turn", "showgrid": False, "rangemode": "tozero"},
        yaxis={"range": [0, 118], "tickvals": [0, 20, 40, 60, 80, 100]},
    )
    return figure


def _faint(colour: str) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.14)"


def _mark_peak(
    figure: go.Figure, turns: pl.DataFrame, peak_turn: int | None, colour: str
) -> None:
    peak = (
        turns.filter(pl.col("turn") == peak_turn)
        if peak_turn is not None
        else turns.clear()
    )
    degrees = peak["temperature"][0] if peak.height else 0.0
    if degrees <= 0:
        return
    figure.add_scatter(
        x=[peak_turn],
        y=[degrees],
        mode="markers+text",
        marker={"size": 11, "color": colour, "symbol": "diamond"},
        text=[f"peak {degrees:.0f}"],
        textposition="top center",
        textfont={"color": colour, "size": 12},
        hoverinfo="skip",
    )
