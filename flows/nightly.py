"""The nightly flow: ingest, stage, judge, score, marts, judge, publish, report."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import polars as pl
from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from flows import candidate as marts_file
from flows import promises, publish
from flows.calibrate.reviewed import agreement_with_reviewers, newly_reviewed_days
from flows.corrections import corrected_days, standing
from flows.days import last_moment, outdated_days, reopened_days, touched_days
from flows.decisions import decided_days, decisions_kept
from flows.identities import refresh_identities
from flows.ingest import IngestReport, ingest
from flows.knowledge import load_knowledge
from flows.lock import writing
from flows.progress import Bars
from flows.promises import hear_of_promises
from flows.report import RunReport, run_row, tell
from flows.roles import retold_days, roles_told
from flows.score import Scorer, ScoreReport
from flows.settings import Settings
from flows.stage import stage
from flows.warehouse import WarehouseBusyError, open_warehouse
from transforms.contracts import marts
from transforms.detection.detect import Detector
from transforms.knowledge.bundle import Knowledge

_COUNTS: Final = (
    "calls_in",
    "calls_new",
    "calls_repeated",
    "calls_rejected",
    "records_in",
    "records_rejected",
)
_TAKEN_BEFORE: Final = f"""
    SELECT count(*) AS files_in,
        {", ".join(f"coalesce(sum({name}), 0) AS {name}" for name in _COUNTS)}
    FROM raw.files WHERE run_id = $version
