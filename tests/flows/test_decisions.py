"""Decisions through whole nights, and the command that records them."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner, Result

from dashboards.records.decisions import KEPT, history
from dashboards.records.store import Records
from flows.cli import app
from flows.decide import deciding
from flows.decisions import decisions_kept
from flows.explain import explain_call
from flows.nightly import nightly
from flows.settings import Settings
from flows.warehouse import open_warehouse
from tests.flows.nights import angry, put
from tests.flows.runs import ask, copy_of, differing, published
from transforms.contracts.staging import CUSTOMERS

pytestmark = pytest.mark.usefixtures("prefect_server")
THIRD = datetime(2026, 10, 5, 7, tzinfo=UTC)
"""When the customer K calls the third time, and becomes chronic."""


@pytest.fixture(scope="module")
def one_night(
    prefect_server: str, tmp_path_factory: pytest.TempPathFactory
) -> Settings:
    """A home after a night, with a customer who becomes chronic. Copy it."""
    settings = Settings(home=tmp_path_factory.mktemp("decided") / "home")
    put(
        settings,
        "calls.jsonl",
        angry("k1", "2026-09-14T09:00:00+02:00", customer_id="K"),
        angry("k2", "2026-09-21T09:00:00+02:00", customer_id="K", vulnerable=True),
        angry("k3", "2026-10-05T09:00:00+02:00", customer_id="K"),
        angry("later", "2026-11-02T09:00:00+01:00"),
    )
    nightly(home=settings.home)
    return settings


@pytest.fixture
def home(one_night: Settings, tmp_path: Path) -> Settings:
    return copy_of(one_night, tmp_path / "home")


def decided(settings: Settings, at: datetime, customer: str = "K") -> None:
    """A decision that was recorded at a moment."""
    row = {
        "customer_id": customer,
        "decision": "owner_named",
        "recorded_at": at,
        "recorded_by": "mia",
        "why": "third time",
    }
    Records(settings.records_url).add({KEPT: [row]})


def informed(settings: Settings) -> list[str]:
    rows = ask(
        settings,
        "SELECT verdict::VARCHAR AS verdict FROM marts.verdicts"
        " WHERE behaviour = 'management_informed' AND call_id = 'k3'",
    )
    return rows["verdict"].to_list()


def why(settings: Settings) -> set[tuple[str, str]]:
    steps = explain_call(settings, "k3").steps
    mine = steps.filter(pl.col("behaviour") == "management_informed")
    return set(mine.select("verdict", "reason").rows())


def test_without_a_record_of_decisions_nothing_is_told(home: Settings) -> None:
    assert informed(home) == []
    told = {("not_observable", "no record of management's decisions was kept then")}
    assert why(home) == told


def test_a_decision_after_the_run_counts_the_next_night(home: Settings) -> None:
    decided(home, THIRD + timedelta(days=3))
    report = nightly(home=home.home)
    assert report.days_scored >= 1
    assert informed(home) == ["met"]
    assert nightly(home=home.home).days_scored == 0
    (row,) = history(Records(home.records_url))
    Records(home.records_url).add(
        {
            KEPT: [
                {
                    "customer_id": "K",
                    "decision": "withdrawn",
                    "withdraws": row["id"],
                    "recorded_by": "mia",
                    "why": "by mistake",
                }
            ]
        }
    )
    assert nightly(home=home.home).days_scored >= 1
    assert informed(home) == []


def test_no_decision_in_time_is_violated_where_decisions_are_kept(
    home: Settings,
) -> None:
    decided(home, THIRD - timedelta(days=30), customer="for-later")
    decided(home, THIRD + timedelta(days=15))
    nightly(home=home.home)
    assert informed(home) == ["violated"]
    once = published(home)
    assert nightly(home=home.home).days_scored == 0
    for path in home.published.iterdir():
        path.unlink()
    nightly(home=home.home)
    assert differing(once, published(home)) == []


def test_before_the_first_decision_nothing_is_held_against_anyone(
    home: Settings,
) -> None:
    decided(home, THIRD + timedelta(days=10), customer="for-later")
    nightly(home=home.home)
    assert informed(home) == []
    assert {verdict for verdict, _ in why(home)} == {"not_observable"}


def test_nights_never_write_decisions(home: Settings) -> None:
    decided(home, THIRD + timedelta(days=3))
    before = history(Records(home.records_url))
    nightly(home=home.home, rescore=True)
    assert history(Records(home.records_url)) == before


def run(settings: Settings, *arguments: str) -> Result:
    environment = {"COOLHEAD_HOME": str(settings.home), "COLUMNS": "200"}
    return CliRunner().invoke(app, ["decide", *arguments], env=environment)


BY = ("--by", "mia", "--why", "third time")


def test_the_command_records_shows_and_takes_back(home: Settings) -> None:
    ahead = (deciding.today(home) + timedelta(days=14)).isoformat()
    made = run(
        home, "K", "--decision", "owner_named", "--owner", "Ola", "--review", ahead, *BY
    )
    assert made.exit_code == 0, made.output
    assert "decision 1 on K: owner_named, Ola takes care" in made.stdout
    shown = run(home, "K").stdout
    assert "stands" in shown
    assert "mia: third time" in shown
    (row,) = json.loads(run(home, "K", "--json").stdout)
    assert (row["decision"], row["review_on"]) == ("owner_named", ahead)
    back = run(home, "K", "--withdraw", "1", *BY)
    assert back.exit_code == 0, back.output
    assert "stands" not in run(home, "K").stdout
    assert len(history(Records(home.records_url))) == 2


def test_the_command_asks_for_a_warning_and_for_adjustments(home: Settings) -> None:
    ahead = (deciding.today(home) + timedelta(days=14)).isoformat()
    limit = ("K", "--decision", "restriction", "--review", ahead, *BY)
    refused = run(home, *limit)
    assert refused.exit_code == 1
    assert "a restriction needs a prior warning" in str(refused.exception)
    assert run(home, "K", "--decision", "warning", *BY).exit_code == 0
    frail = run(home, *limit)
    assert "which adjustments were considered" in str(frail.exception)
    done = run(home, *limit, "--adjustments", "a helper on the line")
    assert done.exit_code == 0, done.output
    assert "warned by decision 1" in done.stdout


def test_overdue_reviews_are_listed(home: Settings) -> None:
    assert "no review is overdue" in run(home, "--overdue").stdout
    yesterday = deciding.today(home) - timedelta(days=1)
    row = {
        "customer_id": "K",
        "decision": "goodwill",
        "owner": "Ola",
        "review_on": yesterday,
        "recorded_by": "mia",
        "why": "our fault",
    }
    Records(home.records_url).add({KEPT: [row]})
    assert "1 day overdue" in run(home, "--overdue").stdout
    (listed,) = json.loads(run(home, "--overdue", "--json").stdout)
    assert (listed["customer_id"], listed["review_on"]) == ("K", f"{yesterday}")


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("K9", "--decision", "goodwill", *BY), 1, "no customer 'K9'"),
        (("K", "--decision", "ban", *BY), 1, "'ban' is no decision"),
        (("K", "--decision", "goodwill", "--review", "2020-01-01", *BY), 1, "ahead"),
        (("K", "--decision", "goodwill", "--review", "soon", *BY), 2, "soon"),
        (("K", "--decision", "goodwill"), 1, "without who and why"),
        (("K", "--withdraw", "7", *BY), 1, "there is no decision 7"),
        (("K", "--withdraw", "7", "--decision", "none", *BY), 2, "one at a time"),
        ((), 2, "name a customer"),
        (("K", "--overdue"), 2, "all customers"),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, tuple) else None,
)
def test_what_the_command_cannot_do_is_told(
    home: Settings, arguments: tuple[str, ...], code: int, message: str
) -> None:
    result = run(home, *arguments)
    assert result.exit_code == code
    assert message in result.output + str(result.exception)
    assert history(Records(home.records_url)) == []


def test_a_decision_under_any_of_a_persons_ids_is_about_the_person(
    settings: Settings,
) -> None:
    linked = {
        "record_no": 1,
        "source_customer_id": "K-old",
        "customer_id": "K",
        "is_named": True,
    }
    row = {**dict.fromkeys(CUSTOMERS.columns), **linked}
    flags = dict.fromkeys(("is_phone_shared", "is_email_shared"), False)
    decided(settings, THIRD, customer="K-old")
    decided(settings, THIRD, customer="Z")
    with open_warehouse(settings) as warehouse:
        frame = pl.DataFrame([{**row, **flags}], schema=CUSTOMERS.polars_schema)
        warehouse.append(CUSTOMERS, frame)
        made = decisions_kept(settings, warehouse).made
    assert made is not None
    assert sorted(made["customer_id"]) == ["K", "Z"]
