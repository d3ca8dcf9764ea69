"""A published file of plausible rows, made by a seeded generator from the contracts.

Verdicts are drawn once for each call and rule; every count is summed from them, so that a
list of calls, a heat-map cell and a card have to agree.
"""

import json
import random
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import duckdb
import polars as pl

from flows.warehouse import open_database
from transforms.contracts import marts
from transforms.contracts.table import Table

DATA: Final = Path(__file__).parents[2] / "data"
VERSION: Final = "run-000003"
FIRST_DAY: Final = date(2026, 8, 3)
_TABLES: Final = tuple(mart for mart in marts.MARTS if mart not in marts.VIEWS)
_VIEW: Final = "CREATE VIEW marts.call_transcripts AS SELECT * FROM read_parquet('texts/*.parquet')"
_AGENT_LABELS: Final = (
    "empathy",
    "apology",
    "restatement",
    "solution_offer",
    "hostility",
)
_CUSTOMER_LABELS: Final = (
    "complaint",
    "anger",
    "supervisor_request",
    "insult",
    "resolved",
)
_REASONS: Final = ("no lexicon for the language of the call", "no speaker labels")
Row = dict[str, Any]


@dataclass(frozen=True)
class Talk:
    """A sample call's language and turns."""

    language: str
    turns: list[Row]


@dataclass
class Rows:
    """The rows of every mart, as they grow."""

    of: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))

    def add(self, table: Table, **row: Any) -> None:
        """Add a row; columns not named are null."""
        self.of[table.name].append({**dict.fromkeys(table.columns), **row})

    def frame(self, table: Table) -> pl.DataFrame:
        """The rows of a table, as its contract types them."""
        rows = self.of[table.name]
        return pl.DataFrame(rows, schema=table.polars_schema) if rows else table.empty()


def talks() -> list[Talk]:
    """The sample calls that have turns, for their words."""
    found: list[Talk] = []
    for path in sorted((DATA / "samples" / "inbox").glob("calls-*.jsonl")):
        if "broken" in path.name:
            continue
        for line in path.read_text("utf-8").splitlines():
            try:
                call = json.loads(line)
            except ValueError:
                continue
            if (
                isinstance(call, dict)
                and call.get("language")
                and len(call.get("turns", [])) > 8
            ):
                found.append(Talk(call["language"], call["turns"]))
    return found


def write(home: Path, rows: Rows, version: str = VERSION) -> Path:
    """Write the rows as a published version of a home, and point to it."""
    published = home / "published"
    published.mkdir(parents=True, exist_ok=True)
    (home / "texts").mkdir(exist_ok=True)
    rows.frame(marts.CALL_TRANSCRIPTS).write_parquet(home / "texts" / "all.parquet")
    path = published / f"{version}.duckdb"
    path.unlink(missing_ok=True)
    with open_database(path, _TABLES) as opened:
        for table in _TABLES:
            opened.append(table, rows.frame(table))
        opened.execute(f"SET file_search_path = '{home}'")
        opened.execute(_VIEW)
    (published / "current").write_text(f"{version}\n", encoding="utf-8")
    return published


def plain(published: Path, sql: str, *params: object) -> list[tuple[Any, ...]]:
    """What DuckDB itself answers, past the dashboards' door."""
    version = (published / "current").read_text("utf-8").strip()
    with duckdb.connect(
        published / f"{version}.duckdb",
        read_only=True,
        config={"file_search_path": str(published.parent.resolve())},
    ) as connection:
        return connection.execute(sql, params or None).fetchall()


def steps(rows: Rows) -> list[Row]:
    """The playbooks' steps as shipped, added to the rows."""
    from flows.knowledge import load_knowledge
    from transforms.playbook_steps import playbook_steps

    knowledge = load_knowledge(DATA)
    told = playbook_steps(knowledge.playbooks, knowledge.review).to_dicts()
    rows.of[marts.PLAYBOOK_STEPS.name] = told
    return told


def at(day: int, seconds: int) -> datetime:
    """A moment of a working day, in UTC."""
    start = datetime.combine(FIRST_DAY, datetime.min.time(), tzinfo=UTC)
    return start + timedelta(days=day, hours=7, seconds=seconds)


def combined(step: Row, verdicts: dict[str, str], conduct: set[str]) -> str | None:
    """The verdict of a step, as `domain.md` combines those of its behaviours."""
    order = ("met", "missed", "violated")
    told = [
        order.index(verdicts[name])
        for name in step["behaviours"]
        if name in verdicts
        and (step["is_conduct"] or name.split(" (")[0] not in conduct)
    ]
    if not told:
        return None
    return order[min(told) if step["combine"] == "any" else max(told)]


class Counts(Counter[tuple[Any, ...]]):
    """Counts by key and name."""

    def rows(self, dimensions: tuple[str, ...], names: tuple[str, ...]) -> list[Row]:
        """One row for each key that anything was counted for, with zeros filled in."""
        keys = sorted({key[:-1] for key in self})
        return [
            {
                **dict(zip(dimensions, key, strict=True)),
                **{name: self[(*key, name)] for name in names},
            }
            for key in keys
        ]


def seeded(seed: int) -> random.Random:
    """A generator that gives the same rows each time."""
    return random.Random(seed)
