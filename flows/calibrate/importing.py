"""Takes marks back from reviewers: every file that can be used, and what could not be told."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dashboards.records.reviews import (
    EVALUATIONS,
    SAMPLE_ITEMS,
    Mark,
    keep_marks,
)
from dashboards.records.store import Records
from flows import publish
from flows.calibrate.evaluations import TakenEvaluation, read_evaluation
from flows.calibrate.reading import Known, read_sheet
from flows.calibrate.sheets import SheetError
from flows.candidate import open_published
from flows.knowledge import load_questions
from flows.settings import Settings
from transforms.knowledge.bundle import Knowledge


@dataclass
class Imported:
    """What came of an import.

    Attributes:
        files: files read.
        marks: marks found in them.
        marks_new: of these, marks that were not recorded before.
        unmarked: rows that nobody has marked yet.
        evaluations_new: evaluations kept whole that were not kept before.
        mapped: questions of evaluations that were taken for steps.
        kept: what of evaluations is no mark, and is kept as it came.
        problems: what could not be used: file, place, found, what to do.
        corrections: steps corrected, with `--as-corrections`.
        reviewed: the marks themselves.
    """

    files: int = 0
    marks: int = 0
    marks_new: int = 0
    unmarked: int = 0
    evaluations_new: int = 0
    mapped: list[str] = field(default_factory=list[str])
    kept: list[str] = field(default_factory=list[str])
    problems: list[str] = field(default_factory=list[str])
    corrections: int = 0
    reviewed: list[Mark] = field(default_factory=list[Mark])

    def as_json(self) -> dict[str, Any]:
        """The report as programs read it."""
        left_out = ("reviewed",)
        return {k: v for k, v in vars(self).items() if k not in left_out}


def import_marks(
    settings: Settings,
    knowledge: Knowledge,
    files: Sequence[Path],
    *,
    questions: Path | None,
    reviewer: str | None,
) -> Imported:
    """Record what reviewers marked in some files; the same file twice counts once.

    Args:
        settings: whose home.
        knowledge: whose steps.
        files: sheets (.csv, .xlsx) and exported evaluations (.json).
        questions: which questions of evaluations are which steps; the shipped map if None.
        reviewer: who marked where a file names nobody.

    Raises:
        PublishedError: nothing was published yet.
        KnowledgeError: the map of questions cannot be used.
        RecordsError: the store cannot be used.
    """
    records = Records(settings.records_url)
    known = _known(settings, knowledge, records)
    asked = load_questions(
        questions or settings.knowledge / "review" / "questions.yaml"
    )
    done = Imported()
    raw: list[dict[str, Any]] = []
    for path in files:
        try:
            if path.suffix == ".json":
                taken = read_evaluation(path, known, asked, reviewer)
            elif path.suffix in (".csv", ".xlsx"):
                taken = read_sheet(path, known, reviewer)
            else:
                raise SheetError(
                    f"{path}: is neither .csv nor .xlsx (sheets) nor .json (an exported"
                    " evaluation); give one of these"
                )
        except (SheetError, OSError) as problem:
            done.problems.append(str(problem))
            continue
        done.files += 1
        done.unmarked += taken.unmarked
        done.problems += taken.problems
        done.kept += taken.kept
        done.reviewed += taken.marks
        if isinstance(taken, TakenEvaluation):
            done.mapped += taken.mapped
            why = {"recorded_by": taken.evaluator, "why": f"imported from {path.name}"}
            raw.append({**taken.raw, **why})
    done.marks = len(done.reviewed)
    done.marks_new = keep_marks(records, done.reviewed)
    done.evaluations_new = _keep_raw(records, raw)
    return done


def _keep_raw(records: Records, found: Sequence[dict[str, Any]]) -> int:
    kept = {row["source"] for row in records.history(EVALUATIONS)}
    new = {row["source"]: row for row in found if row["source"] not in kept}
    records.add({EVALUATIONS: list(new.values())})
    return len(new)


def _known(settings: Settings, knowledge: Knowledge, records: Records) -> Known:
    path = publish.current_file(settings.published)
    with open_published(settings, path, read_only=True) as published:
        calls = published.read("SELECT call_id FROM marts.call_facts")
    steps = [f"{b.id}/{s.id}" for b in knowledge.playbooks.values() for s in b.steps]
    items = {
        f"{row['sample']}:{row['place']}": (
            row["call_id"],
            row["playbook"],
            row["step"],
        )
        for row in records.history(SAMPLE_ITEMS)
    }
    return Known(frozenset(calls["call_id"]), frozenset(steps), items)
