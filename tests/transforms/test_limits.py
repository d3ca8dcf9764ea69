"""Behaviours of `limits.py`: each verdict that they can give, on talk drawn by hand."""

import pytest

from tests.transforms.cases import CALM, HEATED, RECORD, SOON, Case, check, names

CASES = [
    Case(
        "boundary",
        "met",
        CALM + "customer | insult | fool\nagent || so\nagent | boundary | please stop",
        parameters={"after": "insult"},
    ),
    Case(
        "boundary",
        "missed",
        CALM
        + "customer | insult | fool\nagent || a\nagent || b\nagent | boundary | stop",
        parameters={"after": "insult"},
    ),
    Case(
        "boundary",
        "missed",
        CALM + "customer | insult | fool\nagent | boundary | please stop",
        "without its part `consequence`",
        parameters={"after": "insult", "required": ("consequence", "resume")},
    ),
    Case(
        "boundary",
        "met",
        CALM
        + "customer | insult | fool\n"
        + "agent | boundary warning_of_ending resume_offer | stop or I end it, call again",
        parameters={"after": "insult", "required": ("consequence", "resume")},
    ),
    Case(
        "boundary",
        "violated",
        CALM + "customer | insult | fool\nagent | boundary hostility | shut up you",
        parameters={"after": "insult"},
    ),
    Case(
        "boundary",
        "violated",
        CALM
        + "customer | insult | fool\nagent || so\nagent || no\nagent | ending_call | bye",
        parameters={"after": "insult"},
    ),
    Case("boundary", "not_applicable", CALM, parameters={"after": "insult"}),
    Case(
        "boundary",
        "not_applicable",
        CALM + "customer | insult | fool\nagent || at nine",
        parameters={"after": "abuse"},
    ),
    Case(
        "boundary",
        "missed",
        CALM + "customer | insult! | pig\nagent || at nine",
        parameters={"after": "abuse"},
    ),
    Case(
        "boundary",
        "missed",
        CALM
        + "customer | insult | fool\nagent || so\ncustomer | insult | fool\nagent || so",
        parameters={"after": "abuse"},
    ),
    Case(
        "boundary",
        "met",
        CALM
        + "customer | insult | fool\nagent | boundary | stop\n"
        + "customer | insult | fool\nagent || nine",
        parameters={"after": "abuse", "required": ("asks",)},
    ),
    Case(
        "boundary",
        "missed",
        CALM + "customer | SHOUTING | hello!!\nagent || at nine",
        parameters={"after": "harsh"},
    ),
    Case(
        "boundary_reminder",
        "met",
        CALM
        + "customer | insult | a\nagent | boundary | stop\ncustomer | insult | b\n"
        + "agent | boundary | I said stop",
    ),
    Case(
        "boundary_reminder",
        "met",
        CALM
        + "customer | insult | a\nagent | boundary | stop\ncustomer | insult | b\n"
        + "agent | ending_call resume_offer | I end it, call again when calm",
    ),
    Case(
        "boundary_reminder",
        "missed",
        CALM
        + "customer | insult | a\nagent | boundary | stop\ncustomer | insult | b\n"
        + "agent | ending_call | I end it",
    ),
    Case(
        "boundary_reminder",
        "met",
        CALM
        + "customer | insult | a\nagent | boundary | stop\ncustomer | insult | b\n"
        + "agent | ending_call | I end it",
        parameters={"firm": True},
    ),
    Case(
        "boundary_reminder",
        "violated",
        CALM
        + "customer | insult | a\nagent | boundary | stop\ncustomer | insult | b\n"
        + "agent | hostility | you are one",
    ),
    Case(
        "boundary_reminder",
        "not_applicable",
        CALM + "customer | insult | a\nagent | boundary | b",
    ),
    Case("threat_protocol", "not_applicable", CALM),
    Case(
        "threat_protocol",
        "met",
        CALM
        + "customer | threat | I come and hit you\nagent | supervisor_handover | one moment",
    ),
    Case(
        "threat_protocol",
        "met",
        CALM + "customer | threat | I come\nsupervisor || hello",
        "supervisor speaks",
    ),
    Case(
        "threat_protocol",
        "met",
        CALM + "supervisor || I am the manager\ncustomer | threat | I come",
        "made to a supervisor",
    ),
    Case(
        "threat_protocol",
        "violated",
        CALM + "supervisor || hello\nagent || back to me\ncustomer | threat | I come",
        "nobody is told",
    ),
    Case(
        "threat_protocol",
        "met",
        CALM + "customer | threat | I come",
        "incident i1",
        around={"incidents": [RECORD]},
    ),
    Case(
        "threat_protocol",
        "violated",
        CALM + "customer | threat | I come",
        "nobody is told",
    ),
    Case(
        "threat_protocol",
        "not_observable",
        CALM + "customer | threat | I come",
        "window open until 2026-10-06 09:05 UTC",
        around={"as_of": SOON},
    ),
    Case(
        "threat_protocol",
        "not_observable",
        CALM + "customer | threat | I come",
        "no incident log",
        around={"logged": False},
    ),
    Case(
        "supervisor_request_honoured",
        "met",
        CALM
        + "customer | supervisor_request | your boss\nagent | supervisor_handover | yes",
    ),
    Case(
        "supervisor_request_honoured",
        "met",
        CALM
        + "customer | supervisor_request | your boss\nagent | follow_up_commitment | rings",
    ),
    Case(
        "supervisor_request_honoured",
        "met",
        CALM + "customer | supervisor_request | your boss",
        "handed over",
        fields={"transferred_to": "supervisors"},
    ),
    Case(
        "supervisor_request_honoured",
        "missed",
        CALM + "customer | supervisor_request | your boss\nagent || at nine",
    ),
    Case(
        "supervisor_request_honoured",
        "violated",
        CALM
        + "customer | supervisor_request | your boss\nagent | supervisor_refusal | says the same\n"
        + "agent | supervisor_handover | well then",
    ),
    Case("supervisor_request_honoured", "not_applicable", CALM),
    Case(
        "seek_support",
        "met",
        HEATED + "agent | beyond_authority supervisor_handover | I may not; my manager",
    ),
    Case("seek_support", "missed", HEATED + "agent | beyond_authority | I may not"),
    Case(
        "seek_support",
        "missed",
        HEATED
        + "agent | beyond_authority hostility supervisor_handover | I may not, pest",
        "annoyance",
    ),
    Case(
        "seek_support",
        "missed",
        HEATED + "agent | solution_offer | I send\n" + "customer | anger | no\n" * 6,
        parameters={"reasons": ("long_heat",)},
    ),
    Case(
        "seek_support",
        "not_applicable",
        HEATED + "agent | solution_offer | I send\n" + "customer | anger | no\n" * 5,
        parameters={"reasons": ("long_heat",)},
    ),
    Case(
        "seek_support",
        "missed",
        HEATED
        + "customer | insult | a\nagent | boundary | stop\ncustomer | insult | b",
        parameters={"reasons": ("abuse_after_boundary",)},
    ),
    Case(
        "seek_support",
        "not_applicable",
        HEATED + "agent | beyond_authority | I may not",
        parameters={"reasons": ("abuse_after_boundary",)},
    ),
]


@pytest.mark.parametrize("case", CASES, ids=names(CASES))
def test_it_is_judged_as_the_glossary_says(case: Case) -> None:
    check(case)
