"""The funnel on simulated months: nobody who does as well as all others is accused.

A small version of `python -m tests.benchmarks.funnel`, with a fixed seed.
"""

import pytest

from tests.benchmarks.funnel import Share, on_calls, on_counts


@pytest.fixture(scope="module")
def counted() -> dict[tuple[str, str], Share]:
    shares = on_counts(months=60, agents=30, seed=2)
    return {(share.world, share.limits): share for share in shares}


@pytest.fixture(scope="module")
def learned() -> dict[tuple[str, str], Share]:
    shares = on_calls(months=4, agents=24, seed=2)
    return {(share.world, share.limits): share for share in shares}


@pytest.mark.parametrize("world", ["chance alone", "bad shifts"])
@pytest.mark.parametrize("limits", ["95", "998", "months with a flag"])
def test_no_more_lie_outside_than_chance_leaves_there(
    counted: dict[tuple[str, str], Share], world: str, limits: str
) -> None:
    share = counted[world, limits]
    assert share.is_kept, share


def test_lasting_differences_widen_the_limits_too_little_but_not_by_much(
    counted: dict[tuple[str, str], Share],
) -> None:
    """One φ for all is too small for agents with many calls: known, and no worse."""
    assert counted["lasting differences", "95"].low < 0.08
    assert counted["lasting differences", "998"].low < 0.02


def test_a_bad_agent_is_found_more_often_than_a_good_one(
    counted: dict[tuple[str, str], Share],
) -> None:
    assert counted["one bad agent", "95"].found > 0.4
    assert counted["one bad agent, bad shifts", "95"].found > 0.3


def test_hard_calls_alone_put_nobody_outside_once_the_case_mix_is_learned(
    learned: dict[tuple[str, str], Share],
) -> None:
    fair = "case mix learned: those with hard calls"
    assert learned["case mix learned", "95"].is_kept
    assert learned[fair, "998"].found == 0
    assert learned["one rate for all: those with hard calls", "95"].found > 0.9
