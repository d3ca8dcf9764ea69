"""The marts of fair comparison: escalations expected from the case mix, and what goes with a good end."""

from typing import Final

import polars as pl

from transforms.contracts.columns import DIMENSIONS, count, optional
from transforms.contracts.table import Column, Table

AMONG: Final = ("assessable", "heated")
"""Of which calls a model is: all that could be assessed, or the heated ones only."""
FACTORS: Final = (
    "language",
    "queue",
    "issue",
    "opening_temperature",
    "repeat_contact",
    "hour",
    "direction",
)
"""What makes a call harder before the agent has said a word, in the order shown."""
METHODS: Final = ("model", "base rate")


def _expected(meaning: str) -> Column:
    return Column(pl.Float64, meaning)


EXPECTED_ESCALATIONS: Final = Table(
    name="marts.expected_escalations",
    grain="one row for each agent, team, queue, language and day",
    key=("agent_id", "team", "queue", "language", "day"),
    columns={
        **DIMENSIONS,
        "calls": count("Assessable calls that have an expectation."),
        "escalated": count(
            "Of these, with an escalation event; an agent's own record of the call is none."
        ),
        "expected": _expected(
            "Escalated calls expected of them, by their case mix, from other agents' calls."
        ),
        "variance": _expected("Variance of that number: the sum of p(1-p)."),
        "heated": count("Of the calls, heated ones that have an expectation."),
        "heated_escalated": count(
            "Of these, with an escalation event; an agent's own record of the call is none."
        ),
        "heated_expected": _expected("The same, expected among heated calls only."),
        "heated_variance": _expected("Its variance."),
    },
)

CASE_MIX: Final = Table(
    name="marts.case_mix",
    grain="one row for each model and level of one of its factors",
    key=("among", "factor", "level"),
    columns={
        "among": Column(pl.Enum(AMONG), "Of which calls the model is."),
        "factor": Column(pl.Enum(FACTORS), "What is told of a call."),
        "level": Column(pl.String, "The value; rare ones stand together."),
        "position": Column(pl.UInt16, "Place of the level in its factor, from 0."),
        "calls": count("Calls at this level."),
        "escalated": count(
            "Of these, with an escalation event; an agent's own record of the call is none."
        ),
        "expected": _expected("Escalated calls expected of them."),
        "odds_ratio": optional(
            pl.Float64,
            "Odds of an escalation against the factor's reference, all else equal,"
            " shrunk toward 1; null without a model.",
        ),
        "is_reference": Column(pl.Boolean, "The level that the others stand against."),
        "method": Column(
            pl.Enum(METHODS),
            "The `model`, or the language's `base rate` where too little is known.",
        ),
    },
)

CASE_MIX_RELIABILITY: Final = Table(
    name="marts.case_mix_reliability",
    grain="one row for each model and tenth of its calls",
    key=("among", "tenth"),
    columns={
        "among": Column(pl.Enum(AMONG), "Of which calls the model is."),
        "tenth": Column(
            pl.UInt16, "From 1, the calls least expected to escalate, to 10."
        ),
        "calls": count("Calls in it."),
        "escalated": count(
            "Of these, with an escalation event; an agent's own record of the call is none."
        ),
        "expected": _expected("Escalated calls expected of them."),
        "method": Column(pl.Enum(METHODS), "As in `marts.case_mix`."),
    },
)
