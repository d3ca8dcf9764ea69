"""The playbooks as a mart: what each step asks, and what measures it."""

from collections.abc import Mapping

import polars as pl

from transforms.contracts import marts
from transforms.knowledge.playbook import BehaviourUse, Playbook
from transforms.knowledge.review import NO_GUIDE, ReviewGuide
from transforms.steps import is_conduct_step


def written(use: BehaviourUse) -> str:
    """A behaviour with its parameters, as people read it."""
    text = use.parameters_text
    return f"{use.behaviour} ({text})" if text else use.behaviour


def playbook_steps(
    playbooks: Mapping[str, Playbook], guide: ReviewGuide = NO_GUIDE
) -> pl.DataFrame:
    """One row for each step of each playbook, in the playbooks' order.

    Args:
        playbooks: by id.
        guide: what reviewers are told.
    """
    rows = [
        {
            "playbook": playbook.id,
            "playbook_title": playbook.title,
            "playbook_version": playbook.version,
            "language": playbook.language,
            "direction": playbook.direction,
            "position": position,
            "step": step.id,
            "title": step.title,
            "title_native": step.title_native,
            "seed_step": step.seed_step,
            "weight": step.weight,
            "combine": step.combine,
            "behaviours": [written(use) for use in step.behaviours],
            "is_observable": step.observable,
            "is_conduct": is_conduct_step(step),
            "reason": step.reason,
            "marking": guide.instructions(step),
        }
        for playbook in playbooks.values()
        for position, step in enumerate(playbook.steps, start=1)
    ]
    return pl.DataFrame(rows, schema=marts.PLAYBOOK_STEPS.polars_schema)
