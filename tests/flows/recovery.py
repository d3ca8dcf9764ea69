"""A generated centre after a night: what was planted in it, and what the line made of it."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from flows.settings import Settings
from tests.flows.runs import ask


@dataclass(frozen=True)
class Recovered:
    """The home on which the night ran, and the folder of the truth."""

    settings: Settings
    folder: Path

    def truth(self, name: str) -> pl.DataFrame:
        """A table of the truth: `calls`, `customers`, `promises`, `agents`, `contacts`."""
        return pl.read_parquet(self.folder / f"{name}.parquet")

    def ask(self, sql: str) -> pl.DataFrame:
        """The rows of a query on what was published."""
        return ask(self.settings, sql)
