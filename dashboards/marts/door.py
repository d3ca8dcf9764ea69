"""The only door to the published file: read only, reopened when the pointer moves."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

import duckdb
import polars as pl

from dashboards.filters import DIMENSIONS, Filters

_POINTER: Final = "current"
_KEPT_FRAMES: Final = 256
"""Answers kept for a version; a version never changes, so they cannot grow stale."""


class NothingPublishedError(RuntimeError):
    """There is no published version to show."""


class UnreadableError(RuntimeError):
    """The published file, or a file that its views read, cannot be read."""


@dataclass(frozen=True)
class _Opened:
    version: str
    connection: duckdb.DuckDBPyConnection


class Published:
    """The current published version, for use by several threads.

    Args:
        folder: where the pointer and the versions are.
        home: the folder to which the file's view of the transcripts is relative.
    """

    def __init__(self, folder: Path, home: Path) -> None:
        self._folder = folder
        self._home = home
        self._lock = threading.Lock()
        self._opened: _Opened | None = None
        self._cursors = threading.local()
        self._answers: dict[tuple[object, ...], pl.DataFrame] = {}

    @property
    def version(self) -> str:
        """The version that the pointer names.

        Raises:
            NothingPublishedError: nothing was published yet, or its file is gone.
        """
        try:
            version = (self._folder / _POINTER).read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            version = ""
        if not version or not self._file(version).exists():
            raise NothingPublishedError(
                f"{self._folder}: nothing is published there yet; run `coolhead nightly`"
            )
        return version

    def _file(self, version: str) -> Path:
        return self._folder / f"{version}.duckdb"

    def rows(self, sql: str, params: Mapping[str, Any] | None = None) -> pl.DataFrame:
        """The rows of a query with named parameters (`$name`); kept for the version.

        Raises:
            NothingPublishedError: there is no version to ask.
            UnreadableError: a file of the version cannot be read.
        """
        asked = dict(params or {})
        version = self.version
        key = (version, sql, *((name, _frozen(value)) for name, value in asked.items()))
        if (kept := self._answers.get(key)) is not None:
            return kept
        try:
            frame = self._cursor(version).sql(sql, params=asked).pl()
        except duckdb.CatalogException as error:
            raise UnreadableError(
                f"{self._file(version)}: {error}; it was published by an earlier version of"
                " Coolhead: run `coolhead nightly --rescore`"
            ) from error
        except duckdb.IOException as error:
            raise UnreadableError(
                f"{self._file(version)}: {error}; views in it read files of {self._home},"
                " which has to be the home that it was published from"
            ) from error
        with self._lock:
            if len(self._answers) >= _KEPT_FRAMES:
                self._answers.clear()
            self._answers[key] = frame
        return frame

    def _cursor(self, version: str) -> duckdb.DuckDBPyConnection:
        """This thread's own cursor: one connection is not for several threads at once."""
        if getattr(self._cursors, "version", None) != version:
            cursor = self._connection(version).cursor()
            cursor.execute("SET TimeZone='UTC'")
            self._cursors.cursor, self._cursors.version = cursor, version
        return self._cursors.cursor

    def _connection(self, version: str) -> duckdb.DuckDBPyConnection:
        with self._lock:
            if self._opened is None or self._opened.version != version:
                # The old connection closes when the last thread has let go of it.
                connection = duckdb.connect(
                    self._file(version),
                    read_only=True,
                    config={"file_search_path": str(self._home.resolve())},
                )
                self._opened = _Opened(version, connection)
                self._answers.clear()
            return self._opened.connection


def _frozen(value: object) -> object:
    return tuple(cast("list[object]", value)) if isinstance(value, list) else value


def condition(
    filters: Filters, dimensions: tuple[str, ...] = DIMENSIONS, alias: str = ""
) -> tuple[str, dict[str, Any]]:
    """The filters as a condition on a mart's rows, and its parameters.

    Args:
        filters: what is to be shown.
        dimensions: the dimensions that the mart has, besides `day`.
        alias: the mart's name in the query, with its dot.
    """
    parts: list[str] = []
    params: dict[str, Any] = {}
    if filters.since is not None:
        parts.append(f"{alias}day >= $since")
        params["since"] = filters.since
    if filters.until is not None:
        parts.append(f"{alias}day <= $until")
        params["until"] = filters.until
    for dimension in dimensions:
        if chosen := filters.chosen(dimension):
            names = [f"{dimension}_{place}" for place in range(len(chosen))]
            listed = ", ".join(f"${name}" for name in names)
            parts.append(f"{alias}{dimension} IN ({listed})")
            params.update(zip(names, chosen, strict=True))
    return " AND ".join(parts) or "true", params
