"""The filter bar: days, teams, queues, languages, playbooks, and what totals leave out."""

from datetime import date
from typing import Final

import dash_mantine_components as dmc
from dash import html

from dashboards.components.attributes import aria
from dashboards.filters import DIMENSIONS, Filters
from dashboards.marts.counts import Choices

DAYS: Final = "filter-days"
UNPROVEN: Final = "filter-unproven"
NAMES: Final = {
    "team": "Team",
    "queue": "Queue",
    "language": "Language",
    "playbook": "Playbook",
}


def control(dimension: str) -> str:
    """The id of a dimension's control."""
    return f"filter-{dimension}"


def filter_bar(choices: Choices) -> html.Div:
    """The controls, empty; the URL fills them in."""
    first = choices.first_day.isoformat() if choices.first_day else None
    last = choices.last_day.isoformat() if choices.last_day else None
    days = dmc.DatePickerInput(
        id=DAYS,
        type="range",
        label="Days",
        placeholder="All days",
        clearable=True,
        allowSingleDateInRange=True,
        minDate=first,
        maxDate=last,
        defaultDate=last,
        valueFormat="D MMM YYYY",
        size="sm",
    )
    chosen = [
        html.Div(_select(name, choices), className=f"filter filter-{name}")
        for name in DIMENSIONS
    ]
    return html.Div(
        [
            # A control has hidden parts beside it, which must hide with it.
            html.Div(days, className="filter filter-days"),
            *chosen,
            html.Div(
                dmc.Switch(
                    id=UNPROVEN,
                    label="Include unproven steps",
                    checked=False,
                    size="sm",
                ),
                className="filter filter-switch",
            ),
            html.A("Clear filters", id="filter-clear", href="/", className="clear"),
        ],
        id="filter-bar",
        className="filter-bar",
        role="search",
        **aria(label="Filters"),
    )


def _select(dimension: str, choices: Choices) -> dmc.MultiSelect:
    data = [
        {"value": value, "label": choices.titles.get(value, value)}
        for value in choices.known.get(dimension, ())
    ]
    return dmc.MultiSelect(
        id=control(dimension),
        label=NAMES[dimension],
        placeholder="All",
        data=data,
        value=[],
        clearable=True,
        searchable=True,
        hidePickedOptions=True,
        size="sm",
        comboboxProps={"width": 300, "position": "bottom-start"},
    )


def shown(filters: Filters) -> tuple[list[str | None] | None, list[list[str]], bool]:
    """What the controls show for some filters: days, each dimension's values, the switch."""
    since = filters.since.isoformat() if filters.since else None
    until = filters.until.isoformat() if filters.until else None
    days: list[str | None] | None = [since, until] if since or until else None
    values = [list(filters.chosen(name)) for name in DIMENSIONS]
    return days, values, filters.unproven


def chosen_filters(
    days: list[str | None] | None, values: list[list[str] | None], *, unproven: bool
) -> Filters:
    """The filters that the controls show."""
    since, until = ([*(days or []), None, None])[:2]
    return Filters(
        since=date.fromisoformat(since) if since else None,
        until=date.fromisoformat(until) if until else None,
        **{
            name: tuple(told or ())
            for name, told in zip(DIMENSIONS, values, strict=True)
        },
        unproven=unproven,
    )
