"""What the Review page asks of the published marts: nothing that the machine judged."""

from typing import Any

import polars as pl

from dashboards.marts.door import Published


def step_asked(published: Published, playbook: str, step: str) -> dict[str, Any] | None:
    """A step's titles, and how to mark it; None where no playbook has it."""
    found = published.rows(
        "SELECT playbook_title, language, direction, step, title, title_native, marking"
        " FROM marts.playbook_steps WHERE playbook = $playbook AND step = $step",
        {"playbook": playbook, "step": step},
    )
    return found.row(0, named=True) if found.height else None


def blind_transcript(published: Published, call_id: str) -> pl.DataFrame:
    """The turns of one call, in order, without evidence and temperature."""
    return published.rows(
        "SELECT t.turn, t.speaker::VARCHAR AS speaker, t.start_seconds, t.end_seconds,"
        " t.text, t.language, NULL AS temperature, [] AS evidence"
        " FROM marts.call_transcripts AS t JOIN marts.call_facts AS f"
        " ON f.call_id = t.call_id AND f.day = t.day"
        " WHERE t.call_id = $call ORDER BY t.turn",
        {"call": call_id},
    )
