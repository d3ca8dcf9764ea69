"""What goes with a good end: who counts, where case mix deceives, and when nothing is said."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy import stats
from scipy.special import expit

from tests.transforms.drawn import MONDAY, thresholds, validity
from tests.transforms.histories import facts
from tests.transforms.simulated import HARD, centre
from transforms.contracts.agent_marts import CALL_TIMING, STEP_ASSOCIATIONS
from transforms.knowledge.playbook import (
    Assignment,
    Assignments,
    BehaviourUse,
    Playbook,
    Step,
)
from transforms.step_exposures import (
    Exposure,
    association_marks,
    order_exposures,
    outcomes,
    step_exposures,
)
from transforms.what_works import step_associations

AS_OF = int((MONDAY + timedelta(days=20)).timestamp() * 1_000_000)


def kept(rows: Sequence[Mapping[str, object]]) -> list[bool | None]:
    return outcomes(facts(rows), AS_OF, thresholds())["no_repeat"].to_list()


def test_no_repeat_is_known_when_the_days_are_over() -> None:
    assert kept([{"at": 0}, {"at": 6}, {"at": 13.1}]) == [False, True, None]
    assert kept([{"at": 0}, {"at": 7}, {"at": 20}]) == [False, True, None]


def test_a_transfer_is_no_repeat_and_shares_the_outcome() -> None:
    assert kept([{"at": 0}, {"at": 0.005}, {"at": 2}, {"at": 9.5}]) == [
        False,
        False,
        True,
        True,
    ]


def test_our_own_calls_and_unnamed_customers_have_no_outcome() -> None:
    rows: list[dict[str, object]] = [
        {"at": 0},
        {"at": 1, "direction": "outbound"},
        {"at": 2, "customer_id": None},
    ]
    assert kept(rows) == [True, None, None]


def use(behaviour: str) -> BehaviourUse:
    return BehaviourUse(behaviour=behaviour)


def playbook(name: str, *steps: tuple[str, str, tuple[str, ...]]) -> Playbook:
    return Playbook.model_validate(
        {
            "id": name,
            "version": "1",
            "title": name,
            "title_native": name,
            "language": "en",
            "direction": "ltr",
            "source": "a test",
            "steps": [
                Step(
                    id=step,
                    title=step,
                    title_native=step,
                    seed_step=step,
                    weight=1,
                    combine="all" if combine == "all" else "any",
                    behaviours=tuple(map(use, behaviours)),
                )
                for step, combine, behaviours in steps
            ],
        }
    )


EVERYWHERE = Assignments(version="1", assignments=(Assignment(reason="all"),))
ORDERS_ONLY = Assignments(
    version="1", assignments=(Assignment(queues=("orders",), reason="theirs"),)
)


def exposed(
    verdicts: Sequence[tuple[str, str, str]],
    *playbooks: Playbook,
    assignments: Assignments = EVERYWHERE,
    queue: str = "billing",
) -> list[Exposure]:
    frame = pl.DataFrame(
        [(call, behaviour, "", verdict) for call, behaviour, verdict in verdicts],
        schema=["call_id", "behaviour", "parameters", "verdict"],
        orient="row",
    )
    calls = facts([{"queue": queue} for _ in range(4)])
    known = {one.id: one for one in playbooks}
    return list(step_exposures(calls, frame, known, assignments))


BOTH = [
    ("c1", "apology", "met"),
    ("c1", "empathy", "missed"),
    ("c2", "apology", "met"),
    ("c3", "empathy", "violated"),
    ("c4", "apology", "not_applicable"),
]


@pytest.mark.parametrize(
    ("combine", "done"),
    [("all", [False, True, False]), ("any", [True, True, False])],
)
def test_a_steps_verdict_is_made_of_its_behaviours(
    combine: str, done: list[bool]
) -> None:
    (found,) = exposed(BOTH, playbook("p", ("1", combine, ("apology", "empathy"))))
    assert found.calls["call_id"].to_list() == ["c1", "c2", "c3"]
    assert found.calls["is_done"].to_list() == done


def test_steps_that_are_judged_alike_are_one_exposure() -> None:
    first = playbook("p", ("1", "all", ("apology",)), ("2", "all", ("empathy",)))
    second = playbook("q", ("7", "all", ("apology",)))
    names = [one.names for one in exposed(BOTH, first, second)]
    assert names == [(("p", "1"), ("q", "7")), (("p", "2"),)]


def test_a_playbook_judges_only_the_calls_that_it_is_for() -> None:
    given = playbook("p", ("1", "all", ("apology",)))
    (none,) = exposed(BOTH, given, assignments=ORDERS_ONLY)
    (all_,) = exposed(BOTH, given, assignments=ORDERS_ONLY, queue="orders")
    assert (none.calls.height, all_.calls.height) == (0, 2)


def test_what_comes_after_the_call_is_not_held_against_how_it_ended() -> None:
    given = playbook(
        "p",
        ("1", "all", ("documented",)),
        ("2", "all", ("follow_up",)),
        ("3", "all", ("empathy",)),
    )
    assert [(one.names[0][1], one.outcomes) for one in exposed(BOTH, given)] == [
        ("1", ("no_repeat",)),
        ("3", ("deescalated", "no_repeat")),
    ]


def test_orders_compare_calls_that_have_both_things() -> None:
    rows = [
        {"call_id": "c1", "apology_seconds": 7.0, "options": 0},
        {"call_id": "c2", "apology_seconds": 7.1, "options": 1},
        {"call_id": "c3", "is_restated_first": False, "options": 2},
    ]
    timing = pl.DataFrame(rows, schema=CALL_TIMING.polars_schema)
    told = {
        one.names[0][1]: dict(one.calls.iter_rows())
        for one in order_exposures(timing, thresholds())
    }
    assert told == {
        "prompt_apology": {"c1": True, "c2": False},
        "restated_first": {"c3": False},
        "two_options": {"c2": False, "c3": True},
    }


def test_an_order_is_as_sure_as_its_weakest_label() -> None:
    steps = pl.DataFrame(
        [("p", "1", "en", "proven")],
        schema=["playbook", "step", "language", "mark"],
        orient="row",
    )
    marks = association_marks(steps, validity(), ["en"])
    assert marks["p", "1", "en"] == "proven"
    assert marks["(none)", "prompt_apology", "en"] == "unproven"


def world(
    seed: int, effect: float, languages: tuple[str, ...] = ("en",)
) -> tuple[pl.DataFrame, pl.DataFrame, Exposure]:
    """Heated calls in which agents apologise mostly where it is hard to calm anyone."""
    draw: Any = np.random.default_rng(seed)
    mix = centre(seed, calls=2400, languages=languages)
    is_hard = (mix["opening_temperature"] == HARD).to_numpy()
    done = draw.random(mix.height) < np.where(is_hard, 0.85, 0.25)
    good = draw.random(mix.height) < expit(1.2 - 2.4 * is_hard + effect * done)
    outcome = mix.select("call_id", deescalated=pl.Series(good), no_repeat=None)
    calls = mix.select("call_id", is_done=pl.Series(done))
    return mix, outcome, Exposure("step", (("p", "1"),), calls, ("deescalated",))


MARKS = {("p", "1", "en"): "proven", ("p", "1", "nl"): "proven"}


def related(
    mix: pl.DataFrame,
    outcome: pl.DataFrame,
    *exposures: Exposure,
    marks: Mapping[tuple[str, str, str], str] = MARKS,
) -> pl.DataFrame:
    return step_associations(mix, outcome, exposures, marks, thresholds())


def test_what_is_done_in_hard_calls_looks_harmful_until_calls_are_made_alike() -> None:
    row = related(*world(5, effect=0.8)).row(0, named=True)
    assert row["plain_difference"] < -0.1
    assert row["plain_odds_ratio"] < 0.7
    assert row["difference_low"] > 0
    assert row["odds_ratio"] == pytest.approx(np.exp(0.8), rel=0.2)
    assert row["odds_ratio_low"] < np.exp(0.8) < row["odds_ratio_high"]


def test_what_does_nothing_is_not_said_to_do_something() -> None:
    sure = [related(*world(seed, effect=0.0)).row(0, named=True) for seed in range(12)]
    assert all(row["plain_difference"] < -0.1 for row in sure)
    assert sum(row["p_value"] < 0.05 for row in sure) <= 2


def test_too_few_calls_or_agents_give_counts_and_no_figure() -> None:
    mix, outcome, exposure = world(1, effect=0.5)
    few = Exposure("step", exposure.names, exposure.calls.head(30), ("deescalated",))
    alone = mix.with_columns(
        agent_id=pl.col("agent_id").replace_strict(
            {f"a{n:03d}": f"a{n % 4:03d}" for n in range(12)}
        )
    )
    assert related(mix, outcome, few)["state"].item() == "too few calls"
    row = related(alone, outcome, exposure).row(0, named=True)
    assert (row["state"], row["agents"], row["difference"]) == (
        "too few agents",
        4,
        None,
    )
    assert row["done"] + row["omitted"] == 2400


def test_languages_are_pooled_only_where_the_step_is_proven_in_each() -> None:
    given = world(2, 0.5, languages=("en", "nl"))
    pooled = related(*given)
    assert pooled["language"].to_list() == ["(all)", "en", "nl"]
    parts = pooled.filter(pl.col("language") != "(all)")
    assert pooled["done"][0] == parts["done"].sum()
    weaker = {**MARKS, ("p", "1", "nl"): "provisional"}
    assert related(*given, marks=weaker)["language"].to_list() == ["en", "nl"]


def test_q_values_are_benjamini_and_hochbergs_over_what_was_estimated() -> None:
    mix, outcome, first = world(3, effect=0.6)
    others = [
        Exposure("step", ((f"p{n}", "1"), (f"q{n}", "1")), calls, ("deescalated",))
        for n in range(4)
        for calls in [
            first.calls.with_columns(is_done=pl.col("is_done").shuffle(seed=n))
        ]
    ]
    told = related(mix, outcome, first, *others)
    assert told.height == 9
    alike = told.unique(["p_value"], maintain_order=True)
    assert alike.height == 5
    adjusted = stats.false_discovery_control(alike["p_value"].to_list())
    assert alike["q_value"].to_list() == pytest.approx(list(adjusted))


def test_the_order_of_calls_changes_nothing_and_none_give_none() -> None:
    mix, outcome, exposure = world(4, effect=0.4)
    again = related(
        mix.sample(fraction=1, shuffle=True, seed=1),
        outcome.sample(fraction=1, shuffle=True, seed=2),
        exposure,
    )
    assert again.equals(related(mix, outcome, exposure))
    assert related(mix, outcome).equals(STEP_ASSOCIATIONS.empty())
