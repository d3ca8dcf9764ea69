"""Samples for reviewers: every stratum, rare verdicts too, the same for the same seed."""

import numpy as np
import polars as pl
import pytest

from tests.transforms.test_verdicts import book
from transforms.knowledge.playbook import BehaviourUse, Step
from transforms.sampling import SampleError, sample, step_verdicts


def population(calls: int = 300) -> pl.DataFrame:
    """Two steps of each call in two languages; one call in thirty is violated."""
    return pl.DataFrame(
        [
            {
                "call_id": f"c{n:03}",
                "language": ("nl", "he")[n % 2],
                "agent_id": f"a{n % 3}",
                "team": "t",
                "queue": "q",
                "playbook": "p",
                "step": step,
                "machine": "violated" if n % 30 == 0 else ("met", "missed")[n % 4 // 2],
            }
            for n in range(calls)
            for step in ("1", "2")
        ]
    ).cast({"machine": pl.Enum(["met", "missed", "violated", "not_applicable"])})


def test_each_stratum_gives_as_many_and_rare_verdicts_as_many_as_there_are() -> None:
    drawn = sample(population(), ("step", "language"), 30, seed=1)
    parts = drawn.group_by("step", "language").len()
    assert parts["len"].to_list() == [30] * 4
    cells = drawn.group_by("stratum").agg(
        pl.col("drawn").first(), pl.col("stratum_size").first(), rows=pl.len()
    )
    assert (cells["drawn"] == cells["rows"]).all()
    rare = cells.filter(pl.col("stratum").str.contains("violated"))
    # All the violated calls are of one language: ten of 150, all drawn.
    assert rare["drawn"].to_list() == [10, 10]
    assert cells["stratum_size"].sum() == 600


def test_one_call_serves_several_steps() -> None:
    drawn = sample(population(), ("step", "language"), 30, seed=1)
    assert drawn["call_id"].n_unique() == 60


def test_the_seed_decides() -> None:
    once = sample(population(), ("step",), 20, seed=1)
    assert once.equals(sample(population().reverse(), ("step",), 20, seed=1))
    assert not once.equals(sample(population(), ("step",), 20, seed=2))


@pytest.mark.parametrize("per", [(), ("agent",), ("queue", "team"), ("playbook",)])
def test_strata_may_be_of_anything(per: tuple[str, ...]) -> None:
    drawn = sample(population(), per, 10, seed=1)
    assert drawn.height == 10 * (3 if per == ("agent",) else 1)


def test_unknown_strata_are_refused() -> None:
    with pytest.raises(SampleError, match="weather"):
        sample(population(), ("weather",), 10, seed=1)


def test_a_steps_verdict_is_the_machines_worst_or_best_also_where_corrected() -> None:
    uses = (BehaviourUse(behaviour="empathy"), BehaviourUse(behaviour="greeting"))
    step = Step(
        id="1", title="t", title_native="t", seed_step="1", weight=1, behaviours=uses
    )
    either = step.model_copy(update={"id": "2", "combine": "any"})
    calls = pl.DataFrame(
        {
            "call_id": ["a", "b", "c"],
            "language": "nl",
            "agent_id": "x",
            "team": "t",
            "queue": "q",
        }
    )
    verdicts = pl.DataFrame(
        [
            ("a", "empathy", "", "met", "violated"),
            ("a", "greeting", "", "met", None),
            ("b", "empathy", "", "missed", "not_applicable"),
        ],
        schema=["call_id", "behaviour", "parameters", "verdict", "machine_verdict"],
        orient="row",
    )
    told = step_verdicts(calls, verdicts, book(step, either), np.ones((3, 1), np.bool_))
    assert told.sort("step", "call_id").select("call_id", "step", "machine").rows() == [
        ("a", "1", "violated"),
        ("b", "1", "not_applicable"),
        ("c", "1", "not_applicable"),
        ("a", "2", "met"),
        ("b", "2", "not_applicable"),
        ("c", "2", "not_applicable"),
    ]
