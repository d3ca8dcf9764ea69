"""What a run says of itself: a row of the run history, an artifact, a summary."""

from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

import polars as pl
from prefect.artifacts import create_markdown_artifact
from prefect.context import FlowRunContext

from flows.candidate import open_published
from flows.ingest import IngestReport
from flows.publish import current_version, version_file
from flows.score import ScoreReport
from flows.settings import Settings
from transforms.contracts import marts

if TYPE_CHECKING:
    from flows.nightly import Plan


_FLAGGED: Final = """
    SELECT count(*) AS n FROM marts.call_facts WHERE roles = 'seem exchanged'
"""


@dataclass(frozen=True)
class RunReport:
    """What one run did.

    Attributes:
        version: the version that readers see after the run; None if there is none.
        is_changed: a new version was published.
        as_of: the moment of judgement.
        roles_flagged: calls not scored since their labels seem exchanged.
        failures: files left for the next run, with the reason.
        outdated_days: days still scored by other knowledge than today's.
    """

    version: str | None
    is_changed: bool
    as_of: datetime
    files_in: int
    files_unreadable: int
    calls_in: int
    calls_new: int
    calls_repeated: int
    calls_rejected: int
    records_in: int
    records_rejected: int
    days_scored: int
    calls_scored: int
    verdicts_changed: int
    warnings: int
    outdated_days: int
    roles_flagged: int
    failures: tuple[str, ...]

    @classmethod
    def unchanged(
        cls, settings: Settings, taken: IngestReport, planned: "Plan"
    ) -> Self:
        """A run that found nothing to score."""
        return cls._of(settings, taken, planned, ScoreReport(0, 0, 0), 0, changed=False)

    @classmethod
    def published(
        cls,
        settings: Settings,
        taken: IngestReport,
        planned: "Plan",
        scored: ScoreReport,
        warnings: int,
    ) -> Self:
        """A run that published a version."""
        return cls._of(settings, taken, planned, scored, warnings, changed=True)

    @classmethod
    def _of(
        cls,
        settings: Settings,
        taken: IngestReport,
        planned: "Plan",
        scored: ScoreReport,
        warnings: int,
        *,
        changed: bool,
    ) -> Self:
        return cls(
            version=current_version(settings.published),
            is_changed=changed,
            as_of=planned.as_of,
            **_counts(taken),
            files_unreadable=taken.files_unreadable,
            days_scored=scored.days,
            calls_scored=scored.calls,
            verdicts_changed=scored.verdicts_changed,
            warnings=warnings,
            outdated_days=planned.outdated,
            roles_flagged=_roles_flagged(settings),
            failures=tuple(failure.message for failure in taken.failures),
        )

    @property
    def is_complete(self) -> bool:
        """All that was asked for was done: no file was left behind."""
        return not self.failures


def _counts(taken: IngestReport) -> dict[str, int]:
    return {
        name: getattr(taken, name)
        for name in (
            "files_in",
            "calls_in",
            "calls_new",
            "calls_repeated",
            "calls_rejected",
            "records_in",
            "records_rejected",
        )
    }


def _roles_flagged(settings: Settings) -> int:
    """Calls of the published version whose labels seem exchanged."""
    version = current_version(settings.published)
    if version is None:
        return 0
    path = version_file(settings.published, version)
    with open_published(settings, path, read_only=True) as published:
        return int(published.read(_FLAGGED).item())


def run_row(
    settings: Settings,
    path: Path,
    planned: "Plan",
    taken: IngestReport,
    scored: ScoreReport,
    knowledge: str,
) -> None:
    """Add the run to the candidate's history."""
    with open_published(settings, path) as candidate, candidate.transaction():
        totals = candidate.read(
            "SELECT count(*) AS calls, count(unassessable) AS unassessable"
            " FROM marts.call_facts"
        ).row(0, named=True)
        row = {
            "run_id": planned.version,
            "as_of": planned.as_of,
            **_counts(taken),
            "days_scored": scored.days,
            "calls_scored": scored.calls,
            "verdicts_changed": scored.verdicts_changed,
            "calls_total": totals["calls"],
            "unassessable_total": totals["unassessable"],
            "warnings": 0,
            "knowledge": knowledge,
        }
        candidate.append(marts.RUN_HISTORY, pl.DataFrame([row]))


def tell(settings: Settings, report: RunReport) -> RunReport:
    """Leave the run's summary as an artifact, where a flow runs."""
    if FlowRunContext.get() is not None:
        rows = "\n".join(
            f"| {name} | {value} |" for name, value in asdict(report).items()
        )
        create_markdown_artifact(
            key="nightly-summary",
            markdown=f"| what | figure |\n|---|---|\n{rows}\n",
            description=f"Nightly run on {settings.home.name}",
        )
    return report
