"""Records of customers drawn as tables, and what linking makes of them."""

from pathlib import Path
from typing import Final

import polars as pl

from flows.knowledge import load_identity
from tests.tables import table
from transforms.identity import WORDS, Linked, link
from transforms.identity_model import blocks, scored, train
from transforms.identity_records import RECORDS, comparable, usable
from transforms.transliteration import Spelling

KNOWLEDGE: Final = load_identity(Path(__file__).parents[2] / "data")
SPELLING: Final = Spelling(KNOWLEDGE.transliteration)
NOTHING_SAID: Final = pl.DataFrame(schema=WORDS)


def records(drawn: str) -> pl.DataFrame:
    """`RECORDS` of a table with `id`, `name`, and any of `phone`, `email`, `born`, `number`."""
    told = table(drawn).with_row_index("record_no", offset=1)
    columns = {
        "id": "source_customer_id",
        "born": "date_of_birth",
        "number": "national_id",
    }
    parts = ("name", "phone", "email")
    return told.rename(columns | {x: f"customer_{x}" for x in parts}, strict=False)


def crowd(count: int) -> pl.DataFrame:
    """Strangers, so that agreement is known to be rare: each has a name and number alone."""
    firsts = ["Ada", "Bram", "Chloe", "Dirk", "Edda", "Finn", "Greet", "Hugo", "Ines"]
    lasts = ["Aalders", "Brandsma", "Corver", "Dekens", "Eising", "Faber", "Gorter"]
    rows = [
        {
            "record_no": 1000 + n,
            "source_customer_id": f"Z{n:04d}",
            "customer_name": f"{firsts[n % 9]} {lasts[n % 7]}{'aeiou'[n % 5]}",
            "customer_phone": f"+31 6 7{n:07d}",
            "customer_email": f"z{n}@example.org",
            "language": "nl",
        }
        for n in range(count)
    ]
    return pl.DataFrame(rows, schema=RECORDS)


def linked(told: pl.DataFrame, words: pl.DataFrame = NOTHING_SAID) -> Linked:
    """What linking makes of records, trained on these alone."""
    whole = told.with_columns(
        pl.lit(None, dtype).alias(name)
        for name, dtype in RECORDS.items()
        if name not in told.columns
    )
    read = comparable(whole, KNOWLEDGE.identity, SPELLING, "Europe/Amsterdam")
    people = usable(read, KNOWLEDGE.identity)
    model = train(people, KNOWLEDGE.identity)
    limits = KNOWLEDGE.limits
    pairs = scored(people, model, blocks(model, KNOWLEDGE.identity), limits.review)
    return link(people, pairs, model, words, limits)


def among_strangers(drawn: str, words: pl.DataFrame = NOTHING_SAID) -> Linked:
    """What linking makes of some records that stand among four hundred strangers'."""
    return linked(pl.concat([records(drawn), crowd(400)], how="diagonal"), words)


def together(found: Linked) -> set[frozenset[str]]:
    """The ids of each person who has several."""
    groups = found.people.group_by("customer_id").agg("source_customer_id")
    return {
        frozenset(ids) for ids in groups["source_customer_id"].to_list() if len(ids) > 1
    }


def states(found: Linked) -> dict[frozenset[str], str]:
    """The state of each pair listed."""
    return {
        frozenset((one, other)): state
        for one, other, state in found.links.select(
            "source_customer_id", "other_customer_id", "state"
        ).iter_rows()
    }
