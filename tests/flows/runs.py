"""Whole nights: run the flow, read what it published, start it as a process."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl

from flows.candidate import open_published
from flows.publish import current_file
from flows.settings import CHECKOUT, Settings
from transforms.contracts import call_marts, marts
from transforms.contracts.table import Table

OF_THE_RUN = ("marts.run_history", "marts.data_quality")
"""Marts that tell of runs, not of calls: they differ where the runs differ."""
_KEYED_BY_NUMBER = (call_marts.SPANS, call_marts.TEMPERATURES)


def published(settings: Settings) -> dict[str, pl.DataFrame]:
    """Every mart of calls as published, by name, in key order.

    `call_no` counts arrivals, so it is put back to the call's own id.
    """
    tables = [table for table in marts.MARTS if table.name not in OF_THE_RUN]
    path = current_file(settings.published)
    with open_published(settings, path, read_only=True) as opened:
        return {table.name: opened.read(_query(table)) for table in tables}


def _query(table: Table) -> str:
    if table in _KEYED_BY_NUMBER:
        key = ", ".join(f'm."{column}"' for column in table.key[1:])
        return (
            f"SELECT f.call_id, m.* EXCLUDE (call_no) FROM {table.name} AS m"
            f" JOIN marts.call_facts AS f USING (call_no) ORDER BY f.call_id, {key}"
        )
    key = ", ".join(f'"{column}"' for column in table.key)
    without = " EXCLUDE (call_no)" if "call_no" in table.columns else ""
    return f"SELECT *{without} FROM {table.name} ORDER BY {key}"


def ask(settings: Settings, sql: str) -> pl.DataFrame:
    """The rows of a query on the published version."""
    path = current_file(settings.published)
    with open_published(settings, path, read_only=True) as opened:
        return opened.read(sql)


def differing(
    one: Mapping[str, pl.DataFrame], other: Mapping[str, pl.DataFrame]
) -> list[str]:
    """Names of the marts that are not the same in both, with the first row that differs."""
    return [
        f"{name}: {_first_difference(frame, other[name])}"
        for name, frame in one.items()
        if not frame.equals(other[name])
    ]


def _first_difference(one: pl.DataFrame, other: pl.DataFrame) -> str:
    for mine, theirs in zip(
        one.iter_rows(named=True), other.iter_rows(named=True), strict=False
    ):
        if mine != theirs:
            named = {k: (v, theirs[k]) for k, v in mine.items() if v != theirs[k]}
            return f"{list(mine.values())[:4]} {named}"
    return f"{one.height} rows against {other.height}"


def copy_of(settings: Settings, home: Path) -> Settings:
    """A home of the test's own, with all that another home holds."""
    shutil.copytree(settings.home, home)
    return settings.model_copy(update={"home": home})


def process(
    settings: Settings, *arguments: str, server: str | None = None
) -> subprocess.Popen[str]:
    """The command `coolhead` at work on a home, in a process of its own."""
    return subprocess.Popen(
        _command(arguments),
        cwd=CHECKOUT,
        env=_environment(settings, server),
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )


def coolhead(
    settings: Settings, *arguments: str, said: str = "", server: str | None = None
) -> subprocess.CompletedProcess[str]:
    """What the command `coolhead` answers on a home."""
    return subprocess.run(
        _command(arguments),
        cwd=CHECKOUT,
        env=_environment(settings, server),
        input=said,
        text=True,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=170,
    )


def _command(arguments: Sequence[str]) -> list[str]:
    return [sys.executable, "-m", "flows.cli", *arguments]


def _environment(settings: Settings, server: str | None) -> dict[str, str]:
    own = {
        "COOLHEAD_HOME": str(settings.home),
        "COOLHEAD_KNOWLEDGE": str(settings.knowledge),
        "COOLHEAD_TIME_ZONE": settings.time_zone,
        "PYTHONWARNINGS": "ignore",
        "TERM": "dumb",
        "COLUMNS": "200",
    }
    if server is not None:
        own["PREFECT_API_URL"] = server
    return {**os.environ, **own}
