"""Behaviours of `understanding.py`: each verdict that they can give, on talk drawn by hand."""

import pytest

from tests.transforms.cases import CALM, FAULT, HEATED, Case, check, names

CASES = [
    Case("restatement", "met", HEATED + "agent | restatement | so it broke on sunday"),
    Case(
        "restatement",
        "met",
        HEATED + "agent || the router broke again on sunday then",
        "own words",
    ),
    Case("restatement", "missed", HEATED + "agent || which model is that"),
    Case(
        "restatement",
        "missed",
        HEATED
        + "agent | solution_offer | I send one\nagent | restatement | so it broke",
    ),
    Case("restatement", "missed", HEATED + "agent | confirm_understanding | right"),
    Case(
        "restatement",
        "met",
        HEATED + "agent | clarifying_question | when was it",
        parameters={"asking_counts": True},
    ),
    Case("restatement", "not_applicable", CALM),
    Case(
        "confirm_understanding",
        "met",
        HEATED
        + "agent | restatement confirm_understanding | so it broke, is that right",
    ),
    Case(
        "confirm_understanding", "missed", HEATED + "agent | restatement | so it broke"
    ),
    Case(
        "confirm_understanding",
        "missed",
        HEATED
        + "agent | restatement | so\nagent || a\nagent || b\nagent | confirm_understanding | c",
    ),
    Case(
        "confirm_understanding",
        "violated",
        HEATED
        + "agent | restatement confirm_understanding | so it is the phone\n"
        + "customer | summary_rejected | no\nagent | solution_offer | I send a phone",
    ),
    Case(
        "confirm_understanding",
        "met",
        HEATED
        + "agent | restatement confirm_understanding | so it is the phone\n"
        + "customer | summary_rejected | no\nagent | clarifying_question | what then\n"
        + "agent | solution_offer | I send it",
    ),
    Case(
        "confirm_understanding", "not_applicable", HEATED + "agent || which", "restated"
    ),
    Case("empathy", "met", HEATED + "agent | empathy | that must be hard"),
    Case("empathy", "met", HEATED + "supervisor | empathy | that must be hard"),
    Case("empathy", "missed", HEATED + "agent || ok"),
    Case(
        "empathy",
        "violated",
        HEATED + "agent | empathy judging | hard, but read the terms",
    ),
    Case(
        "empathy", "missed", HEATED + "supervisor | judging | you should have read it"
    ),
    Case("empathy", "not_applicable", CALM),
    Case("apology", "met", HEATED + "agent | apology | sorry about it"),
    Case("apology", "missed", HEATED + "agent || ok", parameters={"when": "always"}),
    Case("apology", "not_applicable", CALM, parameters={"when": "always"}),
    Case(
        "apology",
        "missed",
        HEATED + "agent || ok",
        parameters={"when": "company_fault"},
        around={"incidents": [FAULT]},
    ),
    Case(
        "apology",
        "met",
        HEATED + "agent | admission apology | our mistake, sorry",
        parameters={"when": "company_fault"},
        around={"logged": False},
    ),
    Case(
        "apology",
        "not_applicable",
        HEATED + "agent || ok",
        parameters={"when": "company_fault"},
    ),
    Case(
        "apology",
        "not_observable",
        HEATED + "agent || ok",
        "no incident log",
        parameters={"when": "company_fault"},
        around={"logged": False},
    ),
    Case(
        "clarifying_question",
        "met",
        HEATED + "agent | clarifying_question | when was it",
    ),
    Case(
        "clarifying_question",
        "missed",
        HEATED
        + "agent | solution_offer | I send one\nagent | clarifying_question | when",
    ),
    Case("clarifying_question", "not_applicable", CALM),
    Case(
        "desired_outcome_question",
        "met",
        HEATED + "agent | desired_outcome_question | what",
    ),
    Case("desired_outcome_question", "missed", HEATED + "agent || ok"),
    Case(
        "desired_outcome_question",
        "not_applicable",
        HEATED + "customer | churn_threat | cancel it\nagent || ok",
        parameters={"only_if_unnamed": True},
    ),
    Case(
        "desired_outcome_question",
        "missed",
        HEATED + "agent || ok",
        parameters={"only_if_unnamed": True},
    ),
]


@pytest.mark.parametrize("case", CASES, ids=names(CASES))
def test_it_is_judged_as_the_glossary_says(case: Case) -> None:
    check(case)
