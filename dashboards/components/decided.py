"""What was decided on customers: one customer's history, and the reviews overdue."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from dash import html

from dashboards.components.text import notice, section, table
from dashboards.formats import NOTHING, Formats, in_words
from dashboards.marts.deciding import person, persons
from dashboards.records import decisions as kept
from dashboards.records.store import RecordsError
from dashboards.view import View


def overdue_reviews(view: View) -> list[Any]:
    """The decisions whose day of review has passed; nothing where there are none."""
    if view.records is None:
        return []
    try:
        rows = kept.history(view.records)
    except RecordsError as error:
        return [notice(str(error), kind="warn")]
    known = persons(view.published, [row["customer_id"] for row in rows])
    today = datetime.now(view.zone).date()
    late = kept.overdue(rows, known, today)
    if not late:
        return []
    cells = [
        (
            html.A(row["person"], href=view.link_here(customer=row["person"])),
            in_words(row["decision"]),
            html.Bdi(row["owner"] or NOTHING),
            view.formats.day(row["review_on"]),
            view.formats.number((today - row["review_on"]).days),
        )
        for row in late
    ]
    heads = ("Customer", "Decision", "Who takes care", "Review on", "Days overdue")
    return [
        section(
            "Reviews overdue",
            table(heads, cells, "Decisions to be looked at again", numeric=(4,)),
            note="Decisions that stand and whose day of review has passed. To review one,"
            " decide again with a later day, or decide none.",
            name="overdue",
        )
    ]


def decision_marks(view: View, customer_id: str) -> list[dict[str, Any]]:
    """Moment, kind and words of each decision on a customer, for their timeline."""
    known = person(view.published, customer_id)
    if view.records is None or known is None:
        return []
    try:
        rows = kept.history(view.records, known.customer_ids)
    except RecordsError:
        return []  # the part of the page that shows decisions says why
    return [
        {
            "at": row["recorded_at"],
            "kind": "decision",
            "words": " · ".join(_in_short(row)),
        }
        for row in rows
    ]


def _in_short(row: Mapping[str, Any]) -> list[str]:
    if row["withdraws"] is not None:
        return [f"decision {row['withdraws']} taken back"]
    return [in_words(str(row["decision"])), *([row["owner"]] if row["owner"] else [])]


def decisions_table(
    rows: Sequence[Mapping[str, Any]], formats: Formats, zone: ZoneInfo
) -> Any:
    """All that was ever decided on one customer, the newest first, and what counts now.

    Args:
        rows: see `dashboards.records.decisions.history`.
        formats: how days are written.
        zone: the zone in which moments are told.
    """
    if not rows:
        return html.P("Nothing was decided yet.", className="note")
    stands = {row["id"] for row in kept.standing(rows)}
    cells = [
        (
            str(row["id"]),
            formats.moment(row["recorded_at"], str(zone)),
            _what(row),
            html.Bdi(row["owner"] or NOTHING),
            formats.day(row["review_on"]) if row["review_on"] else NOTHING,
            html.Bdi(row["recorded_by"]),
            html.Bdi(row["why"]),
            "yes" if row["id"] in stands else "no",
        )
        for row in reversed(rows)
    ]
    heads = ("No.", "When", "What", "Who takes care", "Review on", "Who", "Why")
    return table((*heads, "Counts now"), cells, "What was decided, the newest first")


def _what(row: Mapping[str, Any]) -> list[Any]:
    if row["withdraws"] is not None:
        return [f"decision {row['withdraws']} taken back"]
    parts: list[Any] = [html.Strong(in_words(row["decision"]))]
    if row["warned"]:
        parts.append(f"; warned by {row['warned']}")
    if row["adjustments"]:
        parts += ["; considered: ", html.Bdi(row["adjustments"])]
    return parts
