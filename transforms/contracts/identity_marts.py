"""The marts of identity: which of the source's customers are one person, and how sure that is."""

from typing import Final

import polars as pl

from transforms.contracts.columns import count, optional
from transforms.contracts.table import Column, Table

LINK_STATES: Final = ("linked", "to_review", "confirmed", "split")
"""The last two are people's words, and go before any probability."""
LINK_STATE: Final = pl.Enum(LINK_STATES)

CUSTOMER_IDENTITIES: Final = Table(
    name="marts.customer_identities",
    grain="one row for each customer of the source, and each caller whom it doesn't name",
    key=("source_customer_id",),
    columns={
        "source_customer_id": Column(
            pl.String,
            "The source's id of the customer; one of ours where it gives none.",
        ),
        "customer_id": Column(
            pl.String, "The person: the source id under which we saw them first."
        ),
        "customer_name": optional(pl.String, "The name last given."),
        "phone_ending": optional(
            pl.String, "Last two digits of the telephone number last given."
        ),
        "calls": count("Calls under this id."),
        "is_named": Column(pl.Boolean, "The source gives an id."),
    },
)

IDENTITY_LINKS: Final = Table(
    name="marts.identity_links",
    grain="one row for each pair of source ids that may be one person",
    key=("source_customer_id", "other_customer_id"),
    columns={
        "source_customer_id": Column(pl.String, "The source id that we saw first."),
        "other_customer_id": Column(pl.String, "The other source id."),
        "state": Column(
            LINK_STATE,
            "`linked` by probability, `to_review` by a person, or what a person said.",
        ),
        "probability": optional(
            pl.Float64,
            "That both are one person, 0-1; null where only a person says so.",
        ),
        "reasons": Column(
            pl.List(pl.String), "What speaks for it and against it, in words."
        ),
    },
)
