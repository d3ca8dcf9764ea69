"""What goes with a good end: steps, order and timing held against outcomes, at equal case mix.

An association, not an effect. Calls are made alike by their case mix; what it does not hold,
such as how willing the customer was to be calmed, may be behind both the step and the end.
Each step is adjusted for the case mix and not for other steps: agents who take one tend to
take others, and the figure of each holds part of theirs.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy import stats

from transforms.case_mix import known_levels, one_hot
from transforms.contracts.agent_marts import (
    ALL_LANGUAGES,
    FACTORS,
    STEP_ASSOCIATIONS,
)
from transforms.knowledge.thresholds import Thresholds
from transforms.measures.association import (
    Association,
    association,
    difference,
    odds_ratio,
)
from transforms.measures.logistic import Counted, Floats
from transforms.step_exposures import Exposure

Marks = Mapping[tuple[str, str, str], str]
"""The mark of each playbook (or `(none)`), step (or order, or timing) and language."""
_PROVEN: Final = "proven"
_UNPROVEN: Final = "unproven"
_ARMS: Final = ("done_good", "done", "omitted_good", "omitted")


def step_associations(
    mix: pl.DataFrame,
    outcomes: pl.DataFrame,
    exposures: Iterable[Exposure],
    marks: Marks,
    thresholds: Thresholds,
) -> pl.DataFrame:
    """One row for each step, order or timing, language and outcome: `marts.step_associations`.

    Languages are pooled only where the step is proven in each that is. The q-value takes all
    that was estimated as one family; what is judged alike in several playbooks counts once.

    Args:
        mix: as `case_mix.case_mix` gives it.
        outcomes: as `step_exposures.outcomes` gives it.
        exposures: what was done or left.
        marks: how far each may be trusted.
        thresholds: least calls and agents, and the prior of the case mix.
    """
    world = _World.of(mix.join(outcomes, "call_id", validate="1:1"))
    found = [
        comparison
        for exposure in exposures
        for comparison in _comparisons(world, exposure, marks, thresholds)
    ]
    sure = [one.association.p_value for one in found if one.association]
    chances = iter(stats.false_discovery_control(sure) if sure else ())
    rows = [row for one in found for row in one.rows(chances, marks)]
    plain = {
        "plain_difference": difference(*_ARMS),
        "plain_odds_ratio": odds_ratio(*_ARMS),
    }
    frame = pl.DataFrame(rows, schema=_COUNTED, orient="row").with_columns(**plain)
    conformed = STEP_ASSOCIATIONS.conform(frame.lazy()).collect()
    return conformed.sort(STEP_ASSOCIATIONS.key)


_COUNTED: Final = {
    name: column.dtype
    for name, column in STEP_ASSOCIATIONS.columns.items()
    if not name.startswith("plain_")
}


@dataclass(frozen=True)
class _World:
    """Calls with their outcomes, and the case mix of each as one of few patterns.

    Attributes:
        calls: `call_id`, `language`, `agent` and `pattern` by number, the outcomes.
        patterns: the patterns' levels, by number.
    """

    calls: pl.DataFrame
    patterns: pl.DataFrame

    @classmethod
    def of(cls, calls: pl.DataFrame) -> "_World":
        patterns = calls.select(FACTORS).unique().sort(FACTORS)
        numbered = calls.join(
            patterns.with_row_index("pattern"), FACTORS, "left", validate="m:1"
        )
        return cls(
            calls=numbered.sort("call_id").select(
                "call_id",
                "language",
                "pattern",
                "deescalated",
                "no_repeat",
                agent=pl.col("agent_id").rank("dense") - 1,
            ),
            patterns=patterns,
        )

    def design(self, patterns: npt.NDArray[Any]) -> Floats:
        """Rows x levels that differ among some patterns: one row for each of them."""
        used = self.patterns.select(
            pl.all().gather(pl.Series(patterns, dtype=pl.UInt32))
        )
        return one_hot(used, known_levels(used))


@dataclass(frozen=True)
class _Comparison:
    """One exposure against one outcome in one language, or in those pooled."""

    exposure: Exposure
    language: str
    outcome: str
    counts: dict[str, int]
    state: str
    association: Association | None

    def rows(self, chances: Iterator[float], marks: Marks) -> Iterator[dict[str, Any]]:
        """A row for each step that is judged alike; takes one of the q-values if estimated."""
        told = _told(self.association, chances)
        for playbook, factor in self.exposure.names:
            pooled = self.language == ALL_LANGUAGES
            mark = marks.get((playbook, factor, self.language), _UNPROVEN)
            yield {
                "kind": self.exposure.kind,
                "playbook": playbook,
                "factor": factor,
                "language": self.language,
                "outcome": self.outcome,
                "mark": _PROVEN if pooled else mark,
                "state": self.state,
                **self.counts,
                **told,
            }


def _told(found: Association | None, chances: Iterator[float]) -> dict[str, Any]:
    if found is None:
        return {}
    told: dict[str, Any] = {"p_value": found.p_value, "q_value": float(next(chances))}
    for name in ("difference", "odds_ratio"):
        estimate = getattr(found, name)
        told[name] = estimate.value
        told[f"{name}_low"], told[f"{name}_high"] = estimate.low, estimate.high
    return told


def _comparisons(
    world: _World, exposure: Exposure, marks: Marks, thresholds: Thresholds
) -> Iterator[_Comparison]:
    """One exposure in each language, and in the languages in which it is proven."""
    calls = world.calls.join(exposure.calls, "call_id", validate="1:1")
    spoken = calls["language"].unique().sort().to_list()
    proven = [
        language
        for language in spoken
        if all(marks.get((*name, language)) == _PROVEN for name in exposure.names)
    ]
    groups = {language: [language] for language in spoken}
    if len(proven) > 1:
        groups[ALL_LANGUAGES] = proven
    for language, pooled in groups.items():
        mine = calls.filter(pl.col("language").is_in(pooled))
        for outcome in exposure.outcomes:
            known = mine.filter(pl.col(outcome).is_not_null())
            if known.height:
                yield _compared(world, exposure, language, outcome, known, thresholds)


def _compared(
    world: _World,
    exposure: Exposure,
    language: str,
    outcome: str,
    calls: pl.DataFrame,
    thresholds: Thresholds,
) -> _Comparison:
    is_done, is_good = pl.col("is_done"), pl.col(outcome)
    counts = calls.select(
        agents=pl.col("agent").n_unique(),
        done=is_done.sum(),
        done_good=(is_done & is_good).sum(),
        omitted=(~is_done).sum(),
        omitted_good=(~is_done & is_good).sum(),
    ).row(0, named=True)
    state = _state(counts, thresholds)
    return _Comparison(
        exposure=exposure,
        language=language,
        outcome=outcome,
        counts=counts,
        state=state,
        association=_estimated(world, calls, outcome, thresholds)
        if state == "estimated"
        else None,
    )


def _state(counts: Mapping[str, int], thresholds: Thresholds) -> str:
    """Whether there is enough to estimate, or why there isn't."""
    cells = (
        counts["done_good"],
        counts["done"] - counts["done_good"],
        counts["omitted_good"],
        counts["omitted"] - counts["omitted_good"],
    )
    if min(cells) < thresholds.association_cell.value:
        return "too few calls"
    is_few = counts["agents"] < thresholds.smallest_group.value
    return "too few agents" if is_few else "estimated"


def _estimated(
    world: _World, calls: pl.DataFrame, outcome: str, thresholds: Thresholds
) -> Association:
    alike = (
        calls.group_by("agent", "is_done", "pattern")
        .agg(calls=pl.len(), good=pl.col(outcome).sum())
        .sort("agent", "is_done", "pattern")
    )
    counted = Counted(
        design=world.design(alike["pattern"].to_numpy()),
        with_outcome=alike["good"].to_numpy().astype(np.float64),
        calls=alike["calls"].to_numpy().astype(np.float64),
    )
    agent = (alike["agent"].rank("dense") - 1).cast(pl.Int64).to_numpy()
    return association(
        counted, alike["is_done"].to_numpy(), agent, thresholds.case_mix_prior.value
    )
