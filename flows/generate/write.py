"""The files: the exports that a centre would send, and beside them the truth."""

import csv
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self, TextIO
from zoneinfo import ZoneInfo

import orjson
import polars as pl
from pyarrow import parquet

from flows.generate.call import Call, Shift
from flows.generate.incidents import FIELDS
from flows.generate.repeats import contacts
from flows.generate.schedule import Promise
from flows.generate.truth import (
    AGENTS,
    CALLS,
    CUSTOMERS,
    PLANTED,
    PROMISES,
    identities,
    patterns_of,
    planted_in,
    skills_of,
    truth_of,
)
from flows.generate.world import Agent, World

_PARQUET: Final[Any] = parquet
"""pyarrow writes file by file what comes day by day, but has no types."""


@dataclass(frozen=True, slots=True)
class Truth:
    """What was made: counts over the whole run, and where the files are."""

    calls: int
    turns: int
    heated: int
    customers: int
    promises: int
    incidents: int
    chronic: int
    inbox: Path
    truth: Path


class Exports:
    """The open files of one run: written a day at a time, so that memory is bounded."""

    def __init__(self, out: Path, zone: ZoneInfo) -> None:
        """Make the folders and open the files that grow day by day."""
        self.inbox, self.truth, self.zone = out / "inbox", out / "truth", zone
        self.inbox.mkdir(parents=True, exist_ok=True)
        self.truth.mkdir(parents=True, exist_ok=True)
        self.calls = self.turns = self.heated = self.incidents = 0
        self.last_moment = datetime.min.replace(tzinfo=UTC)
        self._months: dict[str, tuple[TextIO, csv.DictWriter[Any]]] = {}
        self._calls = _parquet(self.truth / "calls.parquet", CALLS)
        self._planted = _parquet(self.truth / "planted.parquet", PLANTED)
        self._shifts = (self.inbox / "shifts.csv").open(
            "w", encoding="utf-8", newline=""
        )
        self._shift_rows = csv.writer(self._shifts, lineterminator="\n")
        self._shift_rows.writerow(("agent_id", "shift_start", "shift_end"))

    def __enter__(self) -> Self:
        """Use the files for as long as the block lasts."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close every file."""
        self._calls.close()
        self._planted.close()
        self._shifts.close()
        for file, _ in self._months.values():
            file.close()

    def day(self, calls: list[Call], shifts: list[Shift]) -> None:
        """Write the calls of one local day and the shifts worked on it."""
        for shift in shifts:
            self._shift_rows.writerow(
                (shift.agent_id, shift.begins.isoformat(), shift.ends.isoformat())
            )
        if not calls:
            return
        day = calls[0].started_at.date()
        exported = datetime.combine(day + timedelta(days=1), time(2, 30), self.zone)
        lines = b"".join(_line(call, exported.isoformat()) for call in calls)
        (self.inbox / f"calls-{day}.jsonl").write_bytes(lines)
        _append(self._calls, CALLS, [truth_of(call) for call in calls])
        _append(self._planted, PLANTED, planted_in(calls))
        self._up_to(max(call.ended_at for call in calls))
        self.calls += len(calls)
        self.turns += sum(len(call.talk.turns) for call in calls)
        self.heated += sum(call.plan.kind == "heated" for call in calls)

    def incident(self, row: dict[str, str]) -> None:
        """Write one incident to the log of the month in which it was recorded."""
        month = row["recorded_at"][:7]
        if month not in self._months:
            path = self.inbox / f"incidents-{month}.csv"
            file = path.open("w", encoding="utf-8", newline="")
            writer = csv.DictWriter(file, FIELDS, lineterminator="\n")
            writer.writeheader()
            self._months[month] = file, writer
        self._months[month][1].writerow(row)
        self._up_to(datetime.fromisoformat(row["recorded_at"]))
        self.incidents += 1

    def _up_to(self, moment: datetime) -> None:
        self.last_moment = max(self.last_moment, moment.astimezone(UTC))

    def finish(
        self, world: World, promises: list[Promise], bounds: tuple[str, str]
    ) -> Truth:
        """Write what is known only at the end: people, promises and the roster."""
        agents = [agent for team in world.agents.values() for agent in team]
        self._roster(agents, bounds)
        people = [person for group in world.customers.values() for person in group]
        callers = [person for person in people if person.calls]
        _write(self.truth / "agents.parquet", AGENTS, [skills_of(a) for a in agents])
        _write(
            self.truth / "customers.parquet",
            CUSTOMERS,
            [row for person in callers for row in identities(person)],
        )
        _write(
            self.truth / "promises.parquet",
            PROMISES,
            [
                {key: _plain(getattr(promise, key)) for key in PROMISES}
                for promise in sorted(promises, key=lambda p: (p.call_id, p.turn))
            ],
        )
        self._calls.close()
        calls = pl.read_parquet(self.truth / "calls.parquet")
        contacts(calls, self.last_moment).write_parquet(self.truth / "contacts.parquet")
        return Truth(
            calls=self.calls,
            turns=self.turns,
            heated=self.heated,
            customers=len(callers),
            promises=len(promises),
            incidents=self.incidents,
            chronic=sum(bool(patterns_of(person)) for person in callers),
            inbox=self.inbox,
            truth=self.truth,
        )

    def _roster(self, agents: list[Agent], bounds: tuple[str, str]) -> None:
        first, last = bounds
        with (self.inbox / "roster.csv").open(
            "w", encoding="utf-8", newline=""
        ) as file:
            rows = csv.writer(file, lineterminator="\n")
            rows.writerow(
                ["agent_id", "agent_name", "team", "queue", "valid_from", "valid_to"]
            )
            for agent in agents:
                begins = first
                if agent.moved_on is not None:
                    until = agent.moved_on - timedelta(days=1)
                    before = (agent.former_team, agent.queue, first, until)
                    rows.writerow((agent.agent_id, agent.name, *before))
                    begins = str(agent.moved_on)
                now = (agent.team, agent.queue, begins, last)
                rows.writerow((agent.agent_id, agent.name, *now))


