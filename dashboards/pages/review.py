"""Review: one step of one call at a time, marked by a person who sees no verdict."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, cast

import dash_mantine_components as dmc
from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.exceptions import PreventUpdate

from dashboards.components import shell
from dashboards.components.attributes import aria, data
from dashboards.components.text import chip, notice, page_head, panel, pills, section
from dashboards.components.transcript import transcript
from dashboards.filters import Filters, to_search
from dashboards.formats import direction
from dashboards.marts import reviews as asked_of
from dashboards.records.reviews import (
    MARKS,
    Mark,
    items_of,
    keep_marks,
    marks_of,
    named_reviewers,
)
from dashboards.records.reviews import (
    PAGE as SOURCE,
)
from dashboards.records.store import Records, RecordsError
from dashboards.view import Page, View

_TOLD: Final = "review-told"
_COMMENT: Final = "review-comment"
_SAID: Final = "review-said"
_BUTTON: Final = "review-mark"
Rows = Sequence[Mapping[str, Any]]


def layout(view: View) -> Iterable[Any]:
    """Who reviews, then the next item that they have not marked yet, or the one asked for."""
    yield page_head(
        "Review",
        "Mark what happened in calls, without seeing what the machine made of them.",
    )
    if view.records is None:
        yield notice(
            "These dashboards were started without a records store.", kind="warn"
        )
        return
    try:
        yield from _review(view, view.records)
    except RecordsError as error:
        yield notice(str(error), kind="warn")


def _review(view: View, records: Records) -> Iterator[Any]:
    who = view.asked.get("reviewer", "").strip()
    if not who:
        yield from _who(view, named_reviewers(records))
        return
    items, marks = items_of(records, who), marks_of(records, who)
    if not items:
        yield notice(
            f"Nothing is to be reviewed by {who}: `coolhead calibrate sample` draws what"
            " is, for those whom it names or for anybody."
        )
        yield from _who(view, named_reviewers(records))
        return
    done = sum(_key(item) in marks for item in items)
    yield _progress(view, who, done, len(items))
    item = _shown(items, marks, view.asked.get("item"))
    if item is None:
        yield notice(f"All {len(items)} items are marked. Thank you, {who}.")
        return
    yield from _item(view, who, item, marks.get(_key(item)))


def _who(view: View, names: Sequence[str]) -> Iterator[Any]:
    if names:
        choices = [(name, view.link(reviewer=name), False) for name in names]
        yield pills("Who reviews", choices)
    yield html.Form(
        [
            dmc.TextInput(
                id="reviewer", name="reviewer", label="Your name", required=True
            ),
            html.Button("Begin", type="submit", className="button"),
        ],
        className="search",
        **data(path=view.path),
        **aria(label="Say who reviews"),
    )


def _progress(view: View, who: str, done: int, count: int) -> html.Div:
    return html.Div(
        [
            html.Strong(f"{done} of {count} marked"),
            html.Progress(
                value=str(done), max=str(count), **aria(label="Marked so far")
            ),
            html.Span([f"Reviewer: {who}. ", html.A("Not you?", href=view.link())]),
        ],
        className="review-progress",
        role="status",
    )


def _key(item: Mapping[str, Any]) -> tuple[str, str, str]:
    return item["call_id"], item["playbook"], item["step"]


def item_name(item: Mapping[str, Any]) -> str:
    """An item as links and sheets name it."""
    return f"{item['sample']}:{item['place']}"


def _shown(
    items: Rows, marks: Mapping[tuple[str, str, str], Any], asked: str | None
) -> Mapping[str, Any] | None:
    """The item asked for, else the first that is not marked."""
    named = next((item for item in items if item_name(item) == asked), None)
    return named or next((item for item in items if _key(item) not in marks), None)


def _item(
    view: View, who: str, item: Mapping[str, Any], own: Mapping[str, Any] | None
) -> Iterator[Any]:
    step = asked_of.step_asked(view.published, item["playbook"], item["step"])
    turns = asked_of.blind_transcript(view.published, item["call_id"])
    if step is None or turns.is_empty():
        yield notice(
            f"Call {item['call_id']} or step {item['playbook']}/{item['step']} is no longer"
            " published; mark it as “cannot tell”.",
            kind="warn",
        )
    yield dcc.Store(id=_TOLD, data={"reviewer": who, "item": item_name(item)})
    yield html.Div(
        [
            section(
                f"Call {item['call_id']}",
                transcript(turns, item["language"], view.formats),
                name="talk",
            ),
            html.Div(
                [
                    *([] if step is None else [_question(step)]),
                    _marking(own),
                    html.Div(id=_SAID, role="alert"),
                ],
                className="aside review-aside",
            ),
        ],
        className="call",
    )


def _question(step: Mapping[str, Any]) -> html.Section:
    lines = str(step["marking"] or "").splitlines()
    return panel(
        f"{step['playbook_title']}, step {step['step']}",
        html.P(html.Strong(step["title"])),
        html.P(step["title_native"], dir=step["direction"], lang=step["language"])
        if direction(step["language"]) != "auto"
        else html.P(step["title_native"], dir="auto"),
        html.Ul([html.Li(line) for line in lines]),
    )


def _marking(own: Mapping[str, Any] | None) -> html.Section:
    chosen = own["mark"] if own else None
    buttons = [
        html.Button(
            mark,
            id={"type": _BUTTON, "mark": mark},
            className="button" if mark == chosen else "button quiet",
            accessKey=str(number),
            **aria(pressed="true" if mark == chosen else "false"),
        )
        for number, mark in enumerate(MARKS, 1)
    ]
    said = [html.P(["You marked it ", chip(chosen)])] if chosen else []
    return panel(
        "Your mark",
        *said,
        dmc.Textarea(
            id=_COMMENT,
            label="Comment (optional)",
            value=own["comment"] if own else "",
            autosize=True,
            minRows=2,
        ),
        html.Div(buttons, className="review-marks", role="group", **aria(label="Mark")),
        note="A mark is kept at once, and the next item follows. Go back to change one.",
    )


def register(app: Dash, records: Records) -> None:
    """Let the buttons of the page write marks, and go on to the next item."""

    @app.callback(
        Output(shell.URL, "search", allow_duplicate=True),
        Output(_SAID, "children"),
        Input({"type": _BUTTON, "mark": ALL}, "n_clicks"),
        State(_COMMENT, "value"),
        State(_TOLD, "data"),
        prevent_initial_call=True,
    )
    def keep(clicks: list[int | None], comment: str | None, told: Any) -> Any:
        pressed = cast("Any", ctx.triggered_id)
        if not any(clicks) or not pressed or pressed["mark"] not in MARKS:
            raise PreventUpdate
        try:
            after = mark_item(
                records, told["reviewer"], told["item"], pressed["mark"], comment or ""
            )
        except RecordsError as error:
            return no_update, notice(str(error), kind="warn")
        pairs = [("reviewer", str(told["reviewer"]))]
        pairs.append(("item", after) if after else ("done", "yes"))
        return to_search(Filters(), pairs), None


def mark_item(
    records: Records, who: str, name: str, mark: str, comment: str
) -> str | None:
    """Keep a reviewer's mark; returns the next item that they have not marked, if any.

    Raises:
        RecordsError: no such item was drawn for them, or the store cannot be written.
    """
    items = items_of(records, who)
    item = next((item for item in items if item_name(item) == name), None)
    if item is None:
        raise RecordsError(f"{records}: nothing named {name!r} was drawn for {who!r}")
    told = Mark(*_key(item), who, mark, comment.strip(), SOURCE, f"reviewed as {name}")
    keep_marks(records, [told])
    marks = marks_of(records, who)
    place = items.index(item)
    rest = [*items[place + 1 :], *items[:place]]
    return next((item_name(i) for i in rest if _key(i) not in marks), None)


PAGE: Final = Page("/review", "Review", layout)
