"""Score: some days' calls, from text to marts, a chunk of whole days at a time."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

import polars as pl

from flows import archive
from flows.decisions import NOT_KEPT, Decisions
from flows.promises import days_with_calls_out, words_around
from flows.settings import Settings
from flows.warehouse import Warehouse
from transforms.batch import Batch, Surroundings
from transforms.contracts import marts
from transforms.contracts.agent_marts import CALL_TIMING
from transforms.contracts.customer_marts import CALL_ISSUES
from transforms.contracts.staging import (
    CALLS,
    FIXED_ROLES,
    INCIDENTS,
    SHIFTS,
    UTTERANCES,
)
from transforms.contracts.table import Table
from transforms.detection.detect import Detector
from transforms.knowledge.bundle import Knowledge
from transforms.prepare import Prepared, prepare
from transforms.roles import TOLD
from transforms.scoring import Scored, score

_CHANGED: Final = """
    SELECT count(*) AS n
    FROM old_verdicts AS before FULL JOIN new_verdicts AS now
        USING (call_id, behaviour, parameters)
    WHERE before.verdict::VARCHAR IS DISTINCT FROM now.verdict::VARCHAR
"""
_OLD_VERDICTS: Final = """
    CREATE OR REPLACE TEMP TABLE old_verdicts AS
    SELECT * FROM marts.verdicts WHERE day IN (SELECT unnest($days::DATE[]))
"""
_NEARBY_CALLS: Final = """
    SELECT * FROM staging.calls WHERE day BETWEEN $first::DATE - $reach::INTEGER
        AND $last::DATE + $reach::INTEGER AND call_id NOT IN (SELECT call_id FROM scored_calls)
        AND (customer_id IN (SELECT customer_id FROM scored_calls)
            OR (day BETWEEN $first::DATE - 1 AND $last::DATE + 1
                AND agent_id IN (SELECT agent_id FROM scored_calls)))
"""
_NEARBY_INCIDENTS: Final = """
    SELECT * FROM staging.incidents
    WHERE call_id IN (SELECT call_id FROM scored_calls)
        OR customer_id IN (SELECT customer_id FROM scored_calls)
"""
_NEARBY_SHIFTS: Final = """
    SELECT * FROM staging.shifts WHERE shift_end >= $first::TIMESTAMPTZ - INTERVAL 1 DAY
        AND shift_start <= $last::TIMESTAMPTZ + INTERVAL 2 DAY
        AND agent_id IN (SELECT agent_id FROM scored_calls)
"""
_INCIDENT_DAYS: Final = """
    SELECT DISTINCT timezone($zone, moment)::DATE AS day FROM (
        SELECT occurred_at AS moment FROM staging.incidents
        UNION ALL SELECT recorded_at FROM staging.incidents)
    WHERE moment IS NOT NULL ORDER BY day
"""
_SHIFT_DAYS: Final = """
    SELECT DISTINCT unnest(generate_series(timezone($zone, shift_start)::DATE,
        timezone($zone, shift_end - INTERVAL 1 MICROSECOND)::DATE,
        INTERVAL 1 DAY))::DATE AS day FROM staging.shifts ORDER BY day
"""
_HEAT: Final = """
    SELECT call_no, agent_id, started_at, is_heated, is_complaint, warmth
    FROM marts.call_facts
    WHERE is_heated IS NOT NULL AND call_id NOT IN (SELECT call_id FROM scored_calls)
        AND (agent_id IN (SELECT agent_id FROM scored_calls)
            OR customer_id IN (SELECT customer_id FROM scored_calls))
