"""The model that gives pairs of records a probability of being one person, by Splink.

Fellegi & Sunter, "A Theory for Record Linkage", Journal of the American Statistical
Association 64 (1969): each thing compared weighs log2(m / u), where m is how often records
of one person agree so, and u how often strangers do. u is taken from random pairs and, where
agreement is rare, from counting; m from expectation maximisation (Winkler 1988), which needs
no labels. Names weigh by how rare they are (term frequencies).
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any, Final, cast

import polars as pl
from splink import Linker, SettingsCreator
from splink.backends.duckdb import DuckDBAPI
from splink.blocking_rule_library import CustomRule

from transforms.identity_agreement import comparison
from transforms.knowledge.identity import LEVELS, Compared, Identity

_COUNTED: Final = ("phone", "email", "birth", "national", "address", "postcode")
"""Things of which random pairs hardly ever agree: how often strangers do is counted."""
_BY_CONTENT: Final = ("source_customer_id", *LEVELS, "record_no")
_DIGITS: Final = 6
"""Significant digits of probabilities that are kept: sums of floats differ in the last."""

_TWO_IDS: Final = "l.source_customer_id <> r.source_customer_id"

Block = Sequence[str]
Model = dict[str, Any]
"""Splink's settings with their probabilities, as JSON."""

PAIRS: Final = pl.Schema(
    {
        "record_no": pl.UInt32,
        "other_no": pl.UInt32,
        "source_customer_id": pl.String,
        "other_customer_id": pl.String,
        "probability": pl.Float64,
        **dict.fromkeys(LEVELS, pl.String),
        "rare_given": pl.Float64,
        "rare_family": pl.Float64,
    }
)
"""One row for each pair of records compared; see `scored`."""


def compared(records: pl.DataFrame) -> list[Compared]:
    """The things that at least two records tell."""
    return [name for name in LEVELS if records[name].count() > 1]


def _linker(
    records: pl.DataFrame, settings: SettingsCreator | Model, threads: int | None = None
) -> Linker:
    database = DuckDBAPI()
    if threads is not None:
        database.duckdb_con.execute(f"SET threads = {threads}")
    # Sampling goes by place: the same records are the same table in whatever order.
    ordered = records.sort(_BY_CONTENT, nulls_last=True)
    table = database.register(cast("Any", ordered.to_arrow()))
    return Linker(table, settings, log_level=logging.ERROR)


def train(records: pl.DataFrame, identity: Identity) -> Model:
    """Learn how records of one person, and of strangers, agree.

    Args:
        records: see `transforms.identity_records.usable`.
        identity: what to start from, and how to learn.
    """
    names = compared(records)
    if not names:
        return {"comparisons": []}
    starts = {name: identity.comparisons[name] for name in names}
    count = records.height
    pairs = count * (count - 1) / 2
    certain = _certain(records, identity)
    training = identity.training
    expected = max(certain / training.certain_share, count * training.least_split_share)
    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="record_no",
        comparisons=[comparison(name, starts[name].one_person) for name in names],
        probability_two_random_records_match=min(expected / max(pairs, 1.0), 0.5),
        retain_matching_columns=False,
        retain_intermediate_calculation_columns=True,
    )
    linker = _linker(records, settings, threads=1)
    linker.training.estimate_u_using_random_sampling(
        training.sampled_pairs, training.seed, min_count_per_level=None
    )
    learns = certain >= training.worth_of_start
    if learns:
        for block in training.learn_from:
            if set(block) <= set(names):
                linker.training.estimate_parameters_using_expectation_maximisation(
                    CustomRule(_shared(block)),
                    estimate_without_term_frequencies=True,
                    max_pairs=training.sampled_pairs,
                )
    model = linker.misc.save_model_to_json()
    weight = certain / training.worth_of_start if learns else 0.0
    sampled = min(float(training.sampled_pairs), pairs)
    for learned in model["comparisons"]:
        name = learned["output_column_name"]
        worth = training.worth_of_strangers
        _settle(learned, starts[name].one_person, "m_probability", weight)
        _settle(learned, starts[name].strangers, "u_probability", sampled / worth)
        if name in _COUNTED:
            start = starts[name].strangers["same"] * worth
            _count_strangers(learned, records[name], expected, (start, worth))
    return model


