"""Behaviours of `across_calls.py`, on several calls of an agent or a customer."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from tests.transforms.cases import CALM, HEATED
from tests.transforms.drawn import MONDAY, Drawn, batch, thresholds, use, weights
from transforms.context import context
from transforms.verdicts import VERDICT_NAMES, judge


def across(behaviour: str, *calls: Drawn | str, **around: Any) -> list[str]:
    given = batch(*calls, **around)
    verdicts = judge(context(given, thresholds(), weights()), (use(behaviour),))
    return [VERDICT_NAMES[code] for code in verdicts.codes[:, 0]]


def test_nothing_is_carried_over_from_a_heated_call() -> None:
    rude = CALM + "agent | hostility | what do you want"
    assert across("no_carry_over", HEATED, CALM, CALM) == [
        "not_applicable",
        "met",
        "not_applicable",
    ]
    assert across("no_carry_over", HEATED, rude)[1] == "violated"
    other_day = Drawn(CALM, {"started_at": MONDAY + timedelta(days=1)})
    assert across("no_carry_over", HEATED, other_day)[1] == "not_applicable"


def test_a_call_colder_than_the_agents_own_bound_after_a_heated_one_is_missed() -> None:
    warm = [
        {"agent_id": "ana", "started_at": MONDAY - timedelta(days=n + 1)}
        for n in range(25)
    ]
    heat = [{"call_no": 101 + n, "is_heated": False, "warmth": 1.0} for n in range(25)]
    calls = (HEATED + "agent | empathy thanks | oh", CALM)
    assert across("no_carry_over", *calls, others=warm, heat=heat)[1] == "missed"


def test_warmth_is_steady_when_heated_calls_get_four_fifths_of_that_of_calm_ones() -> (
    None
):
    before = [
        {"agent_id": "ana", "started_at": MONDAY - timedelta(hours=n + 1)}
        for n in range(40)
    ]

    def heat(hot: float) -> list[dict[str, object]]:
        return [
            {
                "call_no": 101 + n,
                "is_heated": n % 2 == 0,
                "warmth": hot if n % 2 == 0 else 1.0,
            }
            for n in range(40)
        ]

    warm = HEATED + "agent | thanks empathy | thank you, that is hard"
    assert across("steady_warmth", warm, others=before, heat=heat(1.0)) == ["met"]
    assert across("steady_warmth", warm, others=before, heat=heat(0.2)) == ["missed"]
    assert across("steady_warmth", CALM, others=before, heat=heat(1.0)) == [
        "not_applicable"
    ]
    assert across("steady_warmth", warm, others=before[:30], heat=heat(1.0)) == [
        "not_applicable"
    ]


def test_management_decides_within_the_window_after_a_customer_becomes_chronic() -> (
    None
):
    mine = {"customer_id": "k"}
    calls = [
        Drawn(HEATED, mine),
        Drawn(HEATED, mine),
        Drawn(HEATED, mine),
        Drawn(HEATED, mine),
    ]

    def verdict(**around: Any) -> list[str]:
        return across("management_informed", *calls, **around)

    chronic = ["not_applicable", "not_applicable"]
    decided = [{"customer_id": "k", "decided_at": MONDAY + timedelta(days=3)}]
    late = [{"customer_id": "k", "decided_at": MONDAY + timedelta(days=30)}]
    assert verdict(decisions=decided) == [*chronic, "met", "not_applicable"]
    assert verdict(decisions=late) == [*chronic, "violated", "not_applicable"]
    assert verdict(decisions=[]) == [*chronic, "violated", "not_applicable"]
    assert verdict(decisions=None) == [*chronic, "not_observable", "not_applicable"]
    assert (
        verdict(decisions=[], as_of=MONDAY + timedelta(days=2))[2] == "not_observable"
    )


def test_complaints_of_other_days_count_towards_the_chronic_threshold() -> None:
    before = [
        {"customer_id": "customer1", "started_at": MONDAY - timedelta(days=n)}
        for n in (3, 9)
    ]
    heat = [{"call_no": 101 + n, "is_heated": True, "warmth": 0.0} for n in range(2)]
    found = across(
        "management_informed", HEATED, others=before, heat=heat, decisions=[]
    )
    assert found == ["violated"]
    assert across("management_informed", HEATED, others=before, decisions=[]) == [
        "not_applicable"
    ]


def history(first: int, hot: float, *, days_ago: int) -> list[dict[str, object]]:
    """Forty calls of the agent, months from the judged one, every other heated."""
    return [
        {
            "call_no": first + n,
            "agent_id": "ana",
            "started_at": MONDAY - timedelta(days=days_ago, hours=n),
            "is_heated": n % 2 == 0,
            "warmth": hot if n % 2 == 0 else 1.0,
        }
        for n in range(40)
    ]


def test_warmth_is_measured_on_all_calls_up_to_the_judged_one_and_no_later_ones() -> (
    None
):
    warm = HEATED + "agent | thanks empathy | thank you, that is hard"
    before = history(500, 0.2, days_ago=80)
    after = history(900, 9.0, days_ago=-20)
    assert across("steady_warmth", warm, heat=before) == ["missed"]
    assert across("steady_warmth", warm, heat=[*before, *after]) == ["missed"]
    assert across("steady_warmth", warm, heat=after) == ["not_applicable"]


def test_the_bound_of_warmth_is_that_of_the_calls_before() -> None:
    calls = (HEATED + "agent | empathy thanks | oh", CALM)
    before = history(500, 1.0, days_ago=80)
    assert across("no_carry_over", *calls, heat=before)[1] == "missed"
    assert across("no_carry_over", *calls, heat=before[:18])[1] == "met"


def test_a_transferred_call_is_one_contact_and_our_own_calls_are_none() -> None:
    mine = {"customer_id": "k"}
    legs = [
        Drawn(HEATED, {**mine, "started_at": MONDAY + timedelta(minutes=12 * n)})
        for n in range(3)
    ]
    apart = [
        Drawn(HEATED, {**mine, "started_at": MONDAY + timedelta(hours=n)})
        for n in range(3)
    ]
    ours = [Drawn(HEATED, {**mine, "direction": "outbound"})] * 3
    found = {
        name: across("management_informed", *calls, decisions=[])
        for name, calls in {"legs": legs, "apart": apart, "ours": ours}.items()
    }
    assert found["legs"] == found["ours"] == ["not_applicable"] * 3
    assert found["apart"][2] == "violated"


def test_nobody_is_blamed_for_the_time_before_decisions_were_recorded() -> None:
    calls = [Drawn(HEATED, {"customer_id": "k"})] * 3
    elsewhere = [{"customer_id": "z", "decided_at": MONDAY}]

    def verdict(since: timedelta, *decisions: dict[str, Any]) -> str:
        given = batch(*calls, decisions=[*elsewhere, *decisions])
        around = replace(given.around, decisions_since=MONDAY + since)
        known = context(replace(given, around=around), thresholds(), weights())
        verdicts = judge(known, (use("management_informed"),))
        return VERDICT_NAMES[verdicts.codes[2, 0]]

    own = {"customer_id": "k", "decided_at": MONDAY + timedelta(days=5)}
    assert verdict(timedelta(0)) == "violated"
    assert verdict(timedelta(days=1)) == "not_observable"
    assert verdict(timedelta(days=1), own) == "met"
