"""What people say of two of the source's customers: they are one person, or they are two."""

from typing import Any, Final

from sqlalchemy import Boolean, Column, Text

from dashboards.records.store import Records, record_table

IDENTITIES_SAID: Final = record_table(
    "identities_said",
    Column("source_customer_id", Text, nullable=False),
    Column("other_customer_id", Text, nullable=False),
    Column("is_confirmed", Boolean, nullable=True),
)
"""The ids in their own order; `is_confirmed` is null where a word is taken back."""


def say_identity(
    records: Records,
    ids: tuple[str, str],
    *,
    is_confirmed: bool | None,
    by: str,
    why: str,
) -> None:
    """Record a person's word on two ids.

    Args:
        records: the store.
        ids: the two ids of the source, in any order.
        is_confirmed: they are one person, or two; None takes back what was said before.
        by: who says so.
        why: why.

    Raises:
        RecordsError: who or why is lacking, or the store cannot be written.
    """
    one, other = sorted(ids)
    row = {
        "source_customer_id": one,
        "other_customer_id": other,
        "is_confirmed": is_confirmed,
        "recorded_by": by.strip(),
        "why": why.strip(),
    }
    records.add({IDENTITIES_SAID: [row]})


def identities_said(records: Records) -> list[dict[str, Any]]:
    """The newest row of each two ids that anything was said of, and not taken back."""
    newest = {
        (row["source_customer_id"], row["other_customer_id"]): row
        for row in records.history(IDENTITIES_SAID)
    }
    return [row for row in newest.values() if row["is_confirmed"] is not None]
