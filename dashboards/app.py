"""The application: pages, the callbacks that fill them, nothing that computes."""

from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import dash
from dash import ClientsideFunction, Input, Output, State, ctx, no_update
from dash.exceptions import PreventUpdate

from dashboards.components import correcting, deciding, filter_bar, shell
from dashboards.filters import DIMENSIONS, Filters, from_search, other_pairs, to_search
from dashboards.formats import Formats, formats, interface_language
from dashboards.marts.counts import Choices, choices
from dashboards.marts.door import NothingPublishedError, Published, UnreadableError
from dashboards.pages import (
    agents,
    call,
    customers,
    data_quality,
    escalations,
    overview,
    playbooks,
    promises,
    review,
    validity,
    what_works,
)
from dashboards.records.store import Records
from dashboards.view import View

PAGES: Final = (
    overview.PAGE,
    agents.PAGE,
    call.PAGE,
    review.PAGE,
    escalations.PAGE,
    customers.PAGE,
    promises.PAGE,
    playbooks.PAGE,
    what_works.PAGE,
    validity.PAGE,
    data_quality.PAGE,
)
_NO_CHOICES: Final = Choices(None, None, dict.fromkeys(DIMENSIONS, ()), {})
_INDEX: Final = """<!DOCTYPE html>
<html lang="{language}" data-locale="{locale}">
<head>{{%metas%}}<title>{{%title%}}</title>{{%favicon%}}{{%css%}}</head>
<body>{{%app_entry%}}{{%config%}}{{%scripts%}}{{%renderer%}}</body>
</html>"""


def create_app(
    published: Path,
    *,
    home: Path,
    heated_threshold: float | None = None,
    ranked_calls: int | None = None,
    smallest_group: int | None = None,
    locale: str | None = None,
    records: str | None = None,
    time_zone: str = "UTC",
) -> dash.Dash:
    """Build the application without opening the published marts.

    Dash's own pages are kept in a registry of the whole process, which two applications
    would share; a page here is a value, and the application asks its own.

    Args:
        published: folder of the published versions and of their pointer.
        home: folder to which the view of the transcripts is relative.
        heated_threshold: temperature from which on a call is heated, as the knowledge has
            it; the marts don't tell. Without it, the curve has no such line.
        ranked_calls: opportunities, or calls, below which an agent has no rank, as the
            knowledge has it. Without it, nobody has one.
        smallest_group: people, or settled promises, below which groups are not compared.
        locale: how numbers and days are written; see `locales.yaml`.
        records: SQLAlchemy URL of the records store; `records.db` in the home if None.
        time_zone: the contact centre's zone, in which reviews of decisions fall due.

    Raises:
        LocaleError: the locale is not described.
        RecordsUrlError: the URL names no database.
    """
    kept = Records(records or f"sqlite:///{home.resolve() / 'records.db'}")
    door, written = Published(published, home), formats(locale)
    app = dash.Dash(
        "coolhead",
        assets_folder=str(Path(__file__).with_name("assets")),
        index_string=_INDEX.format(language=interface_language(), locale=written.tag),
        title="Coolhead",
        update_title="",
        serve_locally=True,
        suppress_callback_exceptions=True,
        meta_tags=[
            {"name": "viewport", "content": "width=device-width, initial-scale=1"}
        ],
    )
    app.layout = lambda: shell.shell(_choices(door))
    zone = ZoneInfo(time_zone)
    _fill_pages(
        app,
        door,
        written,
        heated_threshold,
        ranked_calls,
        smallest_group,
        kept,
        zone,
    )
    review.register(app, kept)
    correcting.register(app, kept)
    deciding.register(app, door, kept, written, zone)
    _keep_filters_in_url(app, door)
    _in_the_browser(app)
    return app


def _choices(door: Published) -> Choices:
    try:
        return choices(door)
    except NothingPublishedError:
        return _NO_CHOICES


