"""What stands around every page: header, navigation, filters, footer."""

from collections.abc import Sequence
from typing import Any, cast

import dash_mantine_components as dmc
from dash import dcc, html

from dashboards.components.attributes import aria
from dashboards.components.filter_bar import filter_bar
from dashboards.components.text import notice
from dashboards.filters import Filters, to_search
from dashboards.marts.counts import Choices
from dashboards.theme import MANTINE
from dashboards.view import Page

CONTENT = "page"
NAVIGATION = "navigation"
NOTES = "filter-notes"
TITLE = "title"
URL = "url"
SCHEME = "scheme"
SHOWN_SCHEME = "shown-scheme"


def shell(choices: Choices) -> dmc.MantineProvider:
    """Everything but the page itself."""
    return dmc.MantineProvider(
        [
            dcc.Location(id=URL, refresh="callback-nav"),
            dcc.Store(id=TITLE),
            dcc.Store(id=SHOWN_SCHEME),
            html.A("Skip to the page", href=f"#{CONTENT}", className="skip"),
            html.Header(
                [
                    html.Div(
                        [
                            html.A(
                                [html.Span(className="brand-mark"), "Coolhead"],
                                href="/",
                                className="brand",
                            ),
                            html.Nav(id=NAVIGATION, **aria(label="Pages")),
                            dmc.ColorSchemeToggle(
                                id=SCHEME,
                                lightIcon=html.Span("☀", **aria(hidden="true")),
                                darkIcon=html.Span("☾", **aria(hidden="true")),
                                variant="subtle",
                                size="lg",
                                **aria(label="Switch between light and dark"),
                            ),
                        ],
                        className="bar",
                    ),
                    filter_bar(choices),
                ],
                className="header",
            ),
            html.Main(
                [
                    html.Div(id=NOTES, role="status", className="notes"),
                    dcc.Loading(
                        html.Div(id=CONTENT, tabIndex=-1, className="page"),
                        delay_show=400,
                        overlay_style={"visibility": "visible", "opacity": 0.5},
                        custom_spinner=html.Div(className="spinner"),
                    ),
                ],
                className="main",
            ),
        ],
        theme=cast("Any", MANTINE),
        defaultColorScheme="auto",
    )


def navigation(pages: Sequence[Page], path: str, carried: Filters) -> html.Ul:
    """Links to the pages; each keeps the filters."""
    return html.Ul(
        [
            html.Li(
                html.A(
                    page.name,
                    href=f"{page.path}{to_search(carried)}",
                    className="chosen" if page.path == path else "",
                    **aria(current="page" if page.path == path else None),
                )
            )
            for page in pages
        ]
    )


def nothing_published(message: str) -> list[Any]:
    """What stands in the place of a page as long as there is nothing to show."""
    return [
        html.H1("Nothing is published yet"),
        html.P(
            "The dashboards show what a nightly run has published, and there is no such"
            " version where they look.",
            className="lead",
        ),
        html.Pre(message),
    ]


def unknown_page(path: str) -> list[Any]:
    """What stands in the place of a page that there is none of."""
    return [
        html.H1("There is no such page"),
        html.P(f"Nothing is at {path}. The pages are named above.", className="lead"),
    ]


def notes(sentences: Sequence[str]) -> Any:
    """What of the URL could not be used."""
    if not sentences:
        return None
    return notice(html.Ul([html.Li(sentence) for sentence in sentences]), kind="warn")
