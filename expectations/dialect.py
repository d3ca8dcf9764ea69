"""A DuckDB dialect for Great Expectations.

Great Expectations rolls back before it fetches, which closes DuckDB's open result, and
every metric fails. Judging only reads, so transactions can be left alone.
"""

from typing import Any

import duckdb_engine
from sqlalchemy.dialects import registry

URL_SCHEME = "duckdb+gx"


class ReadingDialect(duckdb_engine.Dialect):
    """DuckDB for readers: begin, commit and roll back do nothing."""

    driver = "gx"
    supports_statement_cache = False

    def do_begin(self, dbapi_connection: Any) -> None:
        """Nothing to begin."""

    def do_rollback(self, dbapi_connection: Any) -> None:
        """Nothing to roll back."""

    def do_commit(self, dbapi_connection: Any) -> None:
        """Nothing to commit."""


def register() -> None:
    """Make `duckdb+gx://` URLs known to SQLAlchemy."""
    registry.register(URL_SCHEME.replace("+", "."), __name__, ReadingDialect.__name__)
