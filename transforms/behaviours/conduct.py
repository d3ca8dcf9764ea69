"""The agent's own conduct: satisfied by silence, broken by what is said."""

import numpy as np

from transforms.behaviours.judgement import Evidence, Judgement, Parameters, cues, turns
from transforms.context import Context
from transforms.heard import NEVER, Ints

RETORTS = ("hostility", "sarcasm", "argument", "judging")
"""Labels of an answer that hits back."""
_SILENCE = "never: silence satisfies it"


def calm(context: Context, parameters: Parameters) -> Judgement:
    """From the first heated turn on: no hostility, sarcasm, shouting or retort."""
    h = context.heard
    start, never = context.heat.first_heated, h.never()
    rude = h.within(h.said("agent", "hostility", "sarcasm"), start, never)
    shouting = np.flatnonzero(h.is_shouting & h.is_by["agent"])
    shouting = shouting[shouting > start[h.call_of[shouting]]]
    back = h.within(retorts(context, h.said("customer", "insult")), start, never)
    against = cues(h, np.union1d(rude, back)) + turns(h, shouting, "shouting")
    return Judgement(
        opportunity=context.heat.first_heated != NEVER,
        missed=_SILENCE,
        not_applicable="the call has no heated turn",
        violated=against,
    )


def retorts(context: Context, insults: Ints) -> Ints:
    """Hits with which the agent's next turn hits back at some insults."""
    h = context.heard
    answers = h.next_turn(np.unique(h.hit_turn[insults]), "agent")
    said = h.said("agent", *RETORTS)
    return said[np.isin(h.hit_turn[said], answers[answers != NEVER])]


def respect(context: Context, parameters: Parameters) -> Judgement:
    """In every call: no hostility, sarcasm or judging."""
    return _nothing_said(context, "hostility", "sarcasm", "judging")


def no_rushing(context: Context, parameters: Parameters) -> Judgement:
    """In every call: nothing that hurries the customer."""
    return _nothing_said(context, "rushing")


def _nothing_said(context: Context, *labels: str) -> Judgement:
    h = context.heard
    return Judgement(
        opportunity=h.any_place(h.turns_by["agent"]),
        missed=_SILENCE,
        not_applicable="the agent says nothing in this call",
        violated=cues(h, h.said("agent", *labels)),
    )


def let_slide(context: Context, parameters: Parameters) -> Judgement:
    """After the first mild insult the agent's next turn goes on with the matter."""
    h = context.heard
    insults = h.said("customer", "insult")
    insult = h.first_turn(insults[~h.hit_severe[insults]])
    answer = h.next_turn(insult, "agent")
    said = np.flatnonzero(h.hit_turn == answer[h.hit_call])
    back = np.intersect1d(said, h.said("agent", *RETORTS))
    limits = h.said("agent", "boundary", "warning_of_ending", "ending_call")
    limited = h.any_of(np.intersect1d(said, limits))
    goes_on = np.where(limited | h.any_of(back), NEVER, answer)
    return Judgement(
        opportunity=insult != NEVER,
        missed="the insult is answered with a limit, or with nothing",
        not_applicable="no mild insult",
        met=turns(h, goes_on, "goes on with the matter"),
        violated=cues(h, back),
    )


def greeting(context: Context, parameters: Parameters) -> Judgement:
    """The agent who opens the call greets within the first two turns."""
    h = context.heard
    agents = h.turns_by["agent"]
    first = h.first_place(agents)
    customer = h.first_place(h.turns_by["customer"])
    second = h.next_turn(first, "agent")
    until = np.where(second == NEVER, first, second)
    greetings: Evidence = cues(
        h, h.within(h.said("agent", "greeting"), first, until + 1)
    )
    return Judgement(
        opportunity=first < customer,
        missed="no greeting with name or offer of help in the agent's first two turns",
        not_applicable="the agent does not open the call",
        met=greetings,
    )
