"""The door to DuckDB: types, transactions, days, locks."""

import datetime as dt
import subprocess
import sys
from pathlib import Path

import duckdb
import polars as pl
import pytest

from flows.settings import Settings
from flows.warehouse import (
    UnmappedTypeError,
    Warehouse,
    WarehouseBusyError,
    WarehouseOutdatedError,
    ddl,
    duckdb_type,
    open_database,
    open_warehouse,
)
from tests.tables import table
from transforms.contracts.marts import CALL_TRANSCRIPTS, MARTS
from transforms.contracts.raw import RAW
from transforms.contracts.staging import DAYS_DUE, STAGING
from transforms.contracts.table import Column, ContractError, Table

DAYS = table(
    """
    day        | reason
    -----------+-------
    2026-10-05 | calls
    2026-10-06 | calls
    """,
    day=pl.Date,
)


@pytest.mark.parametrize(
    "contract", [*RAW, *STAGING, *MARTS], ids=lambda found: found.name
)
def test_every_table_can_be_made_and_gives_its_own_types_back(
    tmp_path: Path, contract: Table
) -> None:
    with open_database(tmp_path / "a.duckdb", [contract]) as database:
        assert database.read_table(contract).schema == contract.polars_schema


def test_nested_and_named_values_survive_the_way_in_and_out(tmp_path: Path) -> None:
    evidence = [{"label": "apology", "start": 0, "end": 5, "cue": "sorry"}]
    row = {
        "call_id": "c1",
        "day": dt.date(2026, 10, 5),
        "turn": 0,
        "speaker": "agent",
        "start_seconds": 0.5,
        "end_seconds": None,
        "text": "It's 'quoted' \u05e9\u05dc\u05d5\u05dd",
        "language": None,
        "temperature": None,
        "evidence": evidence,
    }
    frame = pl.DataFrame([row], schema=CALL_TRANSCRIPTS.polars_schema)
    with open_database(tmp_path / "a.duckdb", [CALL_TRANSCRIPTS]) as database:
        database.append(CALL_TRANSCRIPTS, frame)
        assert database.read_table(CALL_TRANSCRIPTS).equals(frame)


def test_a_type_that_is_not_decided_is_refused_by_name() -> None:
    with pytest.raises(UnmappedTypeError, match="Duration"):
        duckdb_type(pl.Duration("us"))


def test_names_and_values_are_quoted_in_ddl() -> None:
    odd = Table("raw.odd", "one row", ("end",), {"end": Column(pl.Enum(["it's"]), "x")})
    assert ddl(odd) == (
        'CREATE TABLE IF NOT EXISTS "raw"."odd" ("end" ENUM(\'it\'\'s\') NOT NULL)'
    )


def test_replaced_days_leave_other_days_alone(tmp_path: Path) -> None:
    day = dt.date(2026, 10, 6)
    with open_database(tmp_path / "a.duckdb", [DAYS_DUE]) as database:
        database.append(DAYS_DUE, DAYS)
        fresh = DAYS.filter(pl.col("day") == day).with_columns(reason=pl.lit("shifts"))
        database.replace_days(DAYS_DUE, [day], fresh)
        found = database.read("SELECT reason FROM staging.days_due ORDER BY day")
    assert found["reason"].to_list() == ["calls", "shifts"]


def test_parameters_are_values_and_never_sql(tmp_path: Path) -> None:
    with open_database(tmp_path / "a.duckdb", [DAYS_DUE]) as database:
        database.append(DAYS_DUE, DAYS)
        told = {"reason": "calls' OR true --"}
        assert database.read_table(DAYS_DUE, "reason = $reason", told).is_empty()


def _append_and_fail(database: Warehouse) -> None:
    with database.transaction():
        database.append(DAYS_DUE, DAYS)
        raise KeyError("something went wrong")


def test_a_failed_transaction_keeps_nothing(tmp_path: Path) -> None:
    with open_database(tmp_path / "a.duckdb", [DAYS_DUE]) as database:
        with pytest.raises(KeyError, match="something went wrong"):
            _append_and_fail(database)
        assert database.rows(DAYS_DUE) == 0


def test_a_frame_without_a_promised_column_is_refused(tmp_path: Path) -> None:
    with (
        open_database(tmp_path / "a.duckdb", [DAYS_DUE]) as database,
        pytest.raises(ContractError, match="reason"),
    ):
        database.append(DAYS_DUE, DAYS.select("day"))


def test_a_null_where_none_is_promised_is_refused(tmp_path: Path) -> None:
    with (
        open_database(tmp_path / "a.duckdb", [DAYS_DUE]) as database,
        pytest.raises(duckdb.ConstraintException),
    ):
        database.append(DAYS_DUE, DAYS.with_columns(reason=pl.lit(None, pl.String)))


def test_a_warehouse_that_another_process_holds_says_so(settings: Settings) -> None:
    hold = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print(1, flush=True); input()"
    command = [sys.executable, "-c", hold, str(settings.warehouse)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        with (
            pytest.raises(WarehouseBusyError, match="wait until that run has ended"),
            open_warehouse(settings),
        ):
            pass
        holder.communicate("\n")
    with open_warehouse(settings) as warehouse:
        assert warehouse.rows(DAYS_DUE) == 0


def test_a_file_of_another_version_is_refused_with_the_difference(
    tmp_path: Path,
) -> None:
    older = Table(DAYS_DUE.name, "x", ("day",), {"day": DAYS_DUE.columns["day"]})
    with open_database(tmp_path / "a.duckdb", [older]):
        pass
    with (
        pytest.raises(WarehouseOutdatedError, match=r"staging\.days_due.*\['reason'\]"),
        open_database(tmp_path / "a.duckdb", [DAYS_DUE]),
    ):
        pass


def test_times_are_read_in_utc_wherever_the_machine_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    with open_database(tmp_path / "a.duckdb", [DAYS_DUE]) as database:
        found = database.read("SELECT TIMESTAMPTZ '2026-10-05 09:00:00' AS told").item()
    assert found == dt.datetime(2026, 10, 5, 9, tzinfo=dt.UTC)


def test_a_database_opened_for_reading_cannot_be_written(tmp_path: Path) -> None:
    with open_database(tmp_path / "a.duckdb", [DAYS_DUE]):
        pass
    with open_database(tmp_path / "a.duckdb", [DAYS_DUE], read_only=True) as database:
        assert database.rows(DAYS_DUE) == 0
        with pytest.raises(duckdb.InvalidInputException):
            database.append(DAYS_DUE, DAYS)
