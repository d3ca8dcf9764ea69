"""A table's promise: its name, grain, key and columns."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

UNKNOWN = "(unknown)"
"""Stands in a mart's dimension where the source named no agent, team, queue or language."""


class ContractError(ValueError):
    """A frame does not hold what its table promises."""


@dataclass(frozen=True)
class Column:
    """One promised column: its type, what it means (with unit), whether it may be null."""

    dtype: pl.DataType | type[pl.DataType]
    meaning: str
    nullable: bool = False


@dataclass(frozen=True)
class Table:
    """What a table promises to all who read it."""

    name: str
    grain: str
    key: tuple[str, ...]
    columns: Mapping[str, Column]

    @property
    def schema_name(self) -> str:
        """The DuckDB schema: `raw`, `staging` or `marts`."""
        return self.name.partition(".")[0]

    @property
    def bare_name(self) -> str:
        """The name without its schema."""
        return self.name.partition(".")[2]

    @property
    def polars_schema(self) -> pl.Schema:
        """Column names and Polars types, in promised order."""
        return pl.Schema({name: column.dtype for name, column in self.columns.items()})

    def conform(self, frame: pl.LazyFrame) -> pl.LazyFrame:
        """Select the promised columns in the promised order and types.

        Raises:
            ContractError: names the table, what is missing and what is there.
        """
        present = frame.collect_schema()
        missing = [column for column in self.columns if column not in present]
        if missing:
            raise ContractError(
                f"{self.name} promises {missing}, but the frame has only {list(present)}"
            )
        return frame.select(
            pl.col(name).cast(column.dtype) for name, column in self.columns.items()
        )

    def empty(self) -> pl.DataFrame:
        """The table with no rows."""
        return pl.DataFrame(schema=self.polars_schema)
