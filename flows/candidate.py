"""The candidate: the file that is filled by a run, and published if it is sound."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final

import polars as pl

from flows.comparisons import comparison_marts
from flows.customers import customer_marts
from flows.identities import IDENTITIES
from flows.settings import Settings
from flows.warehouse import Warehouse, open_database
from transforms.contracts import marts
from transforms.contracts.staging import IDENTITY_LINKS
from transforms.knowledge.bundle import Knowledge
from transforms.playbook_steps import playbook_steps
from transforms.validity import step_marks, validity_rows

TABLES: Final = tuple(mart for mart in marts.MARTS if mart not in marts.VIEWS)

_SCORE_ANEW: Final = (
    "remove the folder of published versions and run `coolhead nightly`: every day is"
    " scored again"
)
_TRANSCRIPTS: Final = """
    CREATE OR REPLACE VIEW marts.call_transcripts AS
    SELECT f.call_id, a.day, a.turn, coalesce(m.speaker::VARCHAR, a.speaker::VARCHAR)
        AS speaker, a.start_seconds, a.end_seconds, a.text, f.language,
        t.temperature, coalesce(s.evidence, []) AS evidence
    FROM read_parquet('archive/day=*/*.parquet', hive_partitioning = true,
        hive_types = {'day': DATE}) AS a
    JOIN marts.call_facts AS f ON f.call_no = a.call_no AND f.day = a.day
    LEFT JOIN marts.temperatures AS t
        ON t.call_no = a.call_no AND t.turn = a.turn AND t.day = a.day
    LEFT JOIN marts.mended_speakers AS m
        ON m.call_no = a.call_no AND m.turn = a.turn AND m.day = a.day
    LEFT JOIN (
        SELECT call_no, day, turn, list({'label': label::VARCHAR, 'start': start,
            'end': "end", 'cue': cue} ORDER BY start, "end", label) AS evidence
        FROM marts.spans GROUP BY call_no, day, turn) AS s
        ON s.call_no = a.call_no AND s.turn = a.turn AND s.day = a.day
"""


@contextmanager
def open_published(
    settings: Settings, path: Path, *, read_only: bool = False
) -> Generator[Warehouse]:
    """Open a published file or candidate; its views are relative to the home."""
    with open_database(path, TABLES, read_only=read_only, remedy=_SCORE_ANEW) as opened:
        opened.execute(f"SET file_search_path = '{_escaped(settings.home)}'")
        yield opened


def _escaped(path: Path) -> str:
    return str(path.resolve()).replace("'", "''")


def complete(
    candidate: Warehouse,
    warehouse: Warehouse,
    knowledge: Knowledge,
    as_of: datetime,
    reviewed: pl.DataFrame | None = None,
) -> None:
    """Fill the marts that look across all days: contacts, customers, playbooks, texts.

    Args:
        candidate: the file to fill.
        warehouse: calls and incidents.
        knowledge: playbooks, thresholds, and what was measured of detection.
        as_of: the moment of judgement.
        reviewed: what own reviewers found; see `transforms.validity.REVIEWED`.
    """
    facts = candidate.read_table(marts.CALL_FACTS)
    moment = int(as_of.timestamp() * 1_000_000)
    measured = _validity(knowledge, reviewed)
    marked = measured[marts.STEP_VALIDITY.name]
    frames: dict[str, pl.DataFrame] = {
        marts.CUSTOMER_IDENTITIES.name: warehouse.read(IDENTITIES),
        marts.IDENTITY_LINKS.name: warehouse.read_table(IDENTITY_LINKS),
        **customer_marts(candidate, warehouse, knowledge, facts, moment),
        marts.PLAYBOOK_STEPS.name: playbook_steps(
            knowledge.playbooks, knowledge.review
        ),
        **measured,
        **comparison_marts(candidate, warehouse, knowledge, facts, marked, moment),
    }
    with candidate.transaction():
        for table in TABLES:
            if table.name in frames:
                candidate.replace_all(table, frames[table.name])
        candidate.execute(_TRANSCRIPTS)


def _validity(
    knowledge: Knowledge, reviewed: pl.DataFrame | None
) -> dict[str, pl.DataFrame]:
    spoken, version = list(knowledge.lexicons), knowledge.version
    measured, playbooks = knowledge.validity, knowledge.playbooks
    return {
        marts.VALIDITY.name: validity_rows(measured, spoken, version),
        marts.STEP_VALIDITY.name: step_marks(
            measured, playbooks, spoken, reviewed, version
        ),
    }


def is_remeasured(published: Warehouse, knowledge: Knowledge) -> bool:
    """Whether figures of labels, or marks that follow from them, differ from a version's.

    Marks that own reviewers decided there are not compared; nor is the knowledge's hash,
    which changes with every lexicon.
    """
    now = _validity(knowledge, None)
    step = list(marts.STEP_VALIDITY.key)
    measured = published.read_table(marts.VALIDITY).drop("knowledge")
    evaluated = published.read_table(marts.STEP_VALIDITY).filter(
        pl.col("decided_by") == "evaluation"
    )
    told = now[marts.STEP_VALIDITY.name].select(*step, "mark", "reason")
    known = evaluated.select(*step, "mark", "reason").sort(step)
    same = told.join(evaluated.select(step), on=step, how="semi").sort(step)
    figures = now[marts.VALIDITY.name].drop("knowledge")
    key = marts.VALIDITY.key
    return not (figures.sort(key).equals(measured.sort(key)) and same.equals(known))
