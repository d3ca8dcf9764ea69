"""The pipeline's only door to DuckDB."""

import datetime as dt
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeAlias

import duckdb
import polars as pl

from flows.settings import Settings
from transforms.contracts.raw import RAW
from transforms.contracts.staging import STAGING
from transforms.contracts.table import Table

Scalar: TypeAlias = str | int | float | bool | dt.datetime | dt.date | None
Parameters: TypeAlias = Mapping[str, Scalar | Sequence[Scalar]]

_DUCKDB_TYPES: Final[dict[type[pl.DataType], str]] = {
    pl.String: "VARCHAR",
    pl.Boolean: "BOOLEAN",
    pl.Date: "DATE",
    pl.UInt8: "UTINYINT",
    pl.UInt16: "USMALLINT",
    pl.UInt32: "UINTEGER",
    pl.UInt64: "UBIGINT",
    pl.Int8: "TINYINT",
    pl.Int16: "SMALLINT",
    pl.Int32: "INTEGER",
    pl.Int64: "BIGINT",
    pl.Float32: "FLOAT",
    pl.Float64: "DOUBLE",
}


_READ_ANEW: Final = (
    "move the file and the archive folder beside it away and run again: the inbox is read"
    " anew"
)


class WarehouseBusyError(RuntimeError):
    """Another process holds the database file."""


class WarehouseOutdatedError(RuntimeError):
    """The database file was made for other tables than this version promises."""


class UnmappedTypeError(TypeError):
    """A contract names a type for which DuckDB's counterpart is not decided."""


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def duckdb_type(dtype: pl.DataType | type[pl.DataType]) -> str:
    """The DuckDB type that holds a Polars type.

    Raises:
        UnmappedTypeError: names the type; add it to the table above.
    """
    match dtype:
        case pl.Enum():
            return f"ENUM({', '.join(map(_literal, dtype.categories.to_list()))})"
        case pl.List():
            return f"{duckdb_type(_inner(dtype))}[]"
        case pl.Struct():
            fields = (
                f"{_quoted(f.name)} {duckdb_type(_typed(f))}" for f in dtype.fields
            )
            return f"STRUCT({', '.join(fields)})"
        case pl.Datetime():
            return "TIMESTAMPTZ" if dtype.time_zone else "TIMESTAMP"
        case _:
            base = dtype if isinstance(dtype, type) else type(dtype)
    if base not in _DUCKDB_TYPES:
        raise UnmappedTypeError(
            f"no DuckDB type is decided for Polars {dtype}; add it to flows/warehouse.py"
        )
    return _DUCKDB_TYPES[base]


def _inner(dtype: pl.List) -> pl.DataType:
    return dtype.inner if isinstance(dtype.inner, pl.DataType) else dtype.inner()


def _typed(field: pl.Field) -> pl.DataType:
    return field.dtype if isinstance(field.dtype, pl.DataType) else field.dtype()


def _identifier(table: Table) -> str:
    return f"{_quoted(table.schema_name)}.{_quoted(table.bare_name)}"


def ddl(table: Table) -> str:
    """The statement that creates a table as its contract promises it."""
    columns = ", ".join(
        f"{_quoted(name)} {duckdb_type(column.dtype)}"
        + ("" if column.nullable else " NOT NULL")
        for name, column in table.columns.items()
    )
    return f"CREATE TABLE IF NOT EXISTS {_identifier(table)} ({columns})"


