"""Grids: sort, filter, and export as CSV."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Literal, cast

import dash_ag_grid as dag
import polars as pl
from dash import html

from dashboards.components.attributes import aria

Kind = Literal[
    "text",
    "mark",
    "number",
    "decimal",
    "hundredth",
    "percent",
    "day",
    "moment",
    "link",
    "yes",
]

_FILTERS: Final[dict[Kind, str]] = {
    "number": "agNumberColumnFilter",
    "decimal": "agNumberColumnFilter",
    "hundredth": "agNumberColumnFilter",
    "percent": "agNumberColumnFilter",
}
_FORMATTERS: Final[dict[Kind, str]] = {
    "number": "coolheadNumber(params)",
    "decimal": "coolheadDecimal(params)",
    "hundredth": "coolheadHundredth(params)",
    "percent": "coolheadPercent(params)",
    "day": "coolheadDay(params)",
    "moment": "coolheadMoment(params)",
    "yes": "coolheadYes(params)",
    "text": "coolheadText(params)",
    "mark": "coolheadText(params)",
}
_THEME: Final = (
    "themeQuartz.withParams({accentColor: '#0a6c74', backgroundColor: '#ffffff',"
    " foregroundColor: '#1f2933', headerBackgroundColor: '#f4f7f8',"
    " borderColor: '#dde4e9', fontFamily: 'inherit', fontSize: 14, headerFontSize: 13,"
    " spacing: 6, wrapperBorderRadius: 8}, 'light')"
    ".withParams({accentColor: '#56c2c6', backgroundColor: '#182129',"
    " foregroundColor: '#e6ebef', headerBackgroundColor: '#1f2a33',"
    " borderColor: '#2c3843', fontFamily: 'inherit', fontSize: 14, headerFontSize: 13,"
    " spacing: 6, wrapperBorderRadius: 8, browserColorScheme: 'dark'}, 'dark')"
)
_NARROWEST: Final[dict[Kind, int]] = {
    "moment": 198,
    "day": 124,
    "text": 104,
    "mark": 136,
}
_ROW: Final = 38
_CHROME: Final = 106


@dataclass(frozen=True)
class GridColumn:
    """One column of a grid.

    Attributes:
        field: the field of the rows.
        name: what the head says.
        kind: how values are written, sorted and filtered.
        href: the field that holds the address, for links.
        width: share of the width.
        about: what the column means, shown over its head.
        tip: the field that holds more words, shown over a cell.
        least: pixels that it takes at least.
    """

    field: str
    name: str
    kind: Kind = "text"
    href: str | None = None
    width: float = 1
    about: str | None = None
    tip: str | None = None
    least: int = 0

    def _narrowest(self) -> int:
        """Pixels that the head's longest word, and the values, need."""
        word = max(map(len, self.name.split(" ")))
        return max(_NARROWEST.get(self.kind, 96), 32 + 7 * word, self.least)

    def definition(self) -> dict[str, Any]:
        """The column as AG Grid wants it."""
        told: dict[str, Any] = {
            "field": self.field,
            "headerName": self.name,
            "headerTooltip": self.about or self.name,
            "tooltipField": self.tip,
            "flex": self.width,
            "minWidth": self._narrowest(),
            # Without it AG Grid shows truth as a box to tick, and null as a third state.
            "cellDataType": False,
            "filter": _FILTERS.get(self.kind, "agTextColumnFilter"),
            "type": "rightAligned" if self.kind in _FILTERS else None,
        }
        if self.kind == "link":
            told["cellRenderer"] = "CoolheadLink"
            told["cellRendererParams"] = {"hrefField": self.href}
        else:
            told["valueFormatter"] = {"function": _FORMATTERS[self.kind]}
        return {name: value for name, value in told.items() if value is not None}


def grid(
    rows: pl.DataFrame,
    columns: Sequence[GridColumn],
    name: str,
    label: str,
    *,
    rows_shown: int = 12,
) -> html.Div:
    """A grid with a button that exports what is shown as CSV.

    Args:
        rows: what to show; columns of `columns`, their addresses and tips are used.
        columns: the grid's columns, from left to right.
        name: the grid's name, in ids and in the CSV file's name.
        label: what the grid shows, for those who hear it.
        rows_shown: rows visible at a time.
    """
    used = {c.field for c in columns} | {c.href for c in columns if c.href}
    used |= {c.tip for c in columns if c.tip}
    records = [_plain(row) for row in rows.select(sorted(used)).iter_rows(named=True)]
    height = _CHROME + _ROW * min(max(len(records), 2), rows_shown)
    return html.Div(
        [
            html.Div(
                [
                    html.Span(f"{len(records)} rows", className="muted"),
                    html.Button(
                        "Export as CSV",
                        id={"type": "csv", "name": name},
                        className="button quiet",
                        type="button",
                    ),
                ],
                className="grid-tools",
            ),
            dag.AgGrid(
                id={"type": "grid", "name": name},
                rowData=records,
                columnDefs=[column.definition() for column in columns],
                defaultColDef={
                    "sortable": True,
                    "resizable": True,
                    "floatingFilter": True,
                    "wrapHeaderText": True,
                    "autoHeaderHeight": True,
                },
                dashGridOptions={
                    "theme": {"function": _THEME},
                    "rowHeight": _ROW,
                    "tooltipShowDelay": 400,
                    "animateRows": False,
                    "enableCellTextSelection": True,
                    "localeText": {"noRowsToShow": "There is nothing to show."},
                },
                csvExportParams={"fileName": f"{name}.csv"},
                style={"height": f"{height}px"},
            ),
        ],
        className="grid",
        role="region",
        **aria(label=label),
    )


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: _value(value) for name, value in row.items()}


def _value(value: Any) -> Any:
    match value:
        case datetime() | date():
            return value.isoformat()
        case list():
            return ", ".join(map(str, cast("list[object]", value)))
        case _:
            return value
