"""One comparison of the source's customers, from what was known before and what is new."""

import json
from dataclasses import dataclass
from typing import Final

import polars as pl

from flows.knowledge import IdentityKnowledge
from transforms.contracts.staging import CUSTOMERS
from transforms.identity import link
from transforms.identity_model import Model, blocks, scored, train
from transforms.identity_records import COMPARABLE, RECORDS, comparable, usable
from transforms.transliteration import Spelling

_TOLD: Final = (*(name for name in RECORDS if name != "record_no"), "is_named")


@dataclass(frozen=True)
class Compared:
    """What a comparison leaves, for the next one to go on from.

    Attributes:
        customers: `staging.customers`.
        pairs: `staging.identity_pairs`.
        links: `staging.identity_links`.
        by: `staging.identity_model`, without `words`; no row before the first comparison.
    """

    customers: pl.DataFrame
    pairs: pl.DataFrame
    links: pl.DataFrame
    by: pl.DataFrame

    def moved_since(self, before: "Compared") -> pl.DataFrame:
        """One column, `customer_id`: ids that have another person, or other links, than before.

        With an id that moved go those whom it left and those to whom it came.
        """
        ids = ["source_customer_id", "customer_id"]
        then, now = (x.customers.select(ids).unique() for x in (before, self))
        gone, come = (
            then.join(now, on=ids, how="anti"),
            now.join(then, on=ids, how="anti"),
        )
        pair = ["source_customer_id", "other_customer_id", "state"]
        told, known = self.links.select(pair), before.links.select(pair)
        changed = pl.concat(
            [
                told.join(known, on=pair, how="anti"),
                known.join(told, on=pair, how="anti"),
            ]
        )
        named = [
            *(frame[name] for frame in (gone, come) for name in ids),
            *(changed[name] for name in pair[:2]),
        ]
        moved = pl.concat([name.rename("customer_id") for name in named])
        return moved.drop_nulls().unique().sort().to_frame()


@dataclass(frozen=True)
class Linking:
    """How customers are compared.

    Attributes:
        zone: the contact centre's time zone.
        knowledge: what linking starts from, and its limits.
        words: what people said of ids; see `transforms.identity.WORDS`.
    """

    zone: str
    knowledge: IdentityKnowledge
    words: pl.DataFrame

    def run(self, before: Compared, new: pl.DataFrame, gone: pl.Series) -> Compared:
        """Compare the records that are new with all, or all anew if need be.

        Args:
            before: what the last comparison left.
            new: new records, in the order in which they count as seen: `RECORDS` without
                a number, and `is_named`.
            gone: numbers of records that no call holds any more.
        """
        first = int(str(before.customers["record_no"].max() or 0)) + 1
        standing = before.customers.filter(~pl.col("record_no").is_in(gone.implode()))
        numbered = new.select(
            (pl.int_range(pl.len()) + first).cast(pl.UInt32).alias("record_no"), *_TOLD
        )
        anew = self._learns_anew(before.by, standing.height + new.height)
        identity = self.knowledge.identity
        read = self._read(standing, numbered, anew=anew)
        records = usable(read, identity)
        customers = _marked(
            pl.concat([standing.select("record_no", *_TOLD), numbered]), read, records
        )
        people = _somebody(records, customers)
        model: Model = (
            train(people, identity) if anew else json.loads(before.by["model"].item())
        )
        news = customers["record_no"] if anew else _news(standing, customers)
        pairs = self._pairs(people, before.pairs, news, model)
        linked = link(people, pairs, model, self.words, self.knowledge.limits)
        learned = people.height if anew else before.by["records"].item()
        return Compared(
            customers=customers.join(
                linked.people, on="source_customer_id", how="left", validate="m:1"
            ),
            pairs=pairs,
            links=linked.links,
            by=pl.DataFrame(
                {
                    "knowledge": [self.knowledge.version],
                    "records": [learned],
                    "model": [json.dumps(model)],
                }
            ),
        )

    def _learns_anew(self, by: pl.DataFrame, records: int) -> bool:
        """By other knowledge, or once there is twice as much to learn from."""
        if by["knowledge"].to_list() != [self.knowledge.version]:
            return True
        return records >= 2 * max(int(by["records"].item()), 1)

    def _read(
        self, standing: pl.DataFrame, new: pl.DataFrame, *, anew: bool
    ) -> pl.DataFrame:
        """All records as `COMPARABLE`; those that were read before are not read again."""
        told = pl.concat([standing.select(new.columns), new]) if anew else new
        spelling = Spelling(self.knowledge.transliteration)
        read = comparable(told, self.knowledge.identity, spelling, self.zone)
        if anew:
            return read
        lacking = [name for name in COMPARABLE if name not in standing.columns]
        kept = standing.with_columns(
            pl.lit(None, COMPARABLE[name]).alias(name) for name in lacking
        )
        return pl.concat([kept.select(COMPARABLE.names()), read]).sort("record_no")

    def _pairs(
        self, people: pl.DataFrame, before: pl.DataFrame, news: pl.Series, model: Model
    ) -> pl.DataFrame:
        """Pairs as they were scored before, and those with news in them."""
        new = news.implode()
        numbers = people["record_no"].implode()
        left, right = pl.col("record_no"), pl.col("other_no")
        kept = before.filter(
            left.is_in(numbers) & right.is_in(numbers),
            ~left.is_in(new) & ~right.is_in(new),
        )
        block = blocks(model, self.knowledge.identity)
        marked = people.with_columns(is_news=pl.col("record_no").is_in(new))
        if not marked["is_news"].any() or people.height < 2:
            return kept
        found = scored(
            marked, model, block, self.knowledge.limits.review, "l.is_news OR r.is_news"
        )
        return pl.concat([kept, found]).sort("record_no", "other_no")


def _marked(
    told: pl.DataFrame, read: pl.DataFrame, records: pl.DataFrame
) -> pl.DataFrame:
    """`staging.customers` but for the person."""
    shared = read.select(
        "record_no",
        *(
            (read[name].is_not_null() & records[name].is_null()).alias(
                f"is_{name}_shared"
            )
            for name in ("phone", "email")
        ),
    )
    columns = [name for name in read.columns if name in CUSTOMERS.columns]
    known = read.select(columns).drop("source_customer_id")
    return told.join(known, on="record_no", validate="1:1").join(
        shared, on="record_no", validate="1:1"
    )


def _somebody(records: pl.DataFrame, customers: pl.DataFrame) -> pl.DataFrame:
    """Records that the source names, or that a number or an address tells from others."""
    named = customers.filter("is_named")["record_no"].implode()
    reached = pl.col("phone").is_not_null() | pl.col("email").is_not_null()
    return records.filter(pl.col("record_no").is_in(named) | reached)


def _news(standing: pl.DataFrame, customers: pl.DataFrame) -> pl.Series:
    """Numbers of records that were not there, or not with what they can be told by."""
    told = ["record_no", "is_phone_shared", "is_email_shared"]
    return customers.join(standing.select(told), on=told, how="anti")["record_no"]