class Warehouse:
    """An open database file: reads and writes whole frames, by contract.

    Not for use by several threads at once.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, path: Path) -> None:
        self._connection = connection
        self.path = path

    def read(self, sql: str, params: Parameters | None = None) -> pl.DataFrame:
        """The rows of a query with named parameters (`$name`)."""
        return self._connection.sql(sql, params=dict(params or {})).pl()

    def read_table(
        self, table: Table, where: str = "true", params: Parameters | None = None
    ) -> pl.DataFrame:
        """Rows of a table in the contract's own types, Enums included."""
        frame = self.read(f"SELECT * FROM {_identifier(table)} WHERE {where}", params)
        return table.conform(frame.lazy()).collect()

    def rows(self, table: Table) -> int:
        """How many rows a table has."""
        return int(self.read(f"SELECT count(*) AS n FROM {_identifier(table)}").item())

    def execute(self, sql: str, params: Parameters | None = None) -> None:
        """Run a statement with named parameters (`$name`)."""
        self._connection.execute(sql, dict(params or {}))

    def append(self, table: Table, frame: pl.DataFrame) -> None:
        """Add rows to a table; the frame has to hold what the contract promises.

        Raises:
            ContractError: the frame lacks a promised column.
        """
        if frame.is_empty():
            return
        conformed = table.conform(frame.lazy()).collect()
        with self.lend("incoming_rows", conformed):
            self.execute(
                f"INSERT INTO {_identifier(table)} BY NAME SELECT * FROM incoming_rows"
            )

    def replace_days(
        self, table: Table, days: Iterable[dt.date], frame: pl.DataFrame
    ) -> None:
        """Put a frame in the place of all rows of some days; other days stay."""
        self.delete_days(table, days)
        self.append(table, frame)

    def delete_days(self, table: Table, days: Iterable[dt.date]) -> None:
        """Remove all rows of some days."""
        self.execute(
            f"DELETE FROM {_identifier(table)} WHERE day IN (SELECT unnest($days::DATE[]))",
            {"days": list(days)},
        )

    def replace_all(self, table: Table, frame: pl.DataFrame) -> None:
        """Put a frame in the place of all rows of a table."""
        self.execute(f"DELETE FROM {_identifier(table)}")
        self.append(table, frame)

    @contextmanager
    def lend(self, name: str, frame: pl.DataFrame) -> Generator[None]:
        """Let SQL read a frame under a name for as long as the block lasts."""
        self._connection.register(name, frame)
        try:
            yield
        finally:
            self._connection.unregister(name)

    @contextmanager
    def transaction(self) -> Generator[None]:
        """All statements of the block are kept together, or none of them."""
        self._connection.begin()
        try:
            yield
        except BaseException:
            self._connection.rollback()
            raise
        self._connection.commit()


def _connect(path: Path, *, read_only: bool) -> duckdb.DuckDBPyConnection:
    try:
        connection = duckdb.connect(path, read_only=read_only)
    except duckdb.IOException as error:
        if "lock" not in str(error).lower():
            raise
        raise WarehouseBusyError(
            f"{path} is held by another process, and DuckDB lets in one at a time: wait"
            f" until that run has ended, or end it, then try again. DuckDB says: {error}"
        ) from error
    connection.execute("SET TimeZone='UTC'")
    return connection


def _check_columns(warehouse: Warehouse, tables: Sequence[Table], remedy: str) -> None:
    found = warehouse.read(
        "SELECT schema_name || '.' || table_name AS name, list(column_name) AS columns"
        " FROM duckdb_columns() WHERE NOT internal GROUP BY ALL"
    )
    present = dict(zip(found["name"], found["columns"], strict=True))
    for table in tables:
        columns = set(present.get(table.name, table.columns))
        if columns != set(table.columns):
            raise WarehouseOutdatedError(
                f"{warehouse.path}: {table.name} has other columns than this version"
                f" promises (differing: {sorted(columns ^ set(table.columns))}); {remedy}"
            )


@contextmanager
def open_database(
    path: Path,
    tables: Sequence[Table],
    *,
    read_only: bool = False,
    remedy: str = _READ_ANEW,
) -> Generator[Warehouse]:
    """Open a database file that holds the tables; create file and tables if need be.

    Args:
        path: the file.
        tables: the contracts of the tables in it.
        read_only: neither create nor write.
        remedy: what to do about a file that was made for other tables, in words.

    Raises:
        WarehouseBusyError: another process holds the file.
        WarehouseOutdatedError: a table there has other columns than promised.
    """
    if not read_only:
        path.parent.mkdir(parents=True, exist_ok=True)
    connection = _connect(path, read_only=read_only)
    try:
        warehouse = Warehouse(connection, path)
        _check_columns(warehouse, tables, remedy)
        if not read_only:
            for schema in sorted({table.schema_name for table in tables}):
                warehouse.execute(f"CREATE SCHEMA IF NOT EXISTS {_quoted(schema)}")
            for table in tables:
                warehouse.execute(ddl(table))
        yield warehouse
    finally:
        connection.close()


@contextmanager
def open_warehouse(settings: Settings) -> Generator[Warehouse]:
    """Open the home's warehouse with every table of every layer.

    Raises:
        WarehouseBusyError: another process holds the file.
        WarehouseOutdatedError: a table there has other columns than promised.
    """
    with open_database(settings.warehouse, (*RAW, *STAGING)) as warehouse:
        yield warehouse
