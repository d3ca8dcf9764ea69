"""Which contacts of a customer are about one issue: by category, else by what is told."""

from typing import Any, Final

import numpy as np
import polars as pl
from scipy import sparse

from transforms.heard import Floats, Ints, Mask
from transforms.knowledge.thresholds import Thresholds

_DAY: Final = 86_400_000_000


def issues(contacts: pl.DataFrame, thresholds: Thresholds) -> pl.Series:
    """The number of each contact's issue: equal where contacts are on one issue.

    A contact is on the issue of the customer's latest contact, at most `case_days` before,
    that it shares a category with; where one of both has none, whose words are alike
    (cosine of TF-IDF: K. Spärck Jones, Journal of Documentation 28 (1972) 11-21). No word
    or language is named: rare words weigh more, and the first letters of words are
    compared. At least one of both has to be a complaint: routine questions share their
    words without sharing a matter. A call that we make is on the issue of the complaint
    before it. Where words would bridge two categories, the later category parts the chain.

    Args:
        contacts: `customer_id`, `started_at`, `category` (null where no incident tells),
            `stems`, `is_complaint`, `is_inbound`, in the order of customer and time.
        thresholds: `case_days`, `issue_reach`, `issue_similarity`.
    """
    started = contacts["started_at"].to_physical().to_numpy()
    reach = int(thresholds.case_days.value * _DAY)
    parent = _parents(contacts, started, reach, thresholds)
    numbered = (
        contacts.select("category")
        .with_row_index("row")
        .with_columns(root=pl.Series(_roots(parent)), started=pl.Series(started))
        .with_columns(
            about=pl.col("category").forward_fill().backward_fill().over("root")
        )
    )
    # Parted by category, what is left of a chain can have a gap too wide for a case.
    chain = ["root", "about"]
    gap = (pl.col("started") - pl.col("started").shift(1)).over(chain)
    part = (gap > reach).fill_null(value=False)
    parted = numbered.with_columns(part=part.cum_sum().over(chain))
    first = pl.col("row").min().over([*chain, "part"])
    return parted.select(issue=first.cast(pl.Int64))["issue"]


def weights(contacts: pl.DataFrame) -> pl.DataFrame:
    """One row for each stem, in order: `stem`, and its weight: ln(contacts ÷ with it)."""
    told = contacts.select("stems").filter(pl.col("stems").list.len() > 0)
    return (
        told.explode("stems")
        .group_by(stem="stems")
        .agg(weight=(told.height / pl.len()).log())
        .sort("stem")
    )


def _parents(
    contacts: pl.DataFrame, started: Ints, reach: int, thresholds: Thresholds
) -> Ints:
    """For each contact the one before on the same issue; itself where there is none."""
    customer = contacts["customer_id"].rle_id().to_numpy().astype(np.int64)
    category = _codes(contacts["category"])
    words = _vectors(contacts)
    told = np.diff(words.indptr) > 0
    complains = contacts["is_complaint"].to_numpy()
    ours = ~contacts["is_inbound"].to_numpy() & (category < 0)
    parent = np.arange(contacts.height)
    alone = np.ones(contacts.height, dtype=np.bool_)
    for back in range(1, int(thresholds.issue_reach.value) + 1):
        later = np.arange(back, contacts.height)
        earlier = later - back
        near = customer[later] == customer[earlier]
        if not near.any():
            break
        near &= alone[later] & (started[later] - started[earlier] <= reach)
        named = (category[later] >= 0) & (category[earlier] >= 0)
        same: Mask = near & named & (category[later] == category[earlier])
        same |= near & ours[later] & complains[earlier]
        about = complains[later] | complains[earlier]
        asked = np.flatnonzero(near & ~named & about & told[later] & told[earlier])
        alike = _cosines(words, later[asked], earlier[asked])
        same[asked[alike >= thresholds.issue_similarity.value]] = True
        parent[later[same]] = earlier[same]
        alone[later[same]] = False
    return parent


def _codes(names: pl.Series) -> Ints:
    """A number for each distinct name; -1 for null."""
    codes = names.rank("dense").cast(pl.Int64).fill_null(-1)
    return codes.to_numpy().astype(np.int64)


def _vectors(contacts: pl.DataFrame) -> Any:
    """One sparse row for each contact: its stems' weights, of length 1."""
    # Numbered in their order, so that sums come out the same each night.
    stems = weights(contacts).filter(pl.col("weight") > 0).with_row_index("column")
    told = (
        contacts.select("stems")
        .with_row_index("row")
        .filter(pl.col("stems").list.len() > 0)
        .explode("stems")
        .rename({"stems": "stem"})
        .join(stems, on="stem", validate="m:1", maintain_order="left")
    )
    length = pl.col("weight").pow(2).sum().sqrt().over("row")
    told = told.with_columns(pl.col("weight") / length)
    places = (told["row"].to_numpy(), told["column"].to_numpy())
    shape = (contacts.height, max(stems.height, 1))
    return sparse.csr_matrix((told["weight"].to_numpy(), places), shape=shape)


def _cosines(words: Any, one: Ints, other: Ints) -> Floats:
    products = words[one].multiply(words[other]).sum(axis=1)
    return np.asarray(products, dtype=np.float64).ravel()


def _roots(parent: Ints) -> Ints:
    """The first of each chain of parents."""
    while True:
        above = parent[parent]
        if np.array_equal(above, parent):
            return parent
        parent = above
