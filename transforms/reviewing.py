"""How well the machine agrees with reviewers, and reviewers with one another, step by step.

A mark is one of four: met, missed, violated, not applicable; "cannot tell" is counted and
left out. What the machine cannot observe stands as not applicable.
"""

from collections.abc import Iterator
from itertools import combinations
from typing import Any, Final

import numpy as np
import polars as pl

from transforms.agreement import RESAMPLES, Estimate, Floats

CATEGORIES: Final = ("met", "missed", "violated", "not applicable")
CANNOT_TELL: Final = "cannot tell"
_K: Final = len(CATEGORIES)
_PERCENTILES: Final = (2.5, 97.5)
_GROUP: Final = ("playbook", "step", "language")
_ITEM: Final = ("call_id", "playbook", "step")
FIGURES: Final = ("agreement", "kappa", "ac1", "human_kappa", "human_alpha")
REVIEWING: Final = pl.Schema(
    {
        **dict.fromkeys(_GROUP, pl.String),
        **dict.fromkeys(
            ("items", "calls", "marks", "reviewers", "cannot_tell"), pl.UInt32
        ),
        **dict.fromkeys(("outside_samples", "items_by_several"), pl.UInt32),
        **{
            f"{name}{end}": pl.Float64
            for name in FIGURES
            for end in ("", "_low", "_high")
        },
    }
)
"""One row for each step and language that was reviewed. `agreement` is the share of items
on which machine and reviewers say the same; `kappa` and `ac1` are that beyond chance;
`human_…` are of reviewers with one another, on items that several marked."""


def agreed(tables: Floats) -> Floats:
    """Share of items on the diagonal. Tables: (..., k, k), reviewers x machine."""
    total = tables.sum(axis=(-2, -1))
    return _ratio(np.trace(tables, axis1=-2, axis2=-1), total)


def kappa(tables: Floats) -> Floats:
    """Cohen's kappa of several categories; see `agreement.kappa` for the source."""
    total = tables.sum(axis=(-2, -1))
    rows, columns = tables.sum(axis=-1), tables.sum(axis=-2)
    chance = _ratio((rows * columns).sum(axis=-1), total**2)
    return _ratio(agreed(tables) - chance, 1 - chance)


def ac1(tables: Floats) -> Floats:
    """Gwet's AC1 of several categories; see `agreement.ac1` for the source.

    Chance = Σ π (1 - π) ÷ (k - 1), π the mean share of each category.
    """
    total = tables.sum(axis=(-2, -1))[..., np.newaxis]
    share = _ratio(tables.sum(axis=-1) + tables.sum(axis=-2), 2 * total)
    chance = (share * (1 - share)).sum(axis=-1) / (_K - 1)
    return _ratio(agreed(tables) - chance, 1 - chance)


def alpha(coincidences: Floats) -> Floats:
    """Krippendorff's alpha for names, any number of raters. Tables: (..., k, k).

    Source: Krippendorff, K. (2011), Computing Krippendorff's alpha-reliability,
    University of Pennsylvania: 1 - (n - 1) observed ÷ expected disagreement.
    """
    values = coincidences.sum(axis=-1)
    total = values.sum(axis=-1)
    differ = total - np.trace(coincidences, axis1=-2, axis2=-1)
    expected = total**2 - (values**2).sum(axis=-1)
    return 1 - (total - 1) * _ratio(differ, expected)


def _ratio(part: Floats, whole: Floats) -> Floats:
    """NaN where the whole is nothing, or less than rounding leaves of nothing."""
    part, whole = np.broadcast_arrays(part, whole)
    return np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole > 1e-12)


