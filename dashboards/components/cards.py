"""Cards: one number each, never without its counts."""

from typing import Any

from dash import html

from dashboards.components.attributes import aria
from dashboards.formats import NOTHING, Formats


def number_card(
    title: str, value: str, counts: Any, *, note: str, aside: Any = None
) -> html.Div:
    """A number with what it counts, and a note in plain words."""
    missing = " missing" if value == NOTHING else ""
    return html.Div(
        [
            html.H3(title),
            html.P(value, className=f"card-value{missing}"),
            html.P(counts, className="card-counts"),
            html.P(aside, className="card-aside") if aside else None,
            html.P(note, className="card-note"),
        ],
        className="card",
    )


def rate_card(
    title: str,
    share: dict[str, Any],
    formats: Formats,
    *,
    of_what: str,
    note: str,
    headline: float | None = None,
) -> html.Div:
    """A share with numerator, denominator and 95 % interval.

    Args:
        title: what is shared.
        share: `numerator`, `denominator`, `rate`, `low`, `high`.
        formats: how numbers are written.
        of_what: what the denominator counts.
        note: what the number means.
        headline: the share to show large, where it is not the plain one.
    """
    large = share["rate"] if headline is None else headline
    counts = f"{formats.of(share['numerator'], share['denominator'])} {of_what}"
    return html.Div(
        [
            html.H3(title),
            html.P(
                formats.percent(large),
                className="card-value" if large is not None else "card-value missing",
            ),
            html.P(counts, className="card-counts"),
            _interval(share["low"], share["high"], formats),
            html.P(note, className="card-note"),
        ],
        className="card",
    )


def _interval(low: float | None, high: float | None, formats: Formats) -> html.Div:
    """The interval in words and as a bar from 0 to 100 %."""
    if low is None or high is None:
        return html.Div("no interval without cases", className="card-aside")
    style = {
        "left": f"{100 * low:.2f}%",
        "width": f"{max(100 * (high - low), 0.8):.2f}%",
    }
    return html.Div(
        [
            html.Span(
                f"95% interval {formats.interval(low, high)}", className="card-aside"
            ),
            html.Div(
                html.Div(className="interval-bar", style=style),
                className="interval",
                **aria(hidden="true"),
            ),
        ]
    )


def cards(*children: Any, label: str) -> html.Div:
    """Cards side by side, as many as the width takes."""
    return html.Div(
        list(children), className="cards", role="group", **aria(label=label)
    )
