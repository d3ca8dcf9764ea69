"""Behaviours of `closing.py`: each verdict that they can give, on talk drawn by hand."""

import pytest

from tests.transforms.cases import FAULT, HEATED, Case, check, names

CASES = [
    Case(
        "thanks_for_raising",
        "met",
        HEATED + "customer || fine\nagent || ok\nagent | thanks | thanks for calling",
    ),
    Case(
        "thanks_for_raising",
        "met",
        HEATED + "agent | thanks | thanks for telling\n" + "customer || hm\n" * 5,
    ),
    Case(
        "thanks_for_raising",
        "missed",
        HEATED + "agent || ok\nagent | thanks | thanks\n" + "customer || hm\n" * 4,
    ),
    Case(
        "thanks_for_raising",
        "not_applicable",
        HEATED + "agent | thanks | thanks\ncustomer | anger | bye",
        "broken off",
    ),
    Case(
        "thanks_for_raising",
        "met",
        HEATED
        + "agent || ok\nagent | supervisor_handover thanks | thanks, my manager takes over\n"
        + "supervisor || hello\n" * 4
        + "customer | anger | bye",
    ),
    Case(
        "prevention_commitment",
        "met",
        HEATED + "customer || fine\nagent | prevention_commitment | never again",
    ),
    Case("prevention_commitment", "missed", HEATED + "customer || fine\nagent || ok"),
    Case(
        "prevention_commitment",
        "not_applicable",
        HEATED + "customer || fine",
        around={"incidents": [{**FAULT, "company_fault": False}]},
    ),
]


@pytest.mark.parametrize("case", CASES, ids=names(CASES))
def test_it_is_judged_as_the_glossary_says(case: Case) -> None:
    check(case)
