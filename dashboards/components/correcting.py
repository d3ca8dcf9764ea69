"""A person's correction of a verdict, from the page of a call."""

from collections.abc import Sequence
from typing import Any, Final

import dash_mantine_components as dmc
import polars as pl
from dash import Dash, Input, Output, State, dcc, html
from dash.exceptions import PreventUpdate

from dashboards.components.attributes import aria
from dashboards.components.text import folded, notice
from dashboards.formats import in_words, parameters_in_words
from dashboards.records.corrections import MARKS, correct, last_words
from dashboards.records.store import Records, RecordsError

_CALL: Final = "correct-call"
_RULE: Final = "correct-rule"
_VERDICT: Final = "correct-verdict"
_BY: Final = "correct-by"
_WHY: Final = "correct-why"
_KEEP: Final = "correct-keep"
_SAID: Final = "correct-said"
_WITHDRAW: Final = "withdraw"


def correcting(records: Records, call_id: str, rows: pl.DataFrame) -> html.Details:
    """A form that puts a person's verdict in the place of the machine's.

    Args:
        records: where corrections are kept.
        call_id: the call.
        rows: as `call_verdicts` gives them.
    """
    named = rows.drop_nulls("behaviour")["behaviour"].unique().sort().to_list()
    choices = [{"value": name, "label": parameters_in_words(name)} for name in named]
    verdicts = [{"value": name, "label": in_words(name)} for name in MARKS]
    back = {"value": _WITHDRAW, "label": "withdraw: the machine's counts again"}
    return folded(
        "Correct a verdict",
        html.P(
            "The next nightly run counts it, here and in every total; the machine's"
            " verdict is kept beside it, and so is who said so and why.",
            className="note",
        ),
        *_standing(records, call_id),
        html.Div(
            [
                dcc.Store(id=_CALL, data=call_id),
                dmc.Select(id=_RULE, label="Behaviour", data=choices, searchable=True),
                dmc.Select(id=_VERDICT, label="Verdict", data=[*verdicts, back]),
                dmc.TextInput(id=_BY, label="Who says so"),
                dmc.Textarea(id=_WHY, label="Why", autosize=True, minRows=2),
                html.Button("Keep the correction", id=_KEEP, className="button"),
                html.Div(id=_SAID, **aria(live="polite")),
            ],
            className="correcting",
        ),
    )


def _standing(records: Records, call_id: str) -> Sequence[Any]:
    """What was corrected of the call so far."""
    items = [
        html.Li(
            f"{_written(row)}: {in_words(row['verdict'])}, by {row['recorded_by']}:"
            f" {row['why']}"
        )
        for row in last_words(records, call_id)
        if row["verdict"] is not None
    ]
    return [html.Ul(items)] if items else []


def _written(row: dict[str, Any]) -> str:
    text = f" ({row['parameters']})" if row["parameters"] else ""
    return parameters_in_words(f"{row['behaviour']}{text}")


def rule_of(written: str) -> tuple[str, str]:
    """Behaviour and parameters of a behaviour as the marts write it.

    >>> rule_of("apology (when=always)"), rule_of("calm")
    (('apology', 'when=always'), ('calm', ''))
    """
    behaviour, _, rest = written.partition(" (")
    return behaviour, rest.removesuffix(")")


def register(app: Dash, records: Records) -> None:
    """Let the form write corrections."""

    @app.callback(
        Output(_SAID, "children"),
        Input(_KEEP, "n_clicks"),
        State(_CALL, "data"),
        State(_RULE, "value"),
        State(_VERDICT, "value"),
        State(_BY, "value"),
        State(_WHY, "value"),
        prevent_initial_call=True,
    )
    def keep(
        clicks: int | None,
        call_id: str,
        rule: str | None,
        verdict: str | None,
        by: str | None,
        why: str | None,
    ) -> Any:
        if not clicks:
            raise PreventUpdate
        given = {"behaviour": rule, "verdict": verdict, "who": by, "why": why}
        if missing := [
            name for name, said in given.items() if not (said or "").strip()
        ]:
            return notice(f"Still to be said: {', '.join(missing)}.", kind="warn")
        said = None if verdict == _WITHDRAW else verdict
        try:
            correct(
                records,
                call_id,
                [rule_of(rule or "")],
                said,
                by=by or "",
                why=why or "",
            )
        except (RecordsError, ValueError) as error:
            return notice(str(error), kind="warn")
        return notice("Recorded. The next nightly run counts it.")
