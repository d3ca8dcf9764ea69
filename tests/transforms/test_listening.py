"""Behaviours of `listening.py`: each verdict that they can give, on talk drawn by hand."""

import pytest

from tests.transforms.cases import CALM, HEATED, Case, check, names

CASES = [
    Case(
        "let_vent",
        "met",
        HEATED + "agent | backchannel | mm\nagent || what model is it",
    ),
    Case(
        "let_vent",
        "missed",
        HEATED
        + "agent | empathy | oh dear that must be so bad\ncustomer || yes\nagent || and",
        "too large a share",
    ),
    Case("let_vent", "violated", HEATED + "agent | argument | no it was not"),
    Case(
        "let_vent",
        "violated",
        HEATED + "agent || so\ncustomer || hm\nagent | argument | no",
    ),
    Case("let_vent", "met", HEATED + "agent || a\nagent || b\nagent | argument | no"),
    Case(
        "let_vent",
        "violated",
        "customer | complaint anger | it broke | 0-10\nagent || which model is it | 9-12",
        "cuts into",
    ),
    Case(
        "let_vent",
        "met",
        "customer | complaint anger | it broke | 0-10\nagent || which model is it | 9.6-12",
    ),
    Case(
        "let_vent",
        "met",
        "customer | complaint anger | it broke | 0-10\nagent || which model is it | 9-12",
        timed=False,
    ),
    Case("let_vent", "not_applicable", CALM),
    Case("invite_account", "met", HEATED + "agent | invite_account | tell me all"),
    Case("invite_account", "missed", HEATED + "agent || yes"),
    Case("invite_account", "not_applicable", CALM),
    Case(
        "backchannel",
        "met",
        HEATED + "agent | backchannel | mm\nagent || ok",
        seconds=20,
    ),
    Case("backchannel", "missed", HEATED + "agent || which model\n", seconds=20),
    Case(
        "backchannel", "not_applicable", HEATED + "agent | backchannel | mm", seconds=19
    ),
    Case(
        "backchannel",
        "missed",
        "customer | complaint anger | " + "word " * 45 + "\nagent || which",
        timed=False,
    ),
    Case(
        "backchannel",
        "not_applicable",
        "customer | complaint anger | " + "word " * 44 + "\nagent || which",
        timed=False,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=names(CASES))
def test_it_is_judged_as_the_glossary_says(case: Case) -> None:
    check(case)
