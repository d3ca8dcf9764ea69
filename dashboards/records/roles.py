"""What people say of a call's roles: the labels of agent and customer are right, or exchanged."""

from typing import Any, Final

from sqlalchemy import Boolean, Column, String, Text

from dashboards.records.store import Records, record_table

ROLES_SAID: Final = record_table(
    "roles_said",
    Column("call_id", Text, nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("is_exchanged", Boolean, nullable=False),
)
"""Said of one version of a call: its source may send another with the labels put right."""


def say_roles(
    records: Records,
    call_id: str,
    content_hash: str,
    *,
    is_exchanged: bool,
    by: str,
    why: str,
) -> None:
    """Record a person's word on the labels of a call.

    Args:
        records: the store.
        call_id: the source's id of the call.
        content_hash: of the version that the word is about.
        is_exchanged: the agent is labelled as customer, and the other way round.
        by: who says so.
        why: why.

    Raises:
        RecordsError: who or why is lacking, or the store cannot be written.
    """
    row = {
        "call_id": call_id,
        "content_hash": content_hash,
        "is_exchanged": is_exchanged,
        "recorded_by": by.strip(),
        "why": why.strip(),
    }
    records.add({ROLES_SAID: [row]})


def roles_said(records: Records) -> list[dict[str, Any]]:
    """The newest row of each version of a call that anything was said of."""
    newest = {
        (row["call_id"], row["content_hash"]): row
        for row in records.history(ROLES_SAID)
    }
    return list(newest.values())