def scored(
    records: pl.DataFrame,
    model: Model,
    blocking: Sequence[Block],
    least: float | None,
    only: str = "true",
) -> pl.DataFrame:
    """One row for each pair of records of two source ids that share enough to be compared.

    Args:
        records: see `transforms.identity_records.usable`.
        model: what `train` learned.
        blocking: what pairs must share, all of any one; each names columns of `records`.
        least: probability from which on a pair is given; all if None.
        only: a condition on the two records `l` and `r`, in SQL.

    Returns:
        `record_no` and `other_no` (the smaller first) with their two source ids,
        `probability`, and for each thing compared its degree of agreement (null where either lacks it); for names also
        `rare_given` and `rare_family`, the share of records that have the commoner of both.
    """
    names = [c["output_column_name"] for c in model["comparisons"]]
    if not (names and blocking):
        return pl.DataFrame(schema=PAIRS)
    rules = [
        {
            "blocking_rule": f"{_shared(block)} AND {_TWO_IDS} AND ({only})",
            **({"arrays_to_explode": ["name"]} if "name" in block else {}),
        }
        for block in blocking
    ]
    linker = _linker(
        records,
        {
            **model,
            "blocking_rules_to_generate_predictions": rules,
            "retain_matching_columns": True,
            "additional_columns_to_retain": ["source_customer_id"],
        },
    )
    found = linker.inference.predict(threshold_match_probability=least)
    return _pairs_of(found.as_duckdbpyrelation().pl(), names)


def _pairs_of(found: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    columns: dict[str, pl.Expr] = {
        "record_no": pl.col("record_no_l"),
        "other_no": pl.col("record_no_r"),
        "source_customer_id": pl.col("source_customer_id_l"),
        "other_customer_id": pl.col("source_customer_id_r"),
        "probability": pl.col("match_probability"),
    }
    for name in LEVELS:
        degrees = dict(enumerate(reversed(LEVELS[name])))
        told = pl.col(f"gamma_{name}") if name in names else pl.lit(None, pl.Int32)
        columns[name] = told.replace_strict(
            degrees, default=None, return_dtype=pl.String
        )
    for name in ("given", "family"):
        rarest = pl.max_horizontal(f"tf_{name}_l", f"tf_{name}_r")
        columns[f"rare_{name}"] = rarest if name in names else pl.lit(None, pl.Float64)
    pairs = found.select(**columns)
    return pairs.select(pl.col(name).cast(dtype) for name, dtype in PAIRS.items()).sort(
        "record_no", "other_no"
    )


def blocks(model: Model, identity: Identity) -> list[Block]:
    """What pairs must share to be compared, of what the records tell."""
    known = {c["output_column_name"] for c in model["comparisons"]} | {"name"}
    return [block for block in identity.blocking if set(block) <= known]


def _shared(block: Block) -> str:
    return " AND ".join(f"l.{column} = r.{column}" for column in block)


def _certain(records: pl.DataFrame, identity: Identity) -> int:
    """How many pairs agree so that only one person can be meant."""
    found = [
        records.select("record_no", *rule)
        .drop_nulls()
        .group_by(rule)
        .agg("record_no")
        .filter(pl.col("record_no").list.len() > 1)["record_no"]
        .to_list()
        for rule in identity.training.certain
    ]
    return len({pair for sets in found for one in sets for pair in _pairs(one)})


def _pairs(numbers: list[int]) -> Iterator[tuple[int, int]]:
    return combinations(sorted(numbers), 2)


def _settle(
    comparison: Any, starts: Mapping[str, float], kind: str, weight: float
) -> None:
    """Draw probabilities that were learned towards what they started from.

    `weight` is how many times the start's worth was learned from.
    """
    levels = [x for x in comparison["comparison_levels"] if not x.get("is_null_level")]
    for level in levels:
        start = starts[level["label_for_charts"]]
        learned = level.get(kind)
        level[kind] = (start + weight * (learned or 0.0)) / (1 + weight)
        if learned is None and kind == "m_probability":
            level[kind] = start
    whole = sum(level[kind] for level in levels)
    for level in levels:
        level[kind] = _rounded(level[kind] / whole)


def _count_strangers(
    comparison: Any, values: pl.Series, expected: float, start: tuple[float, float]
) -> None:
    """How often strangers share a value: all pairs that do, but for those expected to be one.

    At least a tenth of the pairs that share one are taken for strangers; `start` says how
    many do of how many pairs, to start from.
    """
    known = values.drop_nulls()
    counts = known.value_counts()["count"].cast(pl.Float64)
    sharing = float((counts * (counts - 1) / 2).sum())
    strangers = max(sharing - expected, 0.1 * sharing) + start[0]
    u = strangers / (known.len() * (known.len() - 1) / 2 + start[1])
    for level in comparison["comparison_levels"]:
        if level["label_for_charts"] == "same":
            level["u_probability"] = _rounded(min(u, 0.5))


def _rounded(number: float) -> float:
    return float(f"{number:.{_DIGITS}g}")
