"""Headings, notes, tables and links, as plain HTML that every reader understands."""

from collections.abc import Iterable, Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import html

from dashboards.components.attributes import aria


def page_head(title: str, lead: Any) -> html.Div:
    """The page's one `h1`, and what the page is for."""
    return html.Div(
        [html.H1(title), html.P(lead, className="lead")], className="page-head"
    )


def section(
    title: str, *children: Any, note: Any = None, name: str | None = None
) -> html.Section:
    """A part of a page under its heading, with a note in plain words."""
    said = [html.P(note, className="note")] if note else []
    attributes: dict[str, Any] = {"id": name} if name else {}
    return html.Section(
        [html.H2(title), *said, *children], className="section", **attributes
    )


def panel(title: str, *children: Any, note: Any = None) -> html.Section:
    """A framed part within a section."""
    said = [html.P(note, className="note")] if note else []
    return html.Section([html.H3(title), *said, *children], className="panel")


def notice(text: Any, title: str | None = None, *, kind: str = "info") -> dmc.Alert:
    """Something that the reader has to know: `info` or `warn`."""
    colour = "orange" if kind == "warn" else "lagoon"
    return dmc.Alert(
        text, title=title, color=colour, variant="light", className="notice"
    )


def link(text: Any, href: str, label: str | None = None) -> html.A:
    """A link; within the dashboards it opens without loading the page anew."""
    return html.A(text, href=href, **aria(label=label))


def chip(text: str, kind: str = "plain", title: str | None = None) -> html.Span:
    """A word in a coloured frame; the colour says nothing that the word doesn't."""
    attributes: dict[str, Any] = {"title": title} if title else {}
    return html.Span(text, className=f"chip chip-{kind}", **attributes)


_MARKS = {"met": "✓", "missed": "○", "violated": "✕"}


def verdict_chip(verdict: str | None) -> html.Span:
    """A verdict, with a mark of its own shape."""
    if verdict is None:
        return chip("not judged", "none")
    return chip(f"{_MARKS.get(verdict, '')} {verdict}", verdict)


def table(
    heads: Sequence[str],
    rows: Iterable[Sequence[Any]],
    caption: str,
    *,
    numeric: Sequence[int] = (),
    show_caption: bool = False,
) -> html.Div:
    """A table with a caption for those who hear it, its first column naming the rows.

    Args:
        heads: the columns' names.
        rows: the cells, as many as there are heads.
        caption: what the table shows.
        numeric: places of the columns that hold numbers.
        show_caption: show the caption to those who see it, too.
    """
    head = html.Tr(
        [
            html.Th(name, scope="col", className="number" if i in numeric else "")
            for i, name in enumerate(heads)
        ]
    )
    body = [
        html.Tr(
            [
                html.Th(cell, scope="row")
                if i == 0
                else html.Td(cell, className="number" if i in numeric else "")
                for i, cell in enumerate(row)
            ]
        )
        for row in rows
    ]
    named = html.Caption(caption, className="" if show_caption else "hidden")
    if not body:
        empty = html.Td(
            "There is nothing to show.", colSpan=len(heads), className="nothing"
        )
        body = [html.Tr(empty)]
    return html.Div(
        html.Table([named, html.Thead(head), html.Tbody(body)], className="table"),
        className="table-frame",
        tabIndex=0,
        role="region",
        **aria(label=caption),
    )


def pills(label: str, choices: Iterable[tuple[Any, str, bool]]) -> html.Nav:
    """Links of which one is the current choice: text, address, whether it is chosen."""
    items = [
        html.Li(
            html.A(
                text,
                href=href,
                className="pill chosen" if chosen else "pill",
                **aria(current="true" if chosen else None),
            )
        )
        for text, href, chosen in choices
    ]
    return html.Nav(
        [
            html.Span(label, className="pills-label", **aria(hidden="true")),
            html.Ul(items),
        ],
        className="pills",
        **aria(label=label),
    )


def facts(pairs: Iterable[tuple[str, Any]]) -> html.Dl:
    """Names and values, one under the other."""
    return html.Dl(
        [part for name, value in pairs for part in (html.Dt(name), html.Dd(value))],
        className="facts",
    )


def folded(summary: Any, *children: Any, is_open: bool = False) -> html.Details:
    """A part that opens when asked."""
    return html.Details(
        [html.Summary(summary), *children], open=is_open, className="folded"
    )
