"""The data dictionary, written from the contracts.

`python -m transforms.contracts.dictionary > data/DICTIONARY.md` writes it anew; a test
holds the file to it.
"""

import sys
from collections.abc import Iterator, Sequence
from typing import Final

import polars as pl
from polars.datatypes import DataTypeClass

from transforms.contracts.marts import MARTS, VIEWS
from transforms.contracts.raw import RAW
from transforms.contracts.staging import ARCHIVE, STAGING
from transforms.contracts.table import Table

LAYERS: Final[tuple[tuple[str, str, Sequence[Table]], ...]] = (
    ("raw", "What the exports said, with file, line and hash.", RAW),
    ("staging", "One clean row for each thing. Text lives in the archive.", STAGING),
    ("marts", "What people read, in the published file.", MARTS),
)

_INTRODUCTION: Final = """\
# Data dictionary

Every table of every layer, from the contracts in `transforms/contracts/`. Don't edit it: \
`python -m transforms.contracts.dictionary > data/DICTIONARY.md` writes it anew.
Words are defined in `GLOSSARY.md`. Times are in UTC. Counts are additive; a rate is a \
quotient of two counts, and no table holds one but those of validity, whose intervals are \
drawn by conversation.
"""


def dictionary() -> str:
    """The whole dictionary, as Markdown."""
    return "\n".join([_INTRODUCTION, *_layers(), *_archive(), ""])


def _layers() -> Iterator[str]:
    for name, says, tables in LAYERS:
        yield f"## {name}\n\n{says}\n"
        for table in tables:
            yield from _table(table)


def _table(table: Table) -> Iterator[str]:
    kind = " A view." if table in VIEWS else ""
    yield f"### `{table.name}`\n"
    yield f"Grain: {table.grain}.{kind}  "
    yield f"Key: {', '.join(f'`{column}`' for column in table.key)}.\n"
    yield "| column | type | may be null | meaning |"
    yield "|---|---|---|---|"
    for name, column in table.columns.items():
        null = "yes" if column.nullable else ""
        yield f"| `{name}` | {type_name(column.dtype)} | {null} | {column.meaning} |"
    yield ""


def _archive() -> Iterator[str]:
    yield "## archive\n"
    yield (
        "Grain: one row for each turn of a version of a call, in `archive/day=…/*.parquet`,"
        " ordered by `call_no` and `turn`.\n"
    )
    yield "| column | type |"
    yield "|---|---|"
    for name, dtype in ARCHIVE.items():
        yield f"| `{name}` | {type_name(dtype)} |"


def type_name(dtype: pl.DataType | type[pl.DataType]) -> str:
    """A type in words.

    >>> type_name(pl.List(pl.String))
    'list of text'
    """
    match dtype:
        case pl.List():
            return f"list of {type_name(_whole(dtype.inner))}"
        case pl.Struct():
            fields = ", ".join(
                f"{f.name}: {type_name(_whole(f.dtype))}" for f in dtype.fields
            )
            return f"({fields})"
        case pl.Enum():
            return "one of a set" if len(dtype.categories) > _FEW else _choices(dtype)
        case pl.Datetime():
            return "moment"
        case _:
            base = dtype if isinstance(dtype, type) else type(dtype)
    return _WORDS.get(base, base.__name__)


_FEW: Final = 12
_WORDS: Final[dict[type[pl.DataType], str]] = {
    pl.String: "text",
    pl.Boolean: "yes or no",
    pl.Date: "day",
    pl.Float32: "number",
    pl.Float64: "number",
    **dict.fromkeys(
        (
            pl.UInt8,
            pl.UInt16,
            pl.UInt32,
            pl.UInt64,
            pl.Int8,
            pl.Int16,
            pl.Int32,
            pl.Int64,
        ),
        "whole number",
    ),
}


def _choices(dtype: pl.Enum) -> str:
    return ", ".join(f"`{value}`" for value in dtype.categories)


def _whole(dtype: pl.DataType | DataTypeClass) -> pl.DataType:
    return dtype if isinstance(dtype, pl.DataType) else dtype()


if __name__ == "__main__":
    sys.stdout.write(dictionary())
