"""Behaviours in whole conversations, by the rules that judge calls."""

from collections.abc import Iterator
from datetime import UTC, datetime

import numpy as np
import polars as pl

from flows.evaluate.measure import Judged
from flows.evaluate.rows import Labelled
from transforms.batch import Batch, Surroundings
from transforms.behaviours.listening import long_stretches
from transforms.context import Context, context
from transforms.contracts.staging import CALLS, INCIDENTS, SHIFTS
from transforms.knowledge.bundle import Knowledge
from transforms.prepare import Prepared


def judged_behaviours(
    labelled: Labelled, prepared: Prepared, knowledge: Knowledge
) -> Iterator[Judged]:
    """Set the rules' findings beside people's, for each behaviour that a source answers.

    `backchannel` is asked of every long stretch of a customer: does a nod stand in it or
    right after it? Calm conversations count as well: the rule is the same.
    """
    answer = labelled.source.behaviours.get("backchannel")
    if answer is None:
        return
    known = _context(labelled.rows, prepared, knowledge)
    nods = labelled.rows["native"].list.set_intersection(list(answer.native))
    stretches = _stretches(known, (nods.list.len() > 0).to_numpy())
    if stretches["theirs"].any():
        language = str(labelled.rows["language"][0])
        yield Judged("backchannel", language, labelled, stretches, "stretch")


def _stretches(known: Context, theirs: np.ndarray) -> pl.DataFrame:
    """One row a long stretch: its first turn, and who finds a nod in or after it."""
    h = known.heard
    stretch, is_after = long_stretches(known)
    ours = np.zeros(len(stretch), dtype=np.bool_)
    ours[h.hit_turn[h.said("agent", "backchannel")]] = True
    mine = is_after & h.is_by["agent"]
    texts = h.text_at(np.arange(len(stretch)))
    return (
        pl.DataFrame(
            {
                "stretch": stretch,
                "conversation": h.call_of,
                "turn": h.turn,
                "text": texts,
                "speaker": pl.repeat("agent", len(stretch), eager=True),
                "theirs": theirs & mine,
                "ours": ours & mine,
            }
        )
        .filter(pl.col("stretch") >= 0)
        .group_by("stretch", "conversation", maintain_order=True)
        .agg(
            pl.col("turn").last(),
            pl.col("speaker", "text").first(),
            pl.col("theirs", "ours").any(),
        )
    )


def _context(rows: pl.DataFrame, prepared: Prepared, knowledge: Knowledge) -> Context:
    texts = rows.select(call_no="conversation", turn="turn", text="text")
    none = pl.DataFrame(schema={"day": pl.Date})
    heat = pl.DataFrame(
        schema={
            "call_no": pl.UInt32,
            "is_heated": pl.Boolean,
            "is_complaint": pl.Boolean,
            "warmth": pl.Float32,
        }
    )
    around = Surroundings(
        calls=CALLS.conform(prepared.calls.lazy()).collect(),
        incidents=INCIDENTS.empty(),
        shifts=SHIFTS.empty(),
        incident_days=none,
        heat=heat,
        decisions=None,
        as_of=datetime(2026, 1, 2, tzinfo=UTC),
    )
    batch = Batch(
        calls=prepared.calls,
        turns=prepared.turns,
        hits=prepared.hits,
        texts=texts,
        around=around,
    )
    return context(batch, knowledge.thresholds, knowledge.temperature)
