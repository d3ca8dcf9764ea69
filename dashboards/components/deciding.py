"""Decisions on one customer: what was decided, and the forms that decide and take back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, dcc, html, no_update
from dash.exceptions import PreventUpdate

from dashboards.components.attributes import aria
from dashboards.components.decided import decisions_table
from dashboards.components.text import folded, notice, section
from dashboards.formats import Formats, in_words
from dashboards.marts.deciding import person
from dashboards.marts.door import Published
from dashboards.records import decisions as kept
from dashboards.records.decisions import Decision, Person
from dashboards.records.kinds import DECISIONS, WARNINGS
from dashboards.records.store import Records, RecordsError
from dashboards.view import View

_CUSTOMER: Final = "decide-customer"
_HISTORY: Final = "decide-history"
_DECISION: Final = "decide-decision"
_OWNER: Final = "decide-owner"
_REVIEW: Final = "decide-review"
_WARNED: Final = "decide-warned"
_ADJUSTMENTS: Final = "decide-adjustments"
_BY: Final = "decide-by"
_WHY: Final = "decide-why"
_KEEP: Final = "decide-keep"
_SAID: Final = "decide-said"
_NUMBER: Final = "withdraw-number"
_BACK_BY: Final = "withdraw-by"
_BACK_WHY: Final = "withdraw-why"
_BACK: Final = "withdraw-keep"
_BACK_SAID: Final = "withdraw-said"
_CALLS_OFFERED: Final = 20
"""Calls with a limit set in them that the form offers as warnings, newest first."""


@dataclass(frozen=True)
class _Desk:
    """What the form needs to show and keep decisions."""

    records: Records
    published: Published
    formats: Formats
    zone: ZoneInfo

    @property
    def today(self) -> date:
        return datetime.now(self.zone).date()


def deciding(view: View, customer_id: str) -> html.Section:
    """What was decided on a customer, and the form that decides.

    Args:
        view: the request.
        customer_id: any of the customer's ids.
    """
    if view.records is None:
        return section("Decisions", notice("No records store is open to keep them."))
    desk = _Desk(view.records, view.published, view.formats, view.zone)
    known = person(view.published, customer_id)
    if known is None:
        return section("Decisions", notice(f"No call is of {customer_id!r}."))
    try:
        rows = kept.history(desk.records, known.customer_ids)
    except RecordsError as error:
        return section("Decisions", notice(str(error), kind="warn"))
    return section(
        "Decisions",
        dcc.Store(id=_CUSTOMER, data=customer_id),
        html.Div(decisions_table(rows, desk.formats, desk.zone), id=_HISTORY),
        folded("Decide on this customer", *_form(desk, known, rows)),
        folded("Take a decision back", *_taking_back(rows)),
        note="The pages show evidence and advise; a person decides. Of each kind of decision"
        " the newest counts, and all stay. A restriction needs a prior warning on record."
        " A nightly run reads decisions and never changes them.",
        name="decisions",
    )


def _form(
    desk: _Desk, known: Person, rows: Sequence[Mapping[str, Any]]
) -> Sequence[Any]:
    choices = [
        {"value": name, "label": f"{in_words(name)}: {means}"}
        for name, means in DECISIONS.items()
    ]
    frail = (
        "The source flags this customer as vulnerable: a restriction needs it."
        if known.is_vulnerable
        else "More time, another channel, a helper: asked of vulnerable customers."
    )
    return (
        html.Div(
            [
                dmc.Select(id=_DECISION, label="Decision", data=choices),
                dmc.TextInput(id=_OWNER, label="Who takes care of it"),
                dmc.DateInput(
                    id=_REVIEW,
                    label="Review on",
                    description="Year-month-day; a limit needs one.",
                    valueFormat="YYYY-MM-DD",
                    minDate=(desk.today + timedelta(days=1)).isoformat(),
                ),
                dmc.Select(
                    id=_WARNED,
                    label="Prior warning",
                    description="What a restriction rests on; the last one recorded if"
                    " none is chosen. Choose a call only if the customer was warned in it.",
                    data=_warnings(known, rows),
                ),
                dmc.Textarea(
                    id=_ADJUSTMENTS,
                    label="Adjustments considered",
                    description=frail,
                    autosize=True,
                    minRows=1,
                ),
                dmc.TextInput(id=_BY, label="Who decides"),
                dmc.Textarea(id=_WHY, label="Why", autosize=True, minRows=2),
                html.Button("Keep the decision", id=_KEEP, className="button"),
                html.Div(id=_SAID, **aria(live="polite")),
            ],
            className="correcting deciding",
        ),
    )


def _taking_back(rows: Sequence[Mapping[str, Any]]) -> Sequence[Any]:
    return (
        html.P(
            "For what was recorded by mistake. What is done or over is ended by the"
            " decision none.",
            className="note",
        ),
        html.Div(
            [
                dmc.Select(id=_NUMBER, label="Decision to take back", data=_left(rows)),
                dmc.TextInput(id=_BACK_BY, label="Who takes it back"),
                dmc.Textarea(
                    id=_BACK_WHY, label="Why it is taken back", autosize=True, minRows=2
                ),
                html.Button("Take it back", id=_BACK, className="button"),
                html.Div(id=_BACK_SAID, **aria(live="polite")),
            ],
            className="correcting deciding",
        ),
    )


def _warnings(known: Person, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    recorded = [
        {"value": f"decision {row['id']}", "label": _named(row)}
        for row in kept.valid(rows)
        if row["decision"] in WARNINGS
    ]
    heard = [
        {"value": f"call {call}", "label": f"call {call}: an agent set a limit"}
        for call in known.warned_in[:_CALLS_OFFERED]
    ]
    return [*recorded, *heard]


def _left(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    return [{"value": str(row["id"]), "label": _named(row)} for row in kept.valid(rows)]


def _named(row: Mapping[str, Any]) -> str:
    return f"decision {row['id']}: {in_words(str(row['decision']))}"


def register(
    app: Dash,
    published: Published,
    records: Records,
    formats: Formats,
    zone: ZoneInfo,
) -> None:
    """Let the forms write decisions and withdrawals."""
    desk = _Desk(records, published, formats, zone)
    shown = (
        Output(_HISTORY, "children"),
        Output(_WARNED, "data"),
        Output(_NUMBER, "data"),
    )

    @app.callback(
        Output(_SAID, "children"),
        *shown,
        Output(_DECISION, "value"),
        Output(_WHY, "value"),
        Input(_KEEP, "n_clicks"),
        State(_CUSTOMER, "data"),
        State(_DECISION, "value"),
        State(_OWNER, "value"),
        State(_REVIEW, "value"),
        State(_WARNED, "value"),
        State(_ADJUSTMENTS, "value"),
        State(_BY, "value"),
        State(_WHY, "value"),
        prevent_initial_call=True,
    )
    def keep(clicks: int | None, customer: str, *told: str | None) -> tuple[Any, ...]:
        if not clicks:
            raise PreventUpdate
        kind, owner, review, warned, adjustments, by, why = (x or "" for x in told)
        lacking = _lacking({"decision": kind, "who decides": by, "why": why})
        if lacking is not None:
            return lacking, *(no_update for _ in range(5))
        try:
            known = _known(desk, customer)
            decision = Decision(
                customer_id=customer,
                decision=kind,
                by=by,
                why=why,
                owner=owner,
                review_on=date.fromisoformat(review[:10]) if review else None,
                warned=warned,
                adjustments=adjustments,
            )
            row = kept.decide(records, known, decision, desk.today)
        except (RecordsError, ValueError) as error:
            return notice(str(error), kind="warn"), *(no_update for _ in range(5))
        said = notice(
            f"Recorded as decision {row['id']}. The next nightly run counts it."
        )
        return said, *_shown(desk, known), None, ""

    @app.callback(
        Output(_BACK_SAID, "children"),
        *(
            Output(o.component_id, o.component_property, allow_duplicate=True)
            for o in shown
        ),
        Output(_NUMBER, "value"),
        Output(_BACK_WHY, "value"),
        Input(_BACK, "n_clicks"),
        State(_CUSTOMER, "data"),
        State(_NUMBER, "value"),
        State(_BACK_BY, "value"),
        State(_BACK_WHY, "value"),
        prevent_initial_call=True,
    )
    def take_back(
        clicks: int | None,
        customer: str,
        number: str | None,
        by: str | None,
        why: str | None,
    ) -> tuple[Any, ...]:
        if not clicks:
            raise PreventUpdate
        given = {"which decision": number, "who takes it back": by, "why": why}
        lacking = _lacking({name: told or "" for name, told in given.items()})
        if lacking is not None:
            return lacking, *(no_update for _ in range(5))
        try:
            known = _known(desk, customer)
            kept.withdraw(records, known, int(number or ""), by=by or "", why=why or "")
        except (RecordsError, ValueError) as error:
            return notice(str(error), kind="warn"), *(no_update for _ in range(5))
        said = notice(f"Decision {number} is taken back. The history stays.")
        return said, *_shown(desk, known), None, ""


def _lacking(given: Mapping[str, str]) -> Any | None:
    missing = [name for name, told in given.items() if not told.strip()]
    if not missing:
        return None
    return notice(f"Still to be said: {', '.join(missing)}.", kind="warn")


def _known(desk: _Desk, customer_id: str) -> Person:
    known = person(desk.published, customer_id)
    if known is None:
        raise ValueError(f"no call is of {customer_id!r} any more: load the page anew")
    return known


def _shown(desk: _Desk, known: Person) -> tuple[Any, ...]:
    rows = kept.history(desk.records, known.customer_ids)
    return (
        decisions_table(rows, desk.formats, desk.zone),
        _warnings(known, rows),
        _left(rows),
    )
