"""Whole nights in processes of their own: full builds, deltas, and the memory they take."""

import json
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from tests.benchmarks.clock import cpu_seconds, peak_bytes

Figures = dict[str, float]


def run_night(home: Path) -> Figures:
    """Run one night on a home, without Prefect; CPU seconds by stage, and peak bytes.

    Stages: `imports`, `compile` (of matchers), `ingest_and_stage`, `score`, `rest`.
    """
    command = [sys.executable, "-m", "tests.benchmarks.nights", str(home)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    return json.loads(done.stdout.splitlines()[-1])


def hand_over(inbox: Path, home: Path, *, only: set[str]) -> None:
    """Put files of the generated inbox, by name, into the inbox of a home."""
    (home / "inbox").mkdir(parents=True, exist_ok=True)
    for name in sorted(only):
        os.link(inbox / name, home / "inbox" / name)


def _night(home: Path) -> Figures:
    start = cpu_seconds()
    # Judging imports these when it first needs them; they are imports none the less.
    for name in ("great_expectations", "expectations.judge", "expectations.marts"):
        import_module(name)
    from flows import nightly, publish
    from flows.knowledge import load_knowledge
    from flows.lock import writing
    from flows.report import run_row
    from flows.settings import Settings
    from transforms.detection.detect import Detector

    marks: dict[str, float] = {"imports": cpu_seconds()}
    settings = Settings(home=home)
    knowledge = load_knowledge(settings.knowledge)
    Detector(knowledge.lexicons, knowledge.languages).prepare()
    marks["compile"] = cpu_seconds()
    with writing(settings.home):
        version = publish.next_version(settings.published)
        taken = nightly.take_in.fn(settings, version)
        planned = nightly.plan.fn(
            settings, knowledge, None, rescore=False, fix_roles=False
        )
        marks["ingest_and_stage"] = cpu_seconds()
        found = nightly.judge_sources.fn(settings, planned.days)
        marks["judge_sources"] = cpu_seconds()
        with publish.candidate(settings.published, version) as path:
            scored = nightly.score_days.fn(settings, knowledge, planned, path)
            run_row(settings, path, planned, taken, scored, knowledge.version)
            marks["score"] = cpu_seconds()
            nightly.judge_marts.fn(settings, planned, path, found)
        nightly.make_current.fn(settings, version)
    marks["judge_and_publish"] = cpu_seconds()
    return _stages(start, marks) | {
        "peak_bytes": peak_bytes(),
        "days": len(planned.days),
    }


def _stages(start: float, marks: dict[str, float]) -> Figures:
    """Seconds between marks. What was compiled before is not compiled again in scoring."""
    before = [start, *marks.values()]
    stages = {
        name: after - last
        for (name, after), last in zip(marks.items(), before, strict=False)
    }
    stages["night"] = sum(
        spent for name, spent in stages.items() if name not in ("imports", "compile")
    )
    return stages


def measure_nights(inbox: Path, work: Path) -> dict[str, Any]:
    """A full build of all days but the last, that day on it, and that day alone."""
    names = {path.name for path in inbox.iterdir()}
    days = sorted(name for name in names if name.startswith("calls-"))
    last = {days[-1]}
    hand_over(inbox, work / "year", only=names - last)
    full = run_night(work / "year")
    hand_over(inbox, work / "year", only=last)
    delta = run_night(work / "year")
    hand_over(inbox, work / "empty", only=last | (names & {"roster.csv", "shifts.csv"}))
    alone = run_night(work / "empty")
    size = sum((inbox / name).stat().st_size for name in names - last)
    return {"full": full, "delta": delta, "alone": alone, "input_bytes": size}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_night(Path(sys.argv[1]))) + "\n")