def _plain(value: object) -> object:
    return value.astimezone(UTC) if isinstance(value, datetime) else value


def _line(call: Call, exported_at: str) -> bytes:
    customer, talk = call.customer, call.talk
    transferred = talk.supervisor_outcome == "transferred"
    target = talk.issue.queue if call.plan.kind == "transfer" else None
    record = {
        "call_id": call.call_id,
        "started_at": call.started_at.isoformat(),
        "ended_at": call.ended_at.isoformat(),
        "agent_id": call.agent.agent_id,
        "agent_name": call.agent.name,
        "team": call.agent.team_on(call.started_at.date()),
        "queue": talk.issue.queue,
        "customer_id": call.customer_id,
        "customer_phone": call.identity.phone,
        "customer_email": call.identity.email,
        "customer_name": call.identity.name,
        "language": customer.language,
        "direction": call.direction,
        "channel": "phone",
        "disposition": _disposition(call),
        "transferred_to": "supervisor" if transferred else target,
        "vulnerable": customer.vulnerable,
        "exported_at": exported_at,
        "turns": talk.turns,
    }
    return orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE)


def _disposition(call: Call) -> str:
    talk = call.talk
    if "agent_ended_call" in talk.events:
        return "ended_by_agent"
    handed_on = call.plan.kind == "transfer"
    if handed_on or talk.supervisor_outcome == "transferred":
        return "transferred"
    if talk.promises:
        return "callback"
    return "resolved" if talk.settled else "unresolved"


def _parquet(path: Path, schema: pl.Schema) -> Any:
    return _PARQUET.ParquetWriter(
        path, schema.to_frame().to_arrow().schema, compression="zstd"
    )


def _append(file: Any, schema: pl.Schema, rows: list[dict[str, object]]) -> None:
    file.write_table(pl.DataFrame(rows, schema).to_arrow())


def _write(path: Path, schema: pl.Schema, rows: list[dict[str, object]]) -> None:
    with _parquet(path, schema) as file:
        _append(file, schema, rows)