def reviewing(
    marks: pl.DataFrame,
    machine: pl.DataFrame,
    strata: pl.DataFrame,
    *,
    resamples: int = RESAMPLES,
    seed: int = 1,
) -> pl.DataFrame:
    """One row for each playbook, step and language reviewed; see `REVIEWING`.

    An item counts once, however many reviewers marked it: their marks share it. It stands
    for as many as its stratum has for each of its marked ones (Särndal, C.-E. et al.
    (1992), Model assisted survey sampling, chapters 2 and 15); outside samples for itself.
    Intervals are of a bootstrap by call. Reviewers are compared in pairs, of which the
    mean is told, and by Krippendorff's alpha.

    Args:
        marks: `call_id`, `playbook`, `step`, `reviewer`, `mark`: each reviewer's last one.
        machine: `call_id`, `playbook`, `step`, `language`, `machine`: its verdict on the step.
        strata: `call_id`, `playbook`, `step`, `stratum`, `stratum_size` of items drawn.
        resamples: how often to draw.
        seed: the same seed gives the same intervals.
    """
    told = marks.join(machine, on=_ITEM, validate="m:1").with_columns(
        machine=pl.col("machine").cast(pl.String).str.replace("_", " ", literal=True)
    )
    sure = told.filter(pl.col("mark") != CANNOT_TELL)
    weighed = sure.join(
        _weights(sure.select(_ITEM).unique(), strata),
        on=_ITEM,
        how="left",
        validate="m:1",
    )
    rows = [
        _figures(
            dict(zip(_GROUP, group, strict=True)),
            weighed.filter(_same(group)),
            all_marks,
            np.random.default_rng(seed),
            resamples,
        )
        for group, all_marks in told.sort(*_GROUP)
        .partition_by(*_GROUP, as_dict=True, maintain_order=True)
        .items()
    ]
    return pl.DataFrame(rows, schema=REVIEWING)


def _same(group: tuple[object, ...]) -> pl.Expr:
    return pl.all_horizontal(
        pl.col(name) == value for name, value in zip(_GROUP, group, strict=True)
    )


def _weights(items: pl.DataFrame, strata: pl.DataFrame) -> pl.DataFrame:
    """`weight` of each item marked; `is_drawn` tells whether it is of a sample."""
    marked = pl.len().over("stratum")
    return (
        items.join(strata, on=_ITEM, how="left", validate="1:1")
        .with_columns(is_drawn=pl.col("stratum").is_not_null())
        .with_columns(
            weight=pl.when("is_drawn")
            .then(pl.col("stratum_size") / marked)
            .otherwise(1.0)
        )
        .select(*_ITEM, "weight", "is_drawn")
    )


def _figures(
    group: dict[str, object],
    marks: pl.DataFrame,
    all_marks: pl.DataFrame,
    chance: np.random.Generator,
    resamples: int,
) -> dict[str, object]:
    items = marks.unique(_ITEM)
    several = marks.filter(pl.col("reviewer").n_unique().over(_ITEM) > 1)
    row: dict[str, object] = {
        **group,
        "items": items.height,
        "calls": items["call_id"].n_unique(),
        "marks": marks.height,
        "reviewers": all_marks["reviewer"].n_unique(),
        "cannot_tell": all_marks.filter(pl.col("mark") == CANNOT_TELL).height,
        "outside_samples": items.height - int(items["is_drawn"].sum()),
        "items_by_several": several.unique(_ITEM).height,
    }
    machine = _by_call(marks, _against_machine(marks))
    drawn = _resampled(machine, chance, resamples)
    whole = machine.sum(axis=0)
    for name, measure in (("agreement", agreed), ("kappa", kappa), ("ac1", ac1)):
        row |= _columns(name, _estimate(measure(whole), measure(drawn)))
    row |= _columns("human_kappa", _pairs_mean(several, chance, resamples))
    coincidences = _by_call(several, _coincidences(several))
    both = _resampled(coincidences, chance, resamples)
    told = _estimate(alpha(coincidences.sum(axis=0)), alpha(both))
    return row | _columns("human_alpha", told)


