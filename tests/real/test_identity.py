"""How well people are told to be one, on people whom nobody here made up.

FEBRL's four sets of people (Christen, "Febrl: an open source data cleaning, deduplication
and record linkage system", KDD 2008): duplicates with typing errors, swapped and missing
fields. The code and its settings are those that calls go through; nothing was labelled.
"""

import gzip
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from tests.transforms.people import linked
from transforms.identity_records import RECORDS

SETS = {
    "1": ("dataset1",),
    "2": ("dataset2",),
    "3": ("dataset3",),
    "4": ("dataset4a", "dataset4b"),
}


def people(folder: Path, names: tuple[str, ...]) -> pl.DataFrame:
    """`RECORDS` with birth date, number, address and postcode, and the true `person`."""
    paths = [folder / "febrl" / f"{name}.csv.gz" for name in names]
    if not all(path.is_file() for path in paths):
        pytest.skip(f"{paths[0].parent} is absent")
    read = [
        pl.read_csv(gzip.decompress(p.read_bytes()), infer_schema=False) for p in paths
    ]
    frame = pl.concat(read).rename(str.strip).with_columns(pl.all().str.strip_chars())
    known = pl.all().fill_null("")
    told = frame.select(known).select(
        source_customer_id="rec_id",
        customer_name=pl.format("{}, {}", "surname", "given_name"),
        customer_phone=pl.lit(None, pl.String),
        customer_email=pl.lit(None, pl.String),
        language=pl.lit("en"),
        date_of_birth="date_of_birth",
        national_id="soc_sec_id",
        address=pl.format("{} {}", "street_number", "address_1"),
        postcode="postcode",
        person=pl.col("rec_id").str.extract(r"rec-(\d+)-"),
    )
    numbered = told.with_row_index("record_no", offset=1)
    return numbered.cast({"record_no": RECORDS["record_no"]})


def pairs(people_of: pl.DataFrame, *by: str) -> int:
    sizes = people_of.group_by(by).len()["len"].cast(pl.Int64)
    return int((sizes * (sizes - 1) // 2).sum())


@pytest.mark.parametrize("number", SETS)
def test_people_of_febrl_are_found_and_none_are_taken_for_one(
    number: str, corpora_dir: Path, record_property: Callable[[str, object], None]
) -> None:
    told = people(corpora_dir, SETS[number])
    truth = told.select("source_customer_id", "person")
    found = linked(told.drop("person")).people.join(truth, on="source_customer_id")
    right = pairs(found, "customer_id", "person")
    precision = right / pairs(found, "customer_id")
    recall = right / pairs(found, "person")
    record_property("precision", precision)
    record_property("recall", recall)
    assert precision >= 0.99
    assert recall >= 0.95