"""


@dataclass(frozen=True)
class ScoreReport:
    """What one scoring did.

    Attributes:
        days: days scored.
        calls: calls in them.
        verdicts_changed: verdicts that are new, gone or different.
    """

    days: int
    calls: int
    verdicts_changed: int


@dataclass(frozen=True)
class Scorer:
    """Scores days of one home into one candidate file.

    People's corrections stand in the place of the machine's verdicts. `roles_told` is what
    is known of labels of agent and customer (see `transforms.roles.TOLD`); with
    `fix_roles`, those that seem exchanged are exchanged, from now on. `decisions` are
    management's on customers.
    """

    settings: Settings
    warehouse: Warehouse
    candidate: Warehouse
    knowledge: Knowledge
    detector: Detector
    as_of: datetime
    corrections: pl.DataFrame
    roles_told: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=TOLD))
    fix_roles: bool = False
    decisions: Decisions = NOT_KEPT

    def run(
        self, days: Sequence[date], progress: Callable[[int], None] | None = None
    ) -> ScoreReport:
        """Score days, chunk by chunk; each day is replaced whole or not at all.

        Args:
            days: the contact centre's local days.
            progress: told the days done after each chunk.
        """
        calls = changed = done = 0
        for chunk in self._chunks(days):
            prepared, _, scored = self.score(chunk)
            changed += self._replace(chunk, prepared, scored)
            calls += scored.call_facts.height
            done += len(chunk)
            if progress:
                progress(done)
        return ScoreReport(len(days), calls, changed)

    def score(
        self, days: Sequence[date], call_id: str | None = None
    ) -> tuple[Prepared, pl.DataFrame, Scored]:
        """Score some days, and store nothing: what was heard, the texts, the scores.

        Args:
            days: the days.
            call_id: the only call to score; all calls of the days if None.
        """
        where, params = "day IN (SELECT unnest($days::DATE[]))", {"days": list(days)}
        calls = self.warehouse.read_table(CALLS, where, params)
        if call_id is not None:
            calls = calls.filter(pl.col("call_id") == call_id)
        texts = archive.read_days(
            self.settings.archive, days, calls["call_no"]
        ).collect()
        prepared = prepare(
            calls,
            texts,
            self.detector,
            self.knowledge,
            self.roles_told,
            fix_roles=self.fix_roles,
        )
        batch = Batch(
            calls=prepared.calls,
            turns=prepared.turns,
            hits=prepared.hits,
            texts=texts.select("call_no", "turn", "text"),
            around=self._around(days, calls),
            corrections=self.corrections,
        )
        return prepared, texts, score(batch, self.knowledge)

    def _chunks(self, days: Sequence[date]) -> Iterator[list[date]]:
        """Days in order, in chunks of at most `batch_utterances`, a day at least."""
        sizes = self.warehouse.read(
            "SELECT day, sum(turns)::BIGINT AS turns FROM staging.calls"
            " WHERE day IN (SELECT unnest($days::DATE[])) GROUP BY day",
            {"days": list(days)},
        )
        turns = dict(sizes.iter_rows())
        chunk: list[date] = []
        held = 0
        for day in sorted(days):
            size = turns.get(day, 0)
            if chunk and held + size > self.settings.batch_utterances:
                yield chunk
                chunk, held = [], 0
            chunk.append(day)
            held += size
        if chunk:
            yield chunk

    def _around(self, days: Sequence[date], calls: pl.DataFrame) -> Surroundings:
        thresholds = self.knowledge.thresholds
        span = {"first": min(days), "last": max(days)}
        # A promise may be due long after the call: as far ahead as customers are followed.
        window = {**span, "reach": int(thresholds.chronic_days.value)}
        known = calls.select("call_id", "customer_id", "agent_id")
        with self.warehouse.lend("scored_calls", known):
            nearby = self.warehouse.read(_NEARBY_CALLS, window)
            incidents = self.warehouse.read(_NEARBY_INCIDENTS)
            shifts = self.warehouse.read(_NEARBY_SHIFTS, span)
            promise_words = words_around(self.warehouse)
        with self.candidate.lend("scored_calls", known):
            heat = self.candidate.read(_HEAT)
        zone = {"zone": self.settings.time_zone}
        return Surroundings(
            calls=pl.concat([calls, CALLS.conform(nearby.lazy()).collect()]),
            incidents=INCIDENTS.conform(incidents.lazy()).collect(),
            shifts=SHIFTS.conform(shifts.lazy()).collect(),
            incident_days=self.warehouse.read(_INCIDENT_DAYS, zone),
            heat=heat,
            as_of=self.as_of,
            decisions=self.decisions.made,
            decisions_since=self.decisions.since,
            outbound_days=days_with_calls_out(self.warehouse),
            promise_words=promise_words,
            hours=self.settings.office_hours,
            zone=self.settings.time_zone,
            shift_days=self.warehouse.read(_SHIFT_DAYS, zone),
        )

    def _replace(self, days: Sequence[date], prepared: Prepared, scored: Scored) -> int:
        """Put the chunk's rows in place; returns how many verdicts differ from before."""
        with self.warehouse.transaction():
            turns = prepared.turns.drop("temperature").join(
                scored.temperatures, on=["call_no", "turn"], how="left", validate="1:1"
            )
            self.warehouse.replace_days(UTTERANCES, days, turns)
            self._remember_fixed(prepared.calls)
        day_of = prepared.calls.select("call_no", "day")
        spans = prepared.hits.join(day_of, on="call_no", how="left", validate="m:1")
        temperatures = scored.temperatures.join(
            day_of, on="call_no", how="left", validate="m:1"
        )
        rows: tuple[tuple[Table, pl.DataFrame], ...] = (
            (marts.CALL_FACTS, scored.call_facts),
            (marts.VERDICTS, scored.verdicts),
            (marts.ESCALATION_EVENTS, scored.escalation_events),
            (marts.SUPERVISOR_REQUESTS, scored.supervisor_requests),
            (marts.SOURCE_DISAGREEMENTS, scored.source_disagreements),
            (marts.SPANS, spans.unique(marts.SPANS.key, maintain_order=True)),
            (marts.TEMPERATURES, temperatures),
            (marts.MENDED_SPEAKERS, prepared.mended),
            (CALL_ISSUES, scored.call_issues),
            (marts.PROMISES, scored.promises),
            (CALL_TIMING, scored.call_timing),
            (marts.AGENT_ADHERENCE, scored.agent_adherence),
            (marts.ESCALATION_RATES, scored.escalation_rates),
        )
        with self.candidate.transaction():
            self.candidate.execute(_OLD_VERDICTS, {"days": list(days)})
            for table, frame in rows:
                self.candidate.replace_days(table, days, frame)
            return self._changed(scored.verdicts)

    def _remember_fixed(self, calls: pl.DataFrame) -> None:
        """Keep which calls' roles were exchanged without anyone's word, for later runs."""
        fixed = calls.filter(pl.col("roles") == "exchanged").join(
            self.roles_told, on="call_no", how="anti"
        )
        if not fixed.is_empty():
            self.warehouse.append(FIXED_ROLES, fixed.select("call_no"))

    def _changed(self, verdicts: pl.DataFrame) -> int:
        if self.candidate.read("SELECT count(*) AS n FROM old_verdicts").item() == 0:
            return verdicts.height
        with self.candidate.lend("new_verdicts", verdicts):
            return int(self.candidate.read(_CHANGED).item())