"""


class NothingToScoreError(RuntimeError):
    """There are no calls at all."""


@dataclass(frozen=True)
class Plan:
    """What a run is going to do."""

    version: str
    as_of: datetime
    days: tuple[date, ...]
    outdated: int
    fix_roles: bool
    is_remeasured: bool

    @property
    def is_due(self) -> bool:
        """Whether there is anything to publish: days to score, or new marks of validity."""
        return bool(self.days) or self.is_remeasured


def _may_pass(_task: Any, _run: Any, state: Any) -> bool:
    """Retry only what time can mend: a lock that is held, a disk that hiccups."""
    error = state.result(raise_on_failure=False)
    return isinstance(error, WarehouseBusyError | OSError)


@task(
    retries=2,
    retry_delay_seconds=10,
    retry_condition_fn=_may_pass,
    cache_policy=NO_CACHE,
)
def take_in(settings: Settings, version: str) -> IngestReport:
    """Ingest what is new in the inbox, stage it, and say whose each call is."""
    settings.inbox.mkdir(parents=True, exist_ok=True)
    with open_warehouse(settings) as warehouse, Bars() as bars:
        # A run that failed after taking files in left them to this version.
        before = warehouse.read(_TAKEN_BEFORE, {"version": version}).row(0, named=True)
        report = ingest(settings, warehouse, version, bars.files)
        stage(settings, warehouse)
        refresh_identities(settings, warehouse)
    counts = {name: getattr(report, name) + int(n) for name, n in before.items()}
    return replace(report, **counts)


@task(cache_policy=NO_CACHE)
def plan(
    settings: Settings,
    knowledge: Knowledge,
    as_of: datetime | None,
    *,
    rescore: bool,
    fix_roles: bool,
) -> Plan:
    """Find the days that are due, and as of when they are judged."""
    current = publish.current_version(settings.published)
    path = publish.version_file(settings.published, current) if current else None
    is_first = path is None or not path.exists()
    outdated = 0
    is_remeasured = False
    with open_warehouse(settings) as warehouse:
        moment = as_of or last_moment(warehouse)
        days = set(touched_days(warehouse, everything=is_first))
        if moment is None:
            raise NothingToScoreError(
                f"{settings.inbox}: no call and no incident was found in any file, now or"
                " before; put exports there (see `coolhead nightly --help`) and run again"
            )
        if path is not None and not is_first:
            with marts_file.open_published(settings, path, read_only=True) as published:
                days |= set(reopened_days(warehouse, published, moment))
                days |= set(corrected_days(published, standing(settings)))
                decided = decisions_kept(settings, warehouse)
                days |= set(decided_days(published, decided, knowledge.thresholds))
                days |= set(newly_reviewed_days(settings, published, knowledge))
                told = roles_told(settings, warehouse)
                days |= set(retold_days(published, told, fix=fix_roles))
                old = set(outdated_days(published, knowledge.version))
                days |= old if rescore else set()
                outdated = len(old - days)
                is_remeasured = marts_file.is_remeasured(published, knowledge)
                news = hear_of_promises(settings, warehouse, knowledge, sorted(days))
                days |= set(promises.retold_days(published, news, knowledge))
        else:
            hear_of_promises(settings, warehouse, knowledge, sorted(days))
    version = publish.next_version(settings.published)
    due = tuple(sorted(days))
    return Plan(version, moment, due, outdated, fix_roles, is_remeasured)


@task(cache_policy=NO_CACHE)
def judge_sources(settings: Settings, days: Sequence[date]) -> list[dict[str, Any]]:
    """Judge raw and staging before anything is made of them."""
    from expectations import judge, raw, staging

    suites = (*raw.suites(), *staging.suites())
    findings = judge.judge(settings.warehouse, suites, days=days)
    judge.check(findings)
    return [asdict(finding) for finding in findings]


@task(cache_policy=NO_CACHE)
def score_days(
    settings: Settings, knowledge: Knowledge, planned: Plan, path: Path
) -> ScoreReport:
    """Score the days into the candidate, and complete what looks across days."""
    detector = Detector(knowledge.lexicons, knowledge.languages)
    with (
        open_warehouse(settings) as warehouse,
        marts_file.open_published(settings, path) as candidate,
        Bars() as bars,
    ):
        scorer = Scorer(
            settings,
            warehouse,
            candidate,
            knowledge,
            detector,
            planned.as_of,
            standing(settings),
            roles_told(settings, warehouse),
            planned.fix_roles,
            decisions_kept(settings, warehouse),
        )
        report = scorer.run(planned.days, bars.days(len(planned.days)))
        reviewed = agreement_with_reviewers(settings, candidate, knowledge)
        marts_file.complete(candidate, warehouse, knowledge, planned.as_of, reviewed)
    return report


@task(cache_policy=NO_CACHE)
def judge_marts(
    settings: Settings, planned: Plan, path: Path, before: Sequence[dict[str, Any]]
) -> int:
    """Judge the closed candidate, and keep all findings in it; returns the warnings."""
    from expectations import judge
    from expectations import marts as suites

    findings = judge.judge(
        path, suites.suites(planned.as_of), days=planned.days, search_path=settings.home
    )
    judge.check(findings)
    rows = [*before, *(asdict(finding) for finding in findings)]
    frame = pl.DataFrame(
        [{"run_id": planned.version, **row} for row in rows],
        schema=marts.DATA_QUALITY.polars_schema,
    )
    kept = frame.unique(marts.DATA_QUALITY.key, keep="last", maintain_order=True)
    warnings = kept.filter(outcome="failed").height
    with (
        marts_file.open_published(settings, path) as candidate,
        candidate.transaction(),
    ):
        candidate.replace_all(marts.DATA_QUALITY, kept)
        candidate.execute(
            "UPDATE marts.run_history SET warnings = $warnings WHERE run_id = $run",
            {"warnings": warnings, "run": planned.version},
        )
    return warnings


@task(
    retries=2,
    retry_delay_seconds=10,
    retry_condition_fn=_may_pass,
    cache_policy=NO_CACHE,
)
def make_current(settings: Settings, version: str) -> None:
    """Move the pointer to the judged candidate; only then are the days done."""
    publish.make_current(settings.published, version)
    with open_warehouse(settings) as warehouse:
        warehouse.execute("DELETE FROM staging.days_due")


@flow(name="nightly", validate_parameters=False)
def nightly(
    home: Path | None = None,
    as_of: datetime | None = None,
    *,
    rescore: bool = False,
    fix_roles: bool = False,
) -> RunReport:
    """Carry what is new from the inbox to a published version, or change nothing.

    Args:
        home: the home; the configured one if None.
        as_of: the moment of judgement, with a zone; the last one in the data if None.
        rescore: also score the days that were scored by other knowledge.
        fix_roles: exchange the labels of agent and customer where they seem exchanged.
    """
    settings = Settings() if home is None else Settings(home=home)
    knowledge = load_knowledge(settings.knowledge)
    with writing(settings.home):
        version = publish.next_version(settings.published)
        taken = take_in(settings, version)
        planned = plan(settings, knowledge, as_of, rescore=rescore, fix_roles=fix_roles)
        if not planned.is_due:
            return tell(settings, RunReport.unchanged(settings, taken, planned))
        found = judge_sources(settings, planned.days)
        with publish.candidate(settings.published, version) as path:
            scored = score_days(settings, knowledge, planned, path)
            run_row(settings, path, planned, taken, scored, knowledge.version)
            warnings = judge_marts(settings, planned, path, found)
        make_current(settings, version)
        return tell(
            settings, RunReport.published(settings, taken, planned, scored, warnings)
        )
