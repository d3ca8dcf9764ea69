"""Promises as rows: of the mart, and of one call's explanation."""

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl

from transforms.commitment import OUTSIDE
from transforms.contracts.promise_marts import PROMISES
from transforms.contracts.table import UNKNOWN
from transforms.promises import Promise, moment_of

if TYPE_CHECKING:
    from transforms.context import Context

_OF_THE_CALL: Final = ("call_id", "call_no", "day", "customer_id", "zone")
_DIMENSIONS: Final = ("agent_id", "team", "queue")


def promise_rows(context: "Context", knowledge: str) -> pl.DataFrame:
    """Rows of `marts.promises`: one for each promise of the batch.

    Args:
        context: the batch.
        knowledge: version of what the calls are judged by.
    """
    found = context.promises
    calls = context.heard.calls.select(
        *_OF_THE_CALL,
        *(pl.col(name).fill_null(UNKNOWN) for name in _DIMENSIONS),
        language=pl.coalesce("spoken_language", "language").fill_null(UNKNOWN),
    )
    told = pl.DataFrame(
        [_row(context, promise) for promise in found], schema=_OWN_COLUMNS
    )
    of_call = pl.Series([promise.made.call for promise in found], dtype=pl.UInt32)
    rows = pl.concat([calls[of_call], told], how="horizontal")
    return PROMISES.conform(
        rows.with_columns(knowledge=pl.lit(knowledge)).lazy()
    ).collect()


_OWN_COLUMNS: Final = {
    name: column.dtype
    for name, column in PROMISES.columns.items()
    if name not in (*_OF_THE_CALL, *_DIMENSIONS, "language", "knowledge")
}


def _row(context: "Context", promise: Promise) -> dict[str, Any]:
    made = promise.made
    outside = made.place == OUTSIDE
    return {
        "turn": -1 if outside else int(context.heard.turn[made.place]),
        "start": made.start,
        "end": made.end,
        "kind": made.kind,
        "made_by": made.made_by,
        "said_at": made.said_at,
        "due_at": moment_of(made.due),
        "due_read_from": made.read_from,
        "due_read_as": made.reading,
        "status": promise.status,
        "why": promise.why,
        "ground": promise.ground,
        "settled_at": moment_of(promise.settled_at),
        "settled_by": promise.settled_by,
    }


def told_of(context: "Context", call_no: int) -> list[dict[str, Any]]:
    """The promises of one call, as it is explained: words, due time with zone, status.

    `text` is the sentence; null, with `turn`, where the incident log alone has it.
    """
    call = context.heard.calls["call_no"].index_of(call_no)
    told: list[dict[str, Any]] = []
    for promise in context.promises:
        made = promise.made
        if made.call != call:
            continue
        turn, text = None, None
        if made.place != OUTSIDE:
            turn = int(context.heard.turn[made.place])
            whole = str(context.heard.text_at(np.array([made.place]))[0])
            text = whole[made.start : made.end]
        due = moment_of(made.due)
        told.append(
            {
                "turn": turn,
                "text": text,
                "kind": made.kind,
                "made_by": made.made_by,
                "due_at": due and due.astimezone(made.said_at.tzinfo).isoformat(),
                "status": promise.status,
                "why": promise.why,
            }
        )
    return told
