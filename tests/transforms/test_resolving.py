"""Behaviours of `resolving.py`: each verdict that they can give, on talk drawn by hand."""

import pytest

from tests.transforms.cases import CALM, FAULT, HEATED, Case, check, names

CASES = [
    Case("solution_offer", "met", HEATED + "agent | solution_offer | I send one"),
    Case("solution_offer", "met", HEATED + "supervisor | solution_offer | I send one"),
    Case("solution_offer", "missed", HEATED + "agent | ownership | I do my best"),
    Case(
        "solution_offer",
        "met",
        HEATED + "agent | ownership | I do my best",
        parameters={"ownership_counts": True},
    ),
    Case(
        "solution_offer",
        "violated",
        "customer | complaint anger | it broke | 0-10\nagent | solution_offer | I send | 8-12",
    ),
    Case(
        "solution_offer",
        "not_applicable",
        HEATED
        + "customer | insult! | pig\nagent | warning_of_ending | or I hang up\n"
        + "customer | insult! | pig\nagent | ending_call | I end the call now",
    ),
    Case(
        "solution_check",
        "met",
        HEATED + "agent | solution_offer solution_check | I send, ok",
    ),
    Case("solution_check", "missed", HEATED + "agent | solution_offer | I send"),
    Case("solution_check", "not_applicable", HEATED + "agent || ok"),
    Case(
        "cooling_off_offer",
        "met",
        HEATED
        + "agent | solution_offer | I send\ncustomer | anger | no\n"
        + "agent | cooling_off_offer | sleep on it",
    ),
    Case(
        "cooling_off_offer",
        "missed",
        HEATED + "agent | solution_offer | I send\ncustomer | anger | no\nagent || ok",
    ),
    Case(
        "cooling_off_offer",
        "not_applicable",
        HEATED + "agent | solution_offer | I send\ncustomer | resolved | good",
    ),
    Case(
        "positive_wording",
        "met",
        CALM + "agent | negative_wording positive_wording | no, but",
    ),
    Case(
        "positive_wording",
        "met",
        CALM
        + "agent | negative_wording | I can't\ncustomer || oh\nagent | solution_offer | I",
    ),
    Case("positive_wording", "violated", CALM + "agent | negative_wording | I can't"),
    Case(
        "positive_wording",
        "violated",
        CALM
        + "agent | negative_wording | I can't\nagent | positive_wording | what I can\n"
        + "agent | negative_wording | no way\nagent || so",
    ),
    Case(
        "positive_wording",
        "not_applicable",
        CALM + "agent | negative_wording boundary | no",
    ),
    Case(
        "goodwill",
        "met",
        HEATED + "agent | negative_wording goodwill_gesture | no, but a gift",
    ),
    Case("goodwill", "missed", HEATED + "agent || ok", around={"incidents": [FAULT]}),
    Case("goodwill", "not_applicable", HEATED + "agent || ok"),
    Case(
        "goodwill",
        "not_observable",
        HEATED + "agent || ok",
        "no incident log",
        around={"logged": False},
    ),
    Case(
        "goodwill",
        "violated",
        HEATED + "agent | negative_wording goodwill_gesture | no, but a gift",
        parameters={"permission_required": True},
    ),
    Case(
        "goodwill",
        "met",
        HEATED
        + "agent | beyond_authority | let me ask\nsupervisor || fine\n"
        + "agent | goodwill_gesture | a gift",
        parameters={"permission_required": True},
    ),
    Case(
        "next_steps",
        "met",
        HEATED
        + "agent | solution_offer next_steps contact_details | I send; a text comes; 12",
    ),
    Case(
        "next_steps",
        "met",
        HEATED + "agent | solution_offer next_steps | it comes before 5 o'clock",
    ),
    Case(
        "next_steps",
        "met",
        HEATED + "agent | follow_up_commitment | I ring you by four",
    ),
    Case(
        "next_steps", "missed", HEATED + "agent | solution_offer | I send", "not said"
    ),
    Case(
        "next_steps",
        "missed",
        HEATED + "agent | solution_offer next_steps | I send; a text comes",
        "no contact or time",
    ),
    Case("next_steps", "not_applicable", HEATED + "agent || ok"),
]


@pytest.mark.parametrize("case", CASES, ids=names(CASES))
def test_it_is_judged_as_the_glossary_says(case: Case) -> None:
    check(case)
