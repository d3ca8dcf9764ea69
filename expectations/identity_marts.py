"""What the marts of identity must hold before they are published."""

from typing import Final

from expectations.suite import Suite, between, never, one_of, refers
from transforms.contracts.identity_marts import (
    CUSTOMER_IDENTITIES,
    IDENTITY_LINKS,
    LINK_STATES,
)

_PEOPLE: Final = (
    "SELECT source_customer_id, other_customer_id FROM {batch}"
    " JOIN (SELECT source_customer_id, customer_id AS person"
    f" FROM {CUSTOMER_IDENTITIES.name}) USING (source_customer_id)"
    " JOIN (SELECT source_customer_id AS other_customer_id, customer_id AS other"
    f" FROM {CUSTOMER_IDENTITIES.name}) USING (other_customer_id)"
)


def suites() -> tuple[Suite, ...]:
    """One suite for each mart of identity."""
    return (customer_identities(), identity_links())


def customer_identities() -> Suite:
    """A person goes by the id of one of their own identities."""
    return Suite(
        CUSTOMER_IDENTITIES,
        (
            between("calls", 1, None),
            never(
                "a person is one of their own identities",
                "SELECT source_customer_id, customer_id FROM {batch} WHERE customer_id"
                f" NOT IN (SELECT source_customer_id FROM {CUSTOMER_IDENTITIES.name}"
                " WHERE source_customer_id = customer_id)",
            ),
            never(
                "no more than two digits of a number are shown",
                "SELECT source_customer_id FROM {batch} WHERE length(phone_ending) > 2",
            ),
        ),
    )


def identity_links() -> Suite:
    """A link joins two ids that are known, says why, and is kept to."""
    return Suite(
        IDENTITY_LINKS,
        (
            refers("source_customer_id", CUSTOMER_IDENTITIES, "source_customer_id"),
            refers("other_customer_id", CUSTOMER_IDENTITIES, "source_customer_id"),
            one_of("state", LINK_STATES),
            between("probability", 0, 1),
            never(
                "a link has its reasons",
                "SELECT source_customer_id FROM {batch} WHERE len(reasons) = 0",
            ),
            never(
                "nobody is linked with themselves",
                "SELECT source_customer_id FROM {batch}"
                " WHERE source_customer_id = other_customer_id",
            ),
            never(
                "linked and confirmed are one person",
                f"{_PEOPLE} WHERE state IN ('linked', 'confirmed') AND person <> other",
            ),
            never(
                "what was split is not one person",
                f"{_PEOPLE} WHERE state = 'split' AND person = other",
            ),
        ),
    )
