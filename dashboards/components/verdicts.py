"""A call's verdicts: each playbook's steps, with reasons and evidence."""

from collections import Counter
from typing import Any

import polars as pl
from dash import html

from dashboards.components.text import chip, folded, verdict_chip
from dashboards.components.transcript import turn_link
from dashboards.formats import parameters_in_words

_ORDER = ("violated", "missed", "met")


def verdicts(rows: pl.DataFrame, opened: str | None) -> list[Any]:
    """One part for each playbook.

    Args:
        rows: as `call_verdicts` gives them.
        opened: the playbook whose part stands open; the first one if None.
    """
    parts = rows.partition_by("playbook", maintain_order=True)
    first = opened or (parts[0]["playbook"][0] if parts else None)
    return [_playbook(part, is_open=part["playbook"][0] == first) for part in parts]


def _playbook(rows: pl.DataFrame, *, is_open: bool) -> html.Details:
    judged = rows.filter(pl.col("verdict").is_not_null())
    rest = rows.filter(pl.col("verdict").is_null())
    told = Counter(judged["verdict"].to_list())
    chips = [chip(f"{told[name]} {name}", name) for name in _ORDER if told[name]]
    summary = [html.Span(rows["playbook_title"][0], className="summary-title"), *chips]
    return folded(
        summary,
        _judged(judged),
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


def _judged(rows: pl.DataFrame) -> html.Ol:
    return html.Ol(
        [_verdict(row) for row in rows.iter_rows(named=True)], className="verdicts"
    )


def _verdict(row: dict[str, Any]) -> html.Li:
    conduct = [chip("conduct", "none", "Reported apart, as breaches")] if row["is_conduct"] else []
    return html.Li(
        [
            html.Div(
                [verdict_chip(row["verdict"]), html.Strong(f"{row['step']}. {row['title']}"), *conduct],
                className="verdict-head",
            ),
            html.Div(
                [html.Span(parameters_in_words(row["behaviour"])), *_why(row)], className="verdict-why"
            ),
        ]
    )


def _why(row: dict[str, Any]) -> list[Any]:
    parts: list[Any] = [f" – {row['reason']}"] if row["reason"] else []
    if row["turn"] is not None:
        cue = f" “{row['cue']}”" if row["cue"] else ""
        parts += [" · ", turn_link(row["turn"]), cue]
    elif row["cue"]:
        parts.append(f" · {row['cue']}")
    return parts


def _unjudged(row: dict[str, Any]) -> str:
    head = f"{row['step']}. {row['title']}"
    if row["behaviour"] is None:
        return f"{head}: {row['unobservable']}"
    return f"{head}: {parameters_in_words(row['behaviour'])}"
