"""Identities through the night: calls follow the person, links stay, people's word counts."""

import json
import shutil
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from dashboards.records import identities as kept
from dashboards.records.store import Records
from flows.generate import generate
from flows.identify.saying import OneIdentityError, UnknownIdentityError, say
from flows.identities import IDENTITIES, IdentityReport, refresh_identities
from flows.ingest import ingest
from flows.settings import CHECKOUT, Settings
from flows.stage import stage
from flows.warehouse import Warehouse, open_warehouse
from tests.flows.test_cli import answered, run

BANKS = CHECKOUT / "data" / "generator"
TURNS = [
    {"speaker": "agent", "text": "Good morning, this is Dana."},
    {"speaker": "customer", "text": "My parcel is lost."},
]


def call(
    number: int, day: int, who: str | None, name: str | None, phone: str, **more: Any
) -> dict[str, Any]:
    return {
        "call_id": f"K{number:03d}",
        "started_at": f"2026-10-{day:02d}T09:{number % 60:02d}:00+02:00",
        "customer_id": who,
        "customer_name": name,
        "customer_phone": phone,
        "turns": TURNS,
        **more,
    }


FIRST = [
    call(1, 5, "C1", "יעל כהן", "+972 52 123 4567", language="he"),
    call(2, 6, "C2", "Bauke Hoekema", "06 12345678", customer_email="bh@example.org"),
    call(3, 6, "C3", "Femke Hoekema", "06 12345678"),
]
LATER = [
    call(4, 8, "X1", "Yael Cohen", "052-123-4567", language="he"),
    call(5, 8, "X2", "Bauke Hoekema", "06 99887766", customer_email="bh@example.org"),
    call(6, 9, None, "Yael Cohen", "052 123 4567", language="he"),
    call(7, 9, None, None, "anonymous"),
]


def night(
    settings: Settings, warehouse: Warehouse, *calls: dict[str, Any]
) -> IdentityReport:
    if calls:
        lines = "\n".join(json.dumps(one, ensure_ascii=False) for one in calls)
        path = settings.inbox / f"{calls[0]['call_id']}.jsonl"
        path.write_text(lines, encoding="utf-8")
    ingest(settings, warehouse, "run-000001")
    stage(settings, warehouse)
    return refresh_identities(settings, warehouse)


def whose(warehouse: Warehouse) -> dict[str, str | None]:
    rows = warehouse.read("SELECT call_id, customer_id FROM staging.calls ORDER BY ALL")
    return dict(rows.iter_rows())


def due(warehouse: Warehouse) -> dict[str, str]:
    rows = warehouse.read("SELECT day::VARCHAR AS day, reason FROM staging.days_due")
    return dict(rows.iter_rows())


def test_calls_follow_the_person_and_the_earlier_days_are_scored_again(
    settings: Settings,
) -> None:
    with open_warehouse(settings) as warehouse:
        night(settings, warehouse, *FIRST)
        warehouse.execute("DELETE FROM staging.days_due")
        night(settings, warehouse, *LATER)
        found = whose(warehouse)
        assert [found[f"K{n:03d}"] for n in range(1, 8)] == [
            "C1",
            "C2",
            "C3",
            "C1",
            "C2",
            "C1",
            None,
        ]
        assert {
            day: reason for day, reason in due(warehouse).items() if day < "2026-10-08"
        } == {
            "2026-10-05": "customers linked or split",
            "2026-10-06": "customers linked or split",
        }
        sources = warehouse.read(
            "SELECT call_id, source_customer_id FROM staging.calls"
        )
        assert dict(sources.iter_rows())["K004"] == "X1"
        identities = warehouse.read(IDENTITIES)
        assert identities.filter(customer_id="C1").rows() == [
            ("C1", "C1", "יעל כהן", "67", 1, True),
            ("X1", "C1", "Yael Cohen", "67", 1, True),
            ("unnamed-K006", "C1", "Yael Cohen", "67", 1, False),
        ]


