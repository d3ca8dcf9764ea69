"""Behaviours of `conduct.py`: each verdict that they can give, on talk drawn by hand."""

import pytest

from tests.transforms.cases import CALM, HEATED, Case, check, names

CASES = [
    Case("greeting", "met", CALM),
    Case(
        "greeting",
        "met",
        "agent || Fjordnet\nagent | greeting | hello, Dana\ncustomer || hi",
    ),
    Case("greeting", "missed", "agent || yes\ncustomer || hello"),
    Case("greeting", "not_applicable", "customer || hello\nagent | greeting | hello"),
    Case("calm", "met", HEATED + "agent || let me see", "nothing against"),
    Case("calm", "violated", HEATED + "agent | hostility | are you deaf", "hostility"),
    Case("calm", "violated", HEATED + "agent | sarcasm | well done genius"),
    Case("calm", "violated", HEATED + "agent | SHOUTING | no!!!", "shouting"),
    Case(
        "calm",
        "violated",
        HEATED + "customer | insult | fool\nagent | argument | you are",
    ),
    Case("calm", "met", "agent | hostility | what now\n" + HEATED),
    Case("calm", "not_applicable", CALM, "not a heated call"),
    Case("respect", "met", CALM),
    Case(
        "respect",
        "violated",
        CALM + "agent | judging | you should have read it",
        "judging",
    ),
    Case("respect", "met", CALM + "supervisor | judging | you should have read it"),
    Case("respect", "not_applicable", "customer || hello"),
    Case("no_rushing", "met", CALM),
    Case("no_rushing", "not_applicable", "customer || hello"),
    Case("no_rushing", "violated", CALM + "agent | rushing | hurry up"),
    Case("let_slide", "met", CALM + "customer | insult | fool\nagent || at nine"),
    Case(
        "let_slide",
        "missed",
        CALM + "customer | insult | fool\nagent | boundary | please",
    ),
    Case("let_slide", "missed", CALM + "customer | insult | fool"),
    Case(
        "let_slide",
        "violated",
        CALM + "customer | insult | fool\nagent | argument | no",
    ),
    Case(
        "let_slide", "not_applicable", CALM + "customer | insult! | pig\nagent || nine"
    ),
]


@pytest.mark.parametrize("case", CASES, ids=names(CASES))
def test_it_is_judged_as_the_glossary_says(case: Case) -> None:
    check(case)