def _fill_pages(
    app: dash.Dash,
    door: Published,
    written: Formats,
    heated_threshold: float | None,
    ranked_calls: int | None,
    smallest_group: int | None,
    records: Records,
    zone: ZoneInfo,
) -> None:
    """The URL and the scheme in, the page out."""
    by_path = {page.path: page for page in PAGES}

    @app.callback(
        Output(shell.CONTENT, "children"),
        Output(shell.NAVIGATION, "children"),
        Output(shell.NOTES, "children"),
        Output(shell.TITLE, "data"),
        Output("filter-bar", "className"),
        Input(shell.URL, "pathname"),
        Input(shell.URL, "search"),
        Input(shell.SHOWN_SCHEME, "data"),
    )
    def page(
        path: str | None, search: str | None, scheme: str | None
    ) -> tuple[Any, ...]:
        if scheme is None or path is None:
            raise PreventUpdate
        known = _choices(door).known
        carried, notes = from_search(search, known)
        shown = by_path.get(path)
        links = shell.navigation(PAGES, path, carried)
        if shown is None:
            return shell.unknown_page(path), links, None, "Not found", "filter-bar none"
        view = View(
            published=door,
            filters=carried.only(shown.filters),
            asked=dict(other_pairs(search)),
            path=path,
            formats=written,
            scheme=scheme,
            heated_threshold=heated_threshold,
            carried=carried,
            ranked_calls=ranked_calls,
            smallest_group=smallest_group,
            records=records,
            zone=zone,
        )
        told = shell.notes(notes)
        bar = " ".join(["filter-bar", *(f"has-{name}" for name in shown.filters)])
        try:
            content = list(shown.layout(view))
        except (NothingPublishedError, UnreadableError) as error:
            content = shell.nothing_published(str(error))
        return content, links, told, shown.name, bar


def _keep_filters_in_url(app: dash.Dash, door: Published) -> None:
    """The URL fills the controls, and a control that is changed changes the URL."""
    controls = [filter_bar.control(name) for name in DIMENSIONS]

    @app.callback(
        Output(shell.URL, "search"),
        Output(filter_bar.DAYS, "value"),
        *(Output(control, "value") for control in controls),
        Output(filter_bar.UNPROVEN, "checked"),
        Output("filter-clear", "href"),
        Input(shell.URL, "search"),
        Input(filter_bar.DAYS, "value"),
        *(Input(control, "value") for control in controls),
        Input(filter_bar.UNPROVEN, "checked"),
        State(shell.URL, "pathname"),
    )
    def keep(search: str | None, days: Any, *told: Any) -> tuple[Any, ...]:
        *values, unproven, path = told
        filters, _ = from_search(search, _choices(door).known)
        if ctx.triggered_id in (filter_bar.DAYS, *controls, filter_bar.UNPROVEN):
            if ctx.triggered_id == filter_bar.DAYS and days and None in days:
                raise PreventUpdate  # the second day is still to be picked
            chosen = filter_bar.chosen_filters(days, values, unproven=bool(unproven))
            if chosen == filters:
                raise PreventUpdate  # the controls say what the URL says
            changed = to_search(chosen, other_pairs(search))
            return (changed, *(no_update for _ in range(len(controls) + 3)))
        shown_days, shown_values, is_on = filter_bar.shown(filters)
        cleared = f"{path}{to_search(Filters(), other_pairs(search))}"
        return no_update, shown_days, *shown_values, is_on, cleared


def _in_the_browser(app: dash.Dash) -> None:
    """What needs no server: the title, the grids' scheme, clicks, exports."""
    app.clientside_callback(
        ClientsideFunction("coolhead", "titled"),
        Output(shell.TITLE, "storage_type"),
        Input(shell.TITLE, "data"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("coolhead", "schemed"),
        Output(shell.SHOWN_SCHEME, "data"),
        Input(shell.SCHEME, "computedColorScheme"),
        State(shell.SHOWN_SCHEME, "data"),
    )
    app.clientside_callback(
        ClientsideFunction("coolhead", "followed"),
        Output({"type": "clickable", "name": dash.MATCH}, "className"),
        Input({"type": "clickable", "name": dash.MATCH}, "clickData"),
        State({"type": "clickable", "name": dash.MATCH}, "figure"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("coolhead", "exported"),
        Output({"type": "grid", "name": dash.MATCH}, "exportDataAsCsv"),
        Input({"type": "csv", "name": dash.MATCH}, "n_clicks"),
        prevent_initial_call=True,
    )
