"""Which steps of which calls people are asked to review: a stratified sample of them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import numpy as np
import polars as pl

from transforms.contracts.call_marts import VERDICTS_KEPT
from transforms.heard import Mask
from transforms.knowledge.playbook import Playbook, Step
from transforms.steps import counted_uses

STRATA: Final = ("step", "language", "playbook", "agent", "team", "queue")
"""What samples can be drawn per."""
_OF_CALLS: Final = {
    "language": "language",
    "agent": "agent_id",
    "team": "team",
    "queue": "queue",
}
_CLASSES: Final = pl.Enum(VERDICTS_KEPT)
_WORST: Final = {"met": 0, "missed": 1, "violated": 2}
_NONE: Final = "not_applicable"


class SampleError(ValueError):
    """A sample is asked for that cannot be drawn."""


def step_verdicts(
    calls: pl.DataFrame,
    verdicts: pl.DataFrame,
    playbooks: Mapping[str, Playbook],
    applies: Mask,
) -> pl.DataFrame:
    """One row for each call and step that judges it, with the machine's verdict on the step.

    Columns `call_id`, `language`, `agent_id`, `team`, `queue`, `playbook`, `step`,
    `machine`; what has no occasion, or cannot be observed, is not_applicable.

    Args:
        calls: rows of `marts.call_facts`.
        verdicts: rows of `marts.verdicts` of these calls.
        playbooks: by id.
        applies: calls x playbooks, which judge which.
    """
    told = verdicts.select(
        "call_id",
        rule=pl.concat_str("behaviour", pl.lit("|"), "parameters"),
        machine=pl.coalesce(
            pl.col("machine_verdict").cast(pl.String), pl.col("verdict").cast(pl.String)
        ),
    ).filter(pl.col("machine").is_in(list(_WORST)))
    by_rule = {
        str(rule): part.select(
            "call_id", badness=pl.col("machine").replace_strict(_WORST)
        )
        for (rule,), part in told.partition_by("rule", as_dict=True).items()
    }
    known = calls.select("call_id", *_OF_CALLS.values())
    parts = [
        _of_step(
            known.filter(pl.Series(applies[:, column])), by_rule, playbook.id, step
        )
        for column, playbook in enumerate(playbooks.values())
        for step in playbook.steps
        if step.observable
    ]
    return pl.concat(parts) if parts else _of_step(known.clear(), {}, "", None)


def _of_step(
    calls: pl.DataFrame,
    by_rule: Mapping[str, pl.DataFrame],
    playbook: str,
    step: Step | None,
) -> pl.DataFrame:
    empty = pl.DataFrame(schema={"call_id": pl.String, "badness": pl.Int64})
    rules = [
        by_rule[rule]
        for use in (counted_uses(step) if step else ())
        if (rule := f"{use.behaviour}|{use.parameters_text}") in by_rule
    ]
    badness = pl.col("badness")
    judged = (
        pl.concat([empty, *(rule.cast({"badness": pl.Int64}) for rule in rules)])
        .group_by("call_id")
        .agg(badness.min() if step and step.combine == "any" else badness.max())
    )
    names = {place: name for name, place in _WORST.items()}
    return calls.join(judged, on="call_id", how="left", validate="m:1").select(
        *calls.columns,
        playbook=pl.lit(playbook),
        step=pl.lit(step.id if step else ""),
        machine=badness.replace_strict(names, default=_NONE, return_dtype=pl.String)
        .fill_null(_NONE)
        .cast(_CLASSES),
    )


def sample(
    population: pl.DataFrame, per: Sequence[str], count: int, seed: int
) -> pl.DataFrame:
    """Draw so many calls' steps from each stratum, rare verdicts as often as common ones.

    In a stratum each verdict of the machine is drawn by turns until there are enough, so
    that agreement on rare ones can be estimated; how many stand behind each is told in
    `stratum_size` ÷ `drawn`. Where strata are of one step, all draw by the same random
    number of the call: each draw is simple and random, and a call read for one step serves
    others too. Source: Ohlsson, E. (1995), Coordination of samples using permanent random
    numbers, in Cox et al. (eds), Business survey methods, 153-169.

    Columns `call_id`, `language`, `playbook`, `step`, `stratum`, `stratum_size`, `drawn`;
    one row an item, a call's items together, calls in random order.

    Args:
        population: rows of `step_verdicts`.
        per: what strata are made of; some of `STRATA`.
        count: items a stratum.
        seed: the same seed gives the same sample of the same calls.

    Raises:
        SampleError: a stratum is asked for that there is none of.
    """
    if unknown := [name for name in per if name not in STRATA]:
        raise SampleError(
            f"no sample can be drawn per {', '.join(unknown)}; there are {', '.join(STRATA)}"
        )
    chance = np.random.default_rng(seed)
    calls = population.select(pl.col("call_id").unique().sort())
    calls = calls.with_columns(at=pl.Series(chance.random(calls.height)))
    items = population.sort("playbook", "step", "call_id").join(
        calls, on="call_id", how="left", maintain_order="left", validate="m:1"
    )
    order = (
        pl.col("at") if "step" in per else pl.Series("own", chance.random(items.height))
    )
    stratum = pl.concat_str(*_parts(per), separator="; ", ignore_nulls=True)
    cell = ["stratum", "machine"]
    return (
        items.with_columns(stratum=stratum, order=order)
        .with_columns(
            turn=pl.col("order").rank("ordinal").over(cell),
            stratum_size=pl.len().over(cell).cast(pl.Int64),
        )
        .sort("stratum", "turn", "stratum_size", "machine")
        .with_columns(place=pl.int_range(pl.len()).over("stratum"))
        .filter(pl.col("place") < count)
        .with_columns(
            drawn=pl.len().over(cell).cast(pl.Int64),
            stratum=pl.format(
                "{}; machine={}", "stratum", pl.col("machine").cast(pl.String)
            ),
        )
        .sort("at", "playbook", "step")
        .select(
            "call_id",
            "language",
            "playbook",
            "step",
            "stratum",
            "stratum_size",
            "drawn",
        )
    )


def _parts(per: Sequence[str]) -> Iterator[pl.Expr]:
    """The stratum in words, part by part."""
    if not per:
        yield pl.lit("all")
    for name in per:
        if name == "step":
            yield pl.format("step={}/{}", "playbook", "step")
        else:
            yield pl.format(f"{name}={{}}", pl.col(_OF_CALLS.get(name, name)))
