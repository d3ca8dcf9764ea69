"""Corrections: a person's verdict on one behaviour of one call, over the machine's."""

from typing import Any, Final

from sqlalchemy import Column, String, Text

from dashboards.records.store import Records, record_table

MARKS: Final = ("met", "missed", "violated", "not_applicable")

CORRECTIONS: Final = record_table(
    "corrections",
    Column("call_id", Text, nullable=False),
    Column("behaviour", String(100), nullable=False),
    Column("parameters", Text, nullable=False),
    Column("verdict", String(20), nullable=True),
)
"""`verdict` is null where a correction is withdrawn."""


class CorrectionError(ValueError):
    """A correction says what no verdict can be."""


def correct(
    records: Records,
    call_id: str,
    rules: list[tuple[str, str]],
    verdict: str | None,
    *,
    by: str,
    why: str,
) -> None:
    """Record a person's verdict on some behaviours of a call, or withdraw it.

    Args:
        records: the store.
        call_id: the source's id of the call.
        rules: behaviours with their parameters, as verdicts write them.
        verdict: one of `MARKS`; None withdraws what was said before.
        by: who says so.
        why: why.

    Raises:
        CorrectionError: the verdict is none that a person can give.
        RecordsError: who or why is lacking, or the store cannot be written.
    """
    if verdict is not None and verdict not in MARKS:
        raise CorrectionError(
            f"{verdict!r} is no verdict that a person can give; there are"
            f" {', '.join(MARKS)}"
        )
    told = {"verdict": verdict, "recorded_by": by.strip(), "why": why.strip()}
    rows = [
        {"call_id": call_id, "behaviour": behaviour, "parameters": parameters, **told}
        for behaviour, parameters in rules
    ]
    records.add({CORRECTIONS: rows})


def last_words(records: Records, call_id: str | None = None) -> list[dict[str, Any]]:
    """The newest row of each call, behaviour and parameters ever corrected.

    Args:
        records: the store.
        call_id: of this call only, if not None.
    """
    where = () if call_id is None else (CORRECTIONS.c.call_id == call_id,)
    newest = {
        (row["call_id"], row["behaviour"], row["parameters"]): row
        for row in records.history(CORRECTIONS, *where)
    }
    return list(newest.values())
