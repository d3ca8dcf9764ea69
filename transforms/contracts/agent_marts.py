"""The marts of fair comparison: escalations expected from the case mix, and what goes with a good end."""

from typing import Final

import polars as pl

from transforms.contracts.columns import CALL_ID, DAY, DIMENSIONS, count, optional
from transforms.contracts.table import Column, Table
from transforms.contracts.validity_marts import MARKS

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


def _estimated(name: str, meaning: str) -> dict[str, Column]:
    return {
        name: optional(pl.Float64, meaning),
        f"{name}_low": optional(pl.Float64, "Lower end of its 95 % interval."),
        f"{name}_high": optional(pl.Float64, "Upper end of its 95 % interval."),
    }


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

CALL_TIMING: Final = Table(
    name="marts.call_timing",
    grain="one row for each heated call",
    key=("call_id",),
    columns={
        "call_id": CALL_ID,
        "day": DAY,
        "apology_seconds": optional(
            pl.Float32,
            "Seconds from the start of the agent's first reply after the first heated turn"
            " to the first apology; null without either, or without turn times.",
        ),
        "is_restated_first": optional(
            pl.Boolean,
            "The problem is restated before the first solution, not after it; null where"
            " there is no solution or no restatement.",
        ),
        "options": count("Different things that the agent's side offers to do."),
    },
)

KINDS: Final = ("step", "order", "timing")
OUTCOMES: Final = ("deescalated", "no_repeat")
ORDERS: Final[dict[str, str]] = {
    "prompt_apology": "timing",
    "restated_first": "order",
    "two_options": "order",
}
"""What is held against an outcome besides the playbooks' steps, and of which kind it is."""
NO_PLAYBOOK: Final = "(none)"
ALL_LANGUAGES: Final = "(all)"
STATES: Final = ("estimated", "too few calls", "too few agents")

STEP_ASSOCIATIONS: Final = Table(
    name="marts.step_associations",
    grain="one row for each step (or order, or timing), language and outcome",
    key=("kind", "playbook", "factor", "language", "outcome"),
    columns={
        "kind": Column(pl.Enum(KINDS), "A playbook's step, an order, or a timing."),
        "playbook": Column(pl.String, "The playbook; `(none)` for order and timing."),
        "factor": Column(pl.String, "The step in it; or the order or timing."),
        "language": Column(
            pl.String,
            "Language code; `(all)`: those pooled, where it is proven in each of them.",
        ),
        "outcome": Column(
            pl.Enum(OUTCOMES),
            "`deescalated`, of heated calls; `no_repeat`: no other contact in the days"
            " after, of calls whose days lie within the data.",
        ),
        "mark": Column(pl.Enum(MARKS), "How far its detection may be trusted there."),
        "agents": count("Agents who took these calls."),
        "done": count("Calls with an opportunity in which it was done."),
        "done_good": count("Of these, calls with the outcome."),
        "omitted": count(
            "Calls with an opportunity in which it was missed or violated."
        ),
        "omitted_good": count("Of these, calls with the outcome."),
        "plain_difference": optional(
            pl.Float64,
            "Share with the outcome when done less that when omitted, as counted.",
        ),
        "plain_odds_ratio": optional(pl.Float64, "The same as a ratio of odds."),
        **_estimated("difference", "The same difference, at equal case mix."),
        **_estimated("odds_ratio", "The ratio of odds, at equal case mix."),
        "p_value": optional(pl.Float64, "Of no association, at equal case mix."),
        "q_value": optional(
            pl.Float64,
            "Share of false ones among all associations that are as sure as this one"
            " (Benjamini-Hochberg).",
        ),
        "state": Column(pl.Enum(STATES), "Estimated, or why it is not."),
    },
)

AGENT_MARTS: Final = (
    EXPECTED_ESCALATIONS,
    CASE_MIX,
    CASE_MIX_RELIABILITY,
    CALL_TIMING,
    STEP_ASSOCIATIONS,
)