def test_a_night_without_news_changes_nothing_and_a_new_record_renames_nobody(
    settings: Settings,
) -> None:
    with open_warehouse(settings) as warehouse:
        night(settings, warehouse, *FIRST, *LATER)
        before = whose(warehouse)
        warehouse.execute("DELETE FROM staging.days_due")
        assert night(settings, warehouse) == IdentityReport(records=7, new=0, moved=0)
        earlier = call(8, 1, "A0", "Yael Cohen", "052 123 4567", language="he")
        night(settings, warehouse, earlier)
        after = whose(warehouse)
        assert after.pop("K008") == "C1"
        assert after == before


def test_what_people_say_is_respected_by_later_runs_until_it_is_taken_back(
    settings: Settings,
) -> None:
    records = Records(settings.records_url)

    def said(*ids: str, is_confirmed: bool | None) -> None:
        kept.say_identity(
            records, (ids[0], ids[1]), is_confirmed=is_confirmed, by="ann", why="asked"
        )

    with open_warehouse(settings) as warehouse:
        night(settings, warehouse, *FIRST, *LATER)
        said("X2", "C2", is_confirmed=False)
        said("C2", "C3", is_confirmed=True)
        warehouse.execute("DELETE FROM staging.days_due")
        night(settings, warehouse)
        found = whose(warehouse)
        assert (found["K003"], found["K005"]) == ("C2", "X2")
        assert set(due(warehouse)) == {"2026-10-06", "2026-10-08"}
        night(settings, warehouse, call(9, 10, "X2", "B. Hoekema", "06 99887766"))
        assert whose(warehouse)["K005"] == "X2"
        said("X2", "C2", is_confirmed=None)
        said("C2", "C3", is_confirmed=None)
        night(settings, warehouse)
        found = whose(warehouse)
        assert (found["K003"], found["K005"]) == ("C3", "C2")


def test_a_word_needs_two_ids_that_are_known(sampled: Settings) -> None:
    told = {"is_confirmed": True, "by": "ann", "why": "asked"}
    with pytest.raises(OneIdentityError, match="C001 is one id"):
        say(sampled, ("C001", "C001"), **told)
    with pytest.raises(
        UnknownIdentityError, match="no published call is of customer 'C9'"
    ):
        say(sampled, ("C001", "C9"), **told)
    with pytest.raises(UnknownIdentityError, match="nothing was said"):
        say(sampled, ("C001", "C002"), is_confirmed=None, by="ann", why="asked")


def test_planted_splits_are_found_and_nobody_else_is_linked(tmp_path: Path) -> None:
    made = generate(9000, 120, 40, 11, tmp_path / "home", bank_dir=BANKS)
    settings = Settings(home=tmp_path / "home")
    with open_warehouse(settings) as warehouse:
        night(settings, warehouse)
        people = warehouse.read(
            "SELECT DISTINCT source_customer_id AS customer_id, customer_id AS linked"
            " FROM staging.customers"
        )
    truth = pl.read_parquet(made.truth / "customers.parquet")
    known = people.join(truth.select("customer_id", "person_id"), on="customer_id")

    def pairs(*by: str) -> int:
        sizes = known.group_by(by).len()["len"].cast(pl.Int64)
        return int((sizes * (sizes - 1) // 2).sum())

    assert pairs("person_id") >= 30
    assert pairs("linked", "person_id") / pairs("linked") >= 0.99
    assert pairs("linked", "person_id") / pairs("person_id") >= 0.90


def test_pairs_are_listed_with_reasons_and_a_word_is_recorded(
    sampled: Settings, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    shutil.copytree(sampled.home, home)
    settings = Settings(home=home)
    (row,) = answered(settings, "identities", "--state", "linked", "--json")
    assert (row["source_customer_id"], row["other_customer_id"]) == ("C001", "C101")
    listed = run(settings, "identities", "--state", "linked").stdout.splitlines()
    assert listed[0].startswith("C001 רונית אברהמי (1 call, number ending in 01)")
    assert "    same telephone number" in listed
    assert run(settings, "identities").stdout == "no pair is to review\n"
    said = ("C101", "C001", "--by", "ann", "--why", "two sisters")
    assert (
        "are two people: recorded" in run(settings, "identities", "split", *said).stdout
    )
    kept_rows = kept.identities_said(Records(settings.records_url))
    assert [row["is_confirmed"] for row in kept_rows] == [False]
    taken = run(settings, "identities", "withdraw", *said)
    assert taken.exit_code == 0
    assert kept.identities_said(Records(settings.records_url)) == []
