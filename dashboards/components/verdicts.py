"""A call's verdicts: each playbook's steps, with reasons and evidence."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

import polars as pl
from dash import html

from dashboards.components.marks import mark
from dashboards.components.text import chip, folded, verdict_chip
from dashboards.components.transcript import turn_link
from dashboards.formats import in_words, parameters_in_words

_ORDER: Final = ("violated", "missed", "met")
Marks = Mapping[tuple[str, str], Mapping[str, Any]]
"""For a playbook and step its row of `step_marks`, in the call's language."""
_QUOTED: Final = 90
"""Characters of the evidence that are quoted; the turn itself has the rest."""


def verdicts(
    rows: pl.DataFrame, turns: pl.DataFrame, opened: str | None, marks: Marks
) -> list[html.Details]:
    """One part for each playbook.

    Args:
        rows: as `call_verdicts` gives them.
        turns: the transcript, of which the evidence is quoted.
        opened: the playbook whose part stands open; the first one if None.
        marks: how far each step may be trusted in the call's language.
    """
    parts = rows.partition_by("playbook", maintain_order=True)
    first = opened or (parts[0]["playbook"][0] if parts else None)
    texts = dict(turns.select("turn", "text").iter_rows())
    return [
        _playbook(part, texts, marks, is_open=part["playbook"][0] == first)
        for part in parts
    ]


def _playbook(
    rows: pl.DataFrame, texts: dict[int, str], marks: Marks, *, is_open: bool
) -> html.Details:
    judged = rows.filter(pl.col("verdict").is_not_null())
    rest = rows.filter(pl.col("verdict").is_null())
    told = Counter(judged["verdict"].to_list())
    chips = [chip(f"{told[name]} {name}", name) for name in _ORDER if told[name]]
    summary = [html.Span(rows["playbook_title"][0], className="summary-title"), *chips]
    return folded(
        summary,
        _judged(judged, texts, marks),
        folded(
            f"No opportunity, or not observable: {rest.height}",
            html.P(
                "Behaviours of which this call keeps no verdict. The command"
                " “coolhead explain” with the call's id gives the reason of each.",
                className="note",
            ),
            html.Ul([html.Li(_unjudged(row)) for row in rest.iter_rows(named=True)]),
        ),
        is_open=is_open,
    )


def _judged(rows: pl.DataFrame, texts: dict[int, str], marks: Marks) -> html.Ol:
    steps = rows.partition_by("step", maintain_order=True)
    return html.Ol([_step(step, texts, marks) for step in steps], className="verdicts")


def _step(rows: pl.DataFrame, texts: dict[int, str], marks: Marks) -> html.Li:
    first = rows.row(0, named=True)
    marked = marks.get((first["playbook"], first["step"]), {})
    conduct = [chip("conduct", "none", "Reported apart, as breaches")]
    head = [html.B(first["step"]), html.Span(first["title"])]
    behaviours = [
        html.Li(
            [
                verdict_chip(row["verdict"]),
                html.Span([parameters_in_words(row["behaviour"]), *_why(row, texts)]),
            ],
            className="verdict",
        )
        for row in rows.iter_rows(named=True)
    ]
    return html.Li(
        [
            html.Div(
                [
                    *head,
                    *(conduct if first["is_conduct"] else []),
                    mark(marked.get("mark"), marked.get("reason")),
                ],
                className="step-title",
            ),
            html.Ul(behaviours),
        ]
    )


def _why(row: dict[str, Any], texts: dict[int, str]) -> list[Any]:
    """The reason, and the words that are the evidence, with a link to their turn."""
    reason = in_words(row["reason"] or "")
    is_told = reason and not parameters_in_words(row["behaviour"]).startswith(reason)
    parts: list[Any] = [html.Span(f" – {reason}", className="muted")] if is_told else []
    if row["machine_verdict"] is not None:
        machine = f" (the machine: {in_words(row['machine_verdict'])})"
        parts.append(html.Span(machine, className="muted"))
    if row["turn"] is not None:
        words = texts.get(row["turn"], "")[row["start"] or 0 : row["end"] or 0]
        said = (
            [" ", html.Q(_short(words), dir="auto", title=row["cue"])] if words else []
        )
        parts += [html.Br(), turn_link(row["turn"]), *said]
    elif row["cue"] and row["cue"] != row["reason"]:
        parts.append(html.Span(f" · {row['cue']}", className="muted"))
    return parts


def _short(words: str) -> str:
    return words if len(words) <= _QUOTED else f"{words[:_QUOTED].rstrip()}…"


def _unjudged(row: dict[str, Any]) -> str:
    head = f"{row['step']}. {row['title']}"
    if row["behaviour"] is None:
        return f"{head}: {row['unobservable']}"
    return f"{head}: {parameters_in_words(row['behaviour'])}"
