"""What the marts of fair comparison must hold before they are published."""

from typing import Final

from expectations.suite import Suite, between, never, one_of, refers
from transforms.contracts import agent_marts, marts
from transforms.contracts.agent_marts import (
    AMONG,
    FACTORS,
    KINDS,
    METHODS,
    OUTCOMES,
    STATES,
)
from transforms.contracts.validity_marts import MARKS

_ROUNDING: Final = 1e-6


def suites() -> tuple[Suite, ...]:
    """One suite for each mart of fair comparison."""
    return (
        expected_escalations(),
        case_mix(),
        case_mix_reliability(),
        call_timing(),
        step_associations(),
    )


def expected_escalations() -> Suite:
    """No more is expected than there are calls, and no agent appears from nowhere."""
    return Suite(
        agent_marts.EXPECTED_ESCALATIONS,
        (
            never(
                "parts are no greater than the whole, of all calls and of heated ones",
                "SELECT agent_id, day FROM {batch} WHERE escalated > calls"
                " OR heated_escalated > heated",
            ),
            never(
                "what is expected of n calls lies from 0 to n, and varies less than that",
                "SELECT agent_id, day FROM {batch}"
                f" WHERE expected NOT BETWEEN 0 AND calls + {_ROUNDING}"
                f" OR heated_expected NOT BETWEEN 0 AND heated + {_ROUNDING}"
                " OR variance NOT BETWEEN 0 AND expected"
                " OR heated_variance NOT BETWEEN 0 AND heated_expected",
            ),
            never(
                "every agent and day has calls in marts.call_facts",
                "SELECT agent_id, day FROM {batch} WHERE (agent_id, day) NOT IN"
                f" (SELECT (agent_id, day) FROM {marts.CALL_FACTS.name})",
            ),
        ),
    )


def case_mix() -> Suite:
    """Each factor has one reference, whose odds ratio is 1, and counts every call once."""
    return Suite(
        agent_marts.CASE_MIX,
        (
            one_of("among", AMONG),
            one_of("factor", FACTORS),
            one_of("method", METHODS),
            between("odds_ratio", 0, None),
            never(
                "one reference for each factor, at an odds ratio of 1 where there are any",
                "SELECT among, factor FROM {batch} GROUP BY ALL"
                " HAVING count(*) FILTER (is_reference) <> 1"
                " OR max(abs(odds_ratio - 1)) FILTER (is_reference) > 0",
            ),
            never(
                "there are odds ratios by a model, and none without",
                "SELECT among, factor FROM {batch}"
                " WHERE (method = 'model') <> (odds_ratio IS NOT NULL)",
            ),
            never(
                "escalated and expected are no more than the calls",
                "SELECT among, factor, level FROM {batch} WHERE escalated > calls"
                f" OR expected NOT BETWEEN 0 AND calls + {_ROUNDING}",
            ),
        ),
    )


def case_mix_reliability() -> Suite:
    """Tenths of the calls, each with what was expected of it."""
    return Suite(
        agent_marts.CASE_MIX_RELIABILITY,
        (
            one_of("among", AMONG),
            one_of("method", METHODS),
            between("tenth", 1, 10),
            never(
                "escalated and expected are no more than the calls",
                "SELECT among, tenth FROM {batch} WHERE escalated > calls"
                f" OR expected NOT BETWEEN 0 AND calls + {_ROUNDING}",
            ),
        ),
    )


def call_timing() -> Suite:
    """Times are not negative, and belong to heated calls."""
    return Suite(
        agent_marts.CALL_TIMING,
        (
            between("apology_seconds", 0, None),
            refers("call_id", marts.CALL_FACTS, "call_id"),
        ),
    )


def step_associations() -> Suite:
    """An estimate lies within its interval, and rests on calls of both kinds."""
    return Suite(
        agent_marts.STEP_ASSOCIATIONS,
        (
            one_of("kind", KINDS),
            one_of("outcome", OUTCOMES),
            one_of("mark", MARKS),
            one_of("state", STATES),
            *(between(name, -1, 1) for name in ("difference", "plain_difference")),
            *(between(name, 0, 1) for name in ("p_value", "q_value")),
            *(between(name, 0, None) for name in ("odds_ratio", "plain_odds_ratio")),
            never(
                "calls with the outcome are no more than the calls",
                "SELECT playbook, factor, language FROM {batch}"
                " WHERE done_good > done OR omitted_good > omitted",
            ),
            never(
                "estimates lie within their intervals",
                "SELECT playbook, factor, language FROM {batch}"
                " WHERE difference NOT BETWEEN difference_low AND difference_high"
                " OR odds_ratio NOT BETWEEN odds_ratio_low AND odds_ratio_high",
            ),
            never(
                "what is estimated has its figures, and what is not has none",
                "SELECT playbook, factor, language FROM {batch}"
                " WHERE (state = 'estimated') <> (difference IS NOT NULL)"
                " OR (state = 'estimated') <> (q_value IS NOT NULL)",
            ),
            never(
                "languages are pooled only where the step is proven",
                "SELECT playbook, factor FROM {batch}"
                f" WHERE language = '{agent_marts.ALL_LANGUAGES}' AND mark <> 'proven'",
            ),
            never(
                "a step's playbook is known",
                "SELECT playbook FROM {batch} WHERE (kind = 'step') <> (playbook IN"
                f" (SELECT playbook FROM {marts.PLAYBOOK_STEPS.name}))",
            ),
        ),
    )
