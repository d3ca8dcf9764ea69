"""Pairs of the source's customers that may be one person, and people's word on them."""

from typing import Any, Final

from dashboards.records import identities as kept
from dashboards.records.store import Records
from flows.identify.command import State
from flows.publish import current_file
from flows.settings import Settings
from transforms.contracts.identity_marts import LINK_STATES

_PAIRS: Final = """
    SELECT l.source_customer_id, l.other_customer_id, l.state::VARCHAR AS state,
        l.probability, l.reasons,
        one.customer_name AS name, other.customer_name AS other_name,
        one.phone_ending, other.phone_ending AS other_phone_ending,
        one.calls, other.calls AS other_calls
    FROM marts.identity_links AS l
    JOIN marts.customer_identities AS one
        ON one.source_customer_id = l.source_customer_id
    JOIN marts.customer_identities AS other
        ON other.source_customer_id = l.other_customer_id
    WHERE l.state::VARCHAR IN (SELECT unnest($states::VARCHAR[]))
    ORDER BY l.probability DESC NULLS LAST, l.source_customer_id, l.other_customer_id
"""
_KNOWN: Final = """
    SELECT source_customer_id FROM marts.customer_identities
    WHERE source_customer_id IN (SELECT unnest($ids::VARCHAR[]))
"""


class UnknownIdentityError(LookupError):
    """The source has no customer of this id in any published call."""


class OneIdentityError(ValueError):
    """A word on identities is about two ids, not one."""


def pairs(settings: Settings, state: State) -> list[dict[str, Any]]:
    """The published pairs in a state, the likeliest first.

    Raises:
        NothingPublishedError: no run has completed.
    """
    states: list[str] = [*LINK_STATES] if state == "all" else [state]
    return _read(settings, _PAIRS, {"states": states})


def say(
    settings: Settings,
    ids: tuple[str, str],
    *,
    is_confirmed: bool | None,
    by: str,
    why: str,
) -> None:
    """Record a person's word on two ids of the source; the next night goes by it.

    Args:
        settings: where the home and the records are.
        ids: the two ids.
        is_confirmed: they are one person, or two; None takes the last word back.
        by: who says so.
        why: why.

    Raises:
        OneIdentityError: both are the same id.
        UnknownIdentityError: an id is not the source's; an old one may still be taken back.
        RecordsError: who or why is lacking, or the store cannot be written.
    """
    if ids[0] == ids[1]:
        raise OneIdentityError(f"{ids[0]} is one id; name the two that it is about")
    records = Records(settings.records_url)
    if is_confirmed is None:
        said = {
            (r["source_customer_id"], r["other_customer_id"])
            for r in kept.identities_said(records)
        }
        if tuple(sorted(ids)) not in said:
            raise UnknownIdentityError(
                f"nothing was said of {ids[0]} and {ids[1]} that could be taken back;"
                " `coolhead identities --state all` lists what was"
            )
    else:
        found = _read(settings, _KNOWN, {"ids": list(ids)})
        known = {row["source_customer_id"] for row in found}
        if unknown := [name for name in ids if name not in known]:
            raise UnknownIdentityError(
                f"no published call is of customer {' or '.join(map(repr, unknown))};"
                " `coolhead export customer_identities` lists the ids"
            )
    kept.say_identity(records, ids, is_confirmed=is_confirmed, by=by, why=why)


def _read(
    settings: Settings, query: str, params: dict[str, list[str]]
) -> list[dict[str, Any]]:
    from flows.candidate import open_published

    path = current_file(settings.published)
    with open_published(settings, path, read_only=True) as published:
        return published.read(query, params).to_dicts()
