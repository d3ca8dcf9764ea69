"""The records store on PostgreSQL: the same as on SQLite, for several writers at once."""

import datetime as dt
import importlib
import pkgutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Table

from dashboards import records as package
from dashboards.records import corrections, decisions, reviews, roles
from dashboards.records.decisions import Decision, DecisionError, Person
from dashboards.records.store import METADATA, Moment, Records, RecordsError
from flows.decisions import decisions_kept
from flows.settings import CHECKOUT, Settings
from flows.warehouse import open_warehouse
from tests.dashboards.postgres import PASSWORD, NoPostgresError, Server, postgres

for _module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
    importlib.import_module(_module.name)
TABLES = [t for t in METADATA.sorted_tables if not t.name.endswith("_of_a_test")]
TODAY = dt.date(2026, 11, 22)
WRITES = 40
_WRITER = """
import sys
from dashboards.records.decisions import KEPT
from dashboards.records.store import Records
store = Records(sys.argv[1])
for n in range(int(sys.argv[3])):
    row = {"customer_id": f"{sys.argv[2]}-{n}", "decision": "goodwill"}
    store.add({KEPT: [{**row, "recorded_by": sys.argv[2], "why": "at once"}]})
"""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A PostgreSQL at work."""
    try:
        with postgres() as started:
            yield started
    except NoPostgresError as error:
        pytest.skip(f"no PostgreSQL can be started: {error}")


@pytest.fixture
def store(server: Server) -> Records:
    """An empty store in it."""
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
    return Records(server.url)


def row_of(table: Table) -> dict[str, Any]:
    """A row with something in every column, in letters that are not Latin ones."""
    drawn: dict[type, Any] = {
        str: "יעל Žofie",
        int: 7,
        bool: True,
        float: 0.5,
        dt.date: TODAY,
    }
    moment = dt.datetime(2026, 3, 29, 3, 30, tzinfo=dt.UTC)
    return {
        column.name: moment
        if isinstance(column.type, Moment)
        else drawn[column.type.python_type]
        for column in table.columns
        if column.name != "id"
    }


def test_there_are_tables_to_try() -> None:
    names = {table.name for table in TABLES}
    assert {"reviews", "corrections", "roles_said", "decisions"} <= names


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_table_gives_back_what_it_gives_on_sqlite(
    table: Table, store: Records, tmp_path: Path
) -> None:
    plain = Records(f"sqlite:///{tmp_path / 'records.db'}")
    assert store.history(table) == []
    for records in (store, plain):
        records.add({table: [row_of(table)]})
        records.add({table: [row_of(table)]})
    assert store.history(table) == plain.history(table)
    assert len(store.history(table)) == 2


def test_decisions_keep_their_rules(store: Records) -> None:
    ann = Person(("K1",))
    limit = Decision("K1", "restriction", "mia", "abuse", review_on=dt.date(2027, 1, 4))
    with pytest.raises(DecisionError, match="prior warning"):
        decisions.decide(store, ann, limit, TODAY)
    decisions.decide(store, ann, Decision("K1", "warning", "mia", "abuse"), TODAY)
    assert decisions.decide(store, ann, limit, TODAY)["warned"] == "decision 1"
    late = decisions.overdue(decisions.history(store), {}, dt.date(2027, 1, 5))
    assert [row["decision"] for row in late] == ["restriction"]


def test_marks_corrections_and_words_on_roles_are_kept(store: Records) -> None:
    mark = reviews.Mark("c", "phone-15", "7", "ann", "met", "", "s", "w")
    assert reviews.keep_marks(store, [mark, mark]) == 1
    corrections.correct(store, "c", [("calm", "")], "met", by="ann", why="heard it")
    corrections.correct(store, "c", [("calm", "")], None, by="ann", why="wrong call")
    assert [row["verdict"] for row in corrections.last_words(store)] == [None]
    roles.say_roles(store, "c", "hash", is_exchanged=True, by="ann", why="heard it")
    assert [row["is_exchanged"] for row in roles.roles_said(store)] == [True]


def test_two_writers_at_once_lose_nothing(store: Records, server: Server) -> None:
    # The tables are not there yet: both writers find none, and both make them.
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", _WRITER, server.url, name, str(WRITES)],
            cwd=CHECKOUT,
            stderr=subprocess.PIPE,
        )
        for name in ("ann", "ben")
    ]
    for writer in writers:
        _, said = writer.communicate(timeout=120)
        assert writer.returncode == 0, said.decode()
    rows = decisions.history(store)
    assert len({row["id"] for row in rows}) == 2 * WRITES
    for name in ("ann", "ben"):
        mine = [row["customer_id"] for row in rows if row["recorded_by"] == name]
        assert mine == [f"{name}-{n}" for n in range(WRITES)]


def test_the_history_survives_the_servers_restart(
    store: Records, server: Server
) -> None:
    ann = Person(("K1",))
    decisions.decide(store, ann, Decision("K1", "goodwill", "mia", "our fault"), TODAY)
    before = decisions.history(store)
    server.stop()
    with pytest.raises(RecordsError, match="check COOLHEAD_RECORDS") as down:
        decisions.history(store)
    assert PASSWORD not in str(down.value)
    server.start()
    assert decisions.history(Records(server.url)) == before


def test_a_wrong_password_is_told_without_it(store: Records, server: Server) -> None:
    wrong = Records(server.url.replace(PASSWORD, "hush-hush"))
    with pytest.raises(RecordsError, match="password authentication failed") as refused:
        decisions.history(wrong)
    assert "hush-hush" not in str(refused.value)


def test_a_run_reads_decisions_from_it(
    store: Records, server: Server, tmp_path: Path
) -> None:
    settings = Settings.model_validate({"home": tmp_path, "records": server.url})
    with open_warehouse(settings) as warehouse:
        assert decisions_kept(settings, warehouse).made is None
    ann = Person(("K1",))
    row = decisions.decide(store, ann, Decision("K1", "none", "mia", "moved"), TODAY)
    with open_warehouse(settings) as warehouse:
        kept = decisions_kept(settings, warehouse)
    assert kept.since == row["recorded_at"]
    assert kept.made is not None
    assert kept.made["customer_id"].to_list() == ["K1"]