def _against_machine(marks: pl.DataFrame) -> Iterator[tuple[str, int, int, float]]:
    share = pl.col("weight") / pl.len().over(_ITEM)
    told = marks.with_columns(share=share).select("call_id", "mark", "machine", "share")
    for call, mark, machine, weight in told.iter_rows():
        yield call, CATEGORIES.index(mark), CATEGORIES.index(machine), weight


def _coincidences(marks: pl.DataFrame) -> Iterator[tuple[str, int, int, float]]:
    """Every ordered pair of marks of an item, its weight shared; weights average 1."""
    if marks.is_empty():
        return
    mean = float(marks.unique(_ITEM)["weight"].to_numpy().mean())
    for item in marks.partition_by(*_ITEM):
        said = [CATEGORIES.index(mark) for mark in item["mark"]]
        weight = item["weight"][0] / mean / (len(said) - 1)
        for one, other in combinations(said, 2):
            yield item["call_id"][0], one, other, weight
            yield item["call_id"][0], other, one, weight


def _pairs_mean(
    marks: pl.DataFrame, chance: np.random.Generator, resamples: int
) -> Estimate:
    """The mean of the kappas of all pairs of reviewers who marked the same items."""
    calls = marks["call_id"].unique().sort()
    names = marks["reviewer"].unique().sort().to_list()
    tables = [
        _by_call(marks, pair, calls)
        for one, other in combinations(names, 2)
        if (pair := list(_of_pair(marks, one, other)))
    ]
    if not tables:
        return Estimate(None, None, None)
    stacked = np.stack(tables, axis=1)
    drawn = _resampled(stacked, chance, resamples)
    return _estimate(_mean(kappa(stacked.sum(axis=0))), _mean(kappa(drawn)))


def _of_pair(
    marks: pl.DataFrame, one: str, other: str
) -> Iterator[tuple[str, int, int, float]]:
    by = {name: marks.filter(pl.col("reviewer") == name) for name in (one, other)}
    both = by[one].join(by[other], on=_ITEM, suffix="_other", validate="1:1")
    told = both.select("call_id", "mark", "mark_other", "weight")
    for call, mine, theirs, weight in told.iter_rows():
        yield call, CATEGORIES.index(mine), CATEGORIES.index(theirs), weight


def _mean(values: Floats) -> Floats:
    """The mean over the last axis of what is defined; NaN where nothing is."""
    known = ~np.isnan(values)
    return _ratio(np.where(known, values, 0).sum(axis=-1), known.sum(axis=-1))


def _by_call(
    marks: pl.DataFrame,
    cells: Iterator[tuple[str, int, int, float]] | list[tuple[str, int, int, float]],
    calls: pl.Series | None = None,
) -> Floats:
    """The table of each call: calls x k x k."""
    known = marks["call_id"].unique().sort() if calls is None else calls
    place = {call: number for number, call in enumerate(known)}
    tables = np.zeros((len(place), _K, _K))
    for call, row, column, weight in cells:
        tables[place[call], row, column] += weight
    return tables


def _resampled(tables: Floats, chance: np.random.Generator, resamples: int) -> Floats:
    """Summed tables of as many calls, drawn with replacement: resamples x the rest."""
    count = len(tables)
    if not count:
        return np.zeros((resamples, *tables.shape[1:]))
    times = chance.multinomial(count, np.full(count, 1 / count), size=resamples)
    return np.tensordot(times.astype(np.float64), tables, axes=1)


def _estimate(value: Any, drawn: Floats) -> Estimate:
    """The figure, and the middle 95 of 100 of its defined resamples."""
    defined = drawn[~np.isnan(drawn)]
    if np.isnan(value) or not len(defined):
        return Estimate(None, None, None)
    low, high = np.percentile(defined, _PERCENTILES)
    return Estimate(float(value), float(low), float(high))


def _columns(name: str, told: Estimate) -> dict[str, float | None]:
    return {name: told.value, f"{name}_low": told.low, f"{name}_high": told.high}
