"""The records store: what people decided, marked or corrected; in SQLite, or any SQLAlchemy URL.

Rows are only ever added. Who changes their mind adds a row: the newest counts, all stay.
"""

import datetime as dt
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    DateTime,
    Dialect,
    Engine,
    Integer,
    MetaData,
    NullPool,
    String,
    Table,
    Text,
    TypeDecorator,
    create_engine,
    inspect,
    select,
)
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

METADATA: Final = MetaData()
_PATIENCE: Final = 30
"""Seconds that SQLite waits for another writer."""


class RecordsError(RuntimeError):
    """The records store cannot be read or written as it is."""


class RecordsUrlError(ValueError):
    """COOLHEAD_RECORDS names no database that can be opened."""


class Moment(TypeDecorator[dt.datetime]):
    """A moment in UTC, also where the database keeps no zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(
        self, value: dt.datetime | None, dialect: Dialect
    ) -> dt.datetime | None:
        """Only a moment with a zone is told."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no zone; records are kept in UTC")
        return value.astimezone(dt.UTC)

    def process_result_value(
        self, value: dt.datetime | None, dialect: Dialect
    ) -> dt.datetime | None:
        """UTC, as it was put in."""
        if value is None:
            return None
        return (
            value.replace(tzinfo=dt.UTC)
            if value.tzinfo is None
            else value.astimezone(dt.UTC)
        )


def record_table(name: str, *columns: Column[Any]) -> Table:
    """A table of records: `id` grows with arrival, and when, who and why are never empty.

    Args:
        name: the table's name.
        columns: what is recorded, besides `id`, `recorded_at`, `recorded_by` and `why`.
    """
    return Table(
        name,
        METADATA,
        Column("id", Integer, primary_key=True, autoincrement=True),
        *columns,
        Column("recorded_at", Moment, nullable=False),
        Column("recorded_by", String(200), nullable=False),
        Column("why", Text, nullable=False),
    )


def database_url(given: str) -> URL:
    """The URL of a records store, checked.

    Raises:
        RecordsUrlError: says what is wrong, and never the password.
    """
    try:
        url = make_url(given)
        if url.drivername in ("postgres", "postgresql"):
            # The driver that our extra `postgres` installs, and not SQLAlchemy's default.
            url = url.set(drivername="postgresql+psycopg")
        url.get_dialect()
    except (ArgumentError, NoSuchModuleError, ValueError) as error:
        raise RecordsUrlError(
            "COOLHEAD_RECORDS is no database URL that SQLAlchemy knows; write one such as"
            " sqlite:////srv/coolhead/records.db"
        ) from error
    return url


class Records:
    """One records store. Nothing is made on disk before the first write.

    Args:
        url: an SQLAlchemy URL.

    Raises:
        RecordsUrlError: the URL names no database.
    """

    def __init__(self, url: str) -> None:
        self._url = database_url(url)
        self._made: Engine | None = None

    def __str__(self) -> str:
        """The store as messages name it: the password is masked."""
        return self._url.render_as_string(hide_password=True)

    def add(self, rows: Mapping[Table, Sequence[Mapping[str, Any]]]) -> None:
        """Add rows to some tables, all of them or none; creates store and tables.

        `recorded_at` is now where a row doesn't say.

        Raises:
            RecordsError: a row lacks who or why, or the store cannot be written.
        """
        now = dt.datetime.now(dt.UTC)
        stamped = {
            table: [self._checked(table, {"recorded_at": now, **row}) for row in added]
            for table, added in rows.items()
            if added
        }
        if not stamped:
            return
        file = self._file
        if file is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
        self._make(list(stamped))
        with self._connected() as connection:
            for table, added in stamped.items():
                connection.execute(table.insert(), added)

    def _make(self, tables: list[Table]) -> None:
        """Make the tables that are not there yet; another writer may be at it, too."""
        try:
            with self._connected() as connection:
                METADATA.create_all(connection, tables=tables)
        except RecordsError:
            # Of two writers who both found no table one fails; now it is there.
            with self._connected() as connection:
                METADATA.create_all(connection, tables=tables)

    def history(
        self, table: Table, *where: ColumnElement[bool]
    ) -> list[dict[str, Any]]:
        """All rows of a table for which the conditions hold, oldest first.

        Without a store, or without the table in it, nothing is recorded: no rows.

        Raises:
            RecordsError: the store is there and cannot be read.
        """
        file = self._file
        if file is not None and not file.exists():
            return []
        with self._connected() as connection:
            if not inspect(connection).has_table(table.name):
                return []
            asked = select(table).where(*where).order_by(table.c.id)
            return [dict(row) for row in connection.execute(asked).mappings()]

    @property
    def _file(self) -> Path | None:
        """SQLite's file; None for a server, or for a store in memory."""
        named = self._url.database
        if self._url.get_backend_name() != "sqlite" or not named or ":memory:" in named:
            return None
        return Path(named.removeprefix("file:").partition("?")[0])

    def _checked(self, table: Table, row: dict[str, Any]) -> dict[str, Any]:
        for name in ("recorded_by", "why"):
            if not str(row.get(name) or "").strip():
                raise RecordsError(
                    f"{self}: nothing is recorded in {table.name} without"
                    f" {name!r}: say who records it, and why"
                )
        for column in table.columns:
            told, kind = row.get(column.name), column.type
            length = kind.length if isinstance(kind, String) else None
            if length is not None and len(str(told or "")) > length:
                raise RecordsError(
                    f"{self}: {column.name!r} of {table.name} takes {length} characters,"
                    f" and {len(str(told))} were given: shorten it"
                )
        return row

    @contextmanager
    def _connected(self) -> Generator[Connection]:
        """One transaction."""
        try:
            with self._engine().begin() as connection:
                yield connection
        except (SQLAlchemyError, ModuleNotFoundError, OSError) as error:
            # The cause may quote the URL or the rows: neither is shown.
            cause = getattr(error, "orig", None) or type(error).__name__
            missing = error.name if isinstance(error, ModuleNotFoundError) else None
            found = f"the driver {missing} is not installed" if missing else cause
            raise RecordsError(
                f"{self}: the records store cannot be used ({found}); check"
                " COOLHEAD_RECORDS, and that the database is up and may be written"
            ) from None

    def _engine(self) -> Engine:
        if self._made is None:
            patience = (
                {"timeout": _PATIENCE}
                if self._url.get_backend_name() == "sqlite"
                else {}
            )
            # Records are few: a connection is opened for each use, and none is left behind.
            self._made = create_engine(
                self._url,
                poolclass=NullPool,
                connect_args=patience,
                hide_parameters=True,
            )
        return self._made
