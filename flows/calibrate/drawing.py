"""Draws what reviewers are asked from the published version, and records it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import polars as pl

from dashboards.records.reviews import SAMPLE_ITEMS, SAMPLES
from dashboards.records.store import Records
from flows import publish
from flows.candidate import open_published
from flows.settings import Settings
from flows.warehouse import Warehouse
from transforms.contracts import marts
from transforms.knowledge.bundle import Knowledge
from transforms.sampling import SampleError, sample, step_verdicts
from transforms.steps import applying

_ASSESSABLE: Final = "unassessable IS NULL"
_OF_CALLS: Final = "call_id IN (SELECT unnest($calls::VARCHAR[]))"


@dataclass(frozen=True)
class Drawn:
    """One sample.

    Attributes:
        sample: its id.
        items: rows of `sample_items`, in the order of review.
        steps_left_out: observable steps that no transcript alone can show.
    """

    sample: str
    items: list[dict[str, Any]]
    steps_left_out: int


@dataclass(frozen=True)
class Asked:
    """What sample is asked for, by whom and why; see `coolhead calibrate sample --help`."""

    per: tuple[str, ...]
    count: int
    seed: int
    reviewers: tuple[str, ...]
    playbooks: tuple[str, ...]
    languages: tuple[str, ...]
    by: str
    why: str


def machine_verdicts(
    published: Warehouse, knowledge: Knowledge, calls: Sequence[str] | None = None
) -> pl.DataFrame:
    """The machine's verdict on each step of each call that can be assessed.

    Args:
        published: a published file or candidate.
        knowledge: playbooks, and which of them judge which calls.
        calls: ids of the only calls asked for; all if None.
    """
    chosen = {} if calls is None else {"calls": list(calls)}
    only = "true" if calls is None else _OF_CALLS
    facts = published.read_table(marts.CALL_FACTS, f"{_ASSESSABLE} AND {only}", chosen)
    verdicts = published.read_table(marts.VERDICTS, only, chosen)
    applies = applying(
        facts.with_columns(spoken_language="language"),
        knowledge.playbooks,
        knowledge.assignments,
    )
    return step_verdicts(facts, verdicts, knowledge.playbooks, applies)


def draw(settings: Settings, knowledge: Knowledge, asked: Asked) -> Drawn:
    """Draw a sample from the published version, and record it.

    Raises:
        PublishedError: nothing was published yet.
        SampleError: there is nothing to draw from, or strata are unknown.
        RecordsError: the store cannot be written.
    """
    path = publish.current_file(settings.published)
    with open_published(settings, path, read_only=True) as published:
        population = machine_verdicts(published, knowledge)
    books = [b for b in knowledge.playbooks.values() if b.id in asked.playbooks] or [
        *knowledge.playbooks.values()
    ]
    steps = [(book, step) for book in books for step in book.steps]
    readable = [
        (book.id, step.id)
        for book, step in steps
        if knowledge.review.instructions(step)
    ]
    observable = sum(step.observable for _, step in steps)
    chosen = pl.DataFrame(readable, schema=["playbook", "step"], orient="row")
    population = population.join(chosen, on=["playbook", "step"], how="semi")
    for column, wanted in (
        ("playbook", asked.playbooks),
        ("language", asked.languages),
    ):
        if wanted:
            population = population.filter(pl.col(column).is_in(list(wanted)))
    if population.is_empty():
        raise SampleError(
            f"{path}: no call that can be assessed is judged by a step that reviewers"
            " could read; look at --playbook and --language, and at `coolhead status`"
        )
    drawn = sample(population, asked.per, asked.count, asked.seed)
    return _recorded(
        settings, knowledge, asked, drawn, path.stem, observable - len(readable)
    )


def _recorded(
    settings: Settings,
    knowledge: Knowledge,
    asked: Asked,
    drawn: pl.DataFrame,
    version: str,
    left_out: int,
) -> Drawn:
    now = datetime.now(UTC)
    told = repr((asked, version, now)).encode()
    name = "s" + hashlib.blake2b(told, digest_size=4).hexdigest()
    stamp = {"recorded_by": asked.by, "why": asked.why, "recorded_at": now}
    items = [
        {"sample": name, "place": place, **row, **stamp}
        for place, row in enumerate(drawn.drop("drawn").iter_rows(named=True), 1)
    ]
    described = {
        "sample": name,
        "per": ",".join(asked.per),
        "count": asked.count,
        "seed": asked.seed,
        "version": version,
        "knowledge": knowledge.version,
        "reviewers": "\n".join(asked.reviewers),
        **stamp,
    }
    records = Records(settings.records_url)
    records.add({SAMPLES: [described], SAMPLE_ITEMS: items})
    return Drawn(name, items, left_out)
