"""What a suite is: a table's contract, and sentences about its content."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import great_expectations.expectations as gxe

from transforms.contracts.table import Table

Expectation = Any
"""Great Expectations' own classes are untyped."""

WARN: Final = {"severity": "warn"}
"""`meta` of an expectation that warns; every other one blocks the publishing."""


@dataclass(frozen=True)
class Suite:
    """The expectations of one table.

    Attributes:
        table: the contract; its columns, nulls and key are expected of themselves.
        content: what else must hold.
        unique: false where another table's suite proves the key already.
        is_view: it is dear to read: what it requires stands in its content, at once.
    """

    table: Table
    content: Sequence[Expectation] = field(default_factory=tuple)
    unique: bool = True
    is_view: bool = False

    def expectations(self) -> list[Expectation]:
        """All expectations: columns in order, key, nulls, content."""
        names = list(self.table.columns)
        required = [
            n
            for n, column in self.table.columns.items()
            if not (column.nullable or self.is_view)
        ]
        return [
            gxe.ExpectTableColumnsToMatchOrderedList(column_list=names),
            *([key_is_unique(self.table)] if self.unique else []),
            *(gxe.ExpectColumnValuesToNotBeNull(column=name) for name in required),
            *self.content,
        ]


def key_is_unique(table: Table) -> Expectation:
    """No two rows share the key."""
    if len(table.key) == 1:
        return gxe.ExpectColumnValuesToBeUnique(column=table.key[0])
    return gxe.ExpectCompoundColumnsToBeUnique(column_list=list(table.key))


def between(column: str, low: float | None, high: float | None) -> Expectation:
    """Values, where there are any, lie between two bounds."""
    return gxe.ExpectColumnValuesToBeBetween(
        column=column, min_value=low, max_value=high
    )


def one_of(column: str, values: Sequence[str]) -> Expectation:
    """Values, where there are any, are of a set."""
    return gxe.ExpectColumnValuesToBeInSet(column=column, value_set=list(values))


def never(says: str, query: str, *, warn: bool = False) -> Expectation:
    """A query over `{batch}` finds nothing.

    Args:
        says: the expectation in words, shown where it fails.
        query: rows that are against it; `{batch}` stands for the table under an alias of
            its own.
        warn: warn only.
    """
    return gxe.UnexpectedRowsExpectation(
        description=says,
        unexpected_rows_query=query,
        meta=WARN if warn else None,
    )


def refers(column: str, other: Table, key: str) -> Expectation:
    """Every value of a column is found in another table of the same file."""
    return never(
        f"every {column} is in {other.name}",
        f"SELECT {column} FROM {{batch}} WHERE {column} IS NOT NULL"
        f" AND {column} NOT IN (SELECT {key} FROM {other.name} WHERE {key} IS NOT NULL)",
    )
