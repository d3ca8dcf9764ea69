"""A DuckDB dialect for Great Expectations.

Great Expectations rolls back before it fetches, which closes DuckDB's open result, and
every metric fails. Judging only reads, so transactions can be left alone.
"""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import duckdb_engine
from sqlalchemy.dialects import registry

URL_SCHEME = "duckdb+gx"


_opened: ContextVar[list[Any] | None] = ContextVar("opened", default=None)


class ReadingDialect(duckdb_engine.Dialect):
    """DuckDB for readers: begin, commit and roll back do nothing."""

    driver = "gx"
    supports_statement_cache = False

    def connect(self, *args: Any, **kwargs: Any) -> Any:
        """Open a connection, and remember it for closing."""
        return _remembered(super().connect(*args, **kwargs))

    def do_begin(self, connection: Any) -> None:
        """Nothing to begin."""

    def do_rollback(self, connection: Any) -> None:
        """Nothing to roll back."""

    def do_commit(self, dbapi_connection: Any) -> None:
        """Nothing to commit."""


def _remembered(connection: Any) -> Any:
    opened = _opened.get()
    if opened is not None:
        opened.append(connection)
    return connection


@contextmanager
def closing_connections() -> Generator[None]:
    """Close, at the end of the block, whatever connections were opened within it."""
    opened: list[Any] = []
    token = _opened.set(opened)
    try:
        yield
    finally:
        _opened.reset(token)
        for connection in opened:
            connection.close()


def register() -> None:
    """Make `duckdb+gx://` URLs known to SQLAlchemy."""
    registry.register(URL_SCHEME.replace("+", "."), __name__, ReadingDialect.__name__)
