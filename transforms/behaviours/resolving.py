"""Working on the problem: solutions, promises, wording, goodwill, next steps."""

import numpy as np

from transforms.behaviours.judgement import (
    Evidence,
    Judgement,
    Parameters,
    cues,
    flag,
    note,
    turns,
)
from transforms.context import SOLUTIONS, Context
from transforms.heard import NEVER, Ints, Mask

_NO_SOLUTION = "no solution is offered"
_ALTERNATIVES = ("positive_wording", *SOLUTIONS, "supervisor_handover")


def solution_offer(context: Context, parameters: Parameters) -> Judgement:
    """Something concrete that will be done, found out, or can be chosen; not too early."""
    h = context.heard
    labels = (
        (*SOLUTIONS, "ownership") if flag(parameters, "ownership_counts") else SOLUTIONS
    )
    early = context.is_cut_short & (context.solution_turn == context.account_end)
    offers = h.within(
        h.said("agent", *SOLUTIONS), context.account_end, context.account_end + 1
    )
    ended = h.any_of(h.said("agent", "ending_call", "warning_of_ending"))
    return Judgement(
        opportunity=~(ended & (context.ending != NEVER)),
        missed="nothing concrete is offered",
        not_applicable="the agent ended the call on the customer",
        met=cues(h, h.said("staff", *labels)),
        violated=cues(h, offers).only(early),
    )


def solution_check(context: Context, parameters: Parameters) -> Judgement:
    """With or after a solution asks whether it will do, or which of the options."""
    h = context.heard
    asked = h.within(
        h.said("staff", "solution_check"), context.solution_turn, h.never()
    )
    return Judgement(
        opportunity=context.solution_turn != NEVER,
        missed="nobody asks whether the solution will do",
        not_applicable=_NO_SOLUTION,
        met=cues(h, asked),
    )


def heated_after_solution(context: Context) -> Ints:
    """Places of customer turns at or over the threshold after the first solution."""
    h = context.heard
    warm = np.flatnonzero(context.heat.degrees >= context.thresholds.heated.value)
    return warm[warm > context.solution_turn[h.call_of[warm]]]


def cooling_off_offer(context: Context, parameters: Parameters) -> Judgement:
    """Offers time to consider when the customer stays heated after the solution."""
    h = context.heard
    still = h.any_place(heated_after_solution(context))
    offered = h.said("staff", "cooling_off_offer")
    return Judgement(
        opportunity=still,
        missed="the customer stays heated after the solution, and no time is offered",
        not_applicable="no solution is offered, or the customer has cooled after it",
        met=cues(h, h.within(offered, context.solution_turn, h.never())),
    )


def positive_wording(context: Context, parameters: Parameters) -> Judgement:
    """What cannot be done is followed by what can, in the same or the next agent turn."""
    h = context.heard
    negative = _negative_wording(context)
    here = h.hit_turn[negative]
    following = h.next_turn(here, "agent")
    helping = np.unique(h.hit_turn[h.said("agent", *_ALTERNATIVES)])
    helped = np.isin(here, helping) | np.isin(following, helping)
    places = np.concatenate((here[helped], following[helped]))
    said = h.said("agent", *_ALTERNATIVES)
    return Judgement(
        opportunity=h.any_of(negative),
        missed="no alternative",
        not_applicable="the agent uses no negative wording",
        met=cues(h, said[np.isin(h.hit_turn[said], places)]),
        violated=cues(h, negative[~helped]),
    )


def goodwill(context: Context, parameters: Parameters) -> Judgement:
    """A gesture or an exception where the wish is refused or the company is at fault."""
    h = context.heard
    occasion = _is_refused(context) | context.is_at_fault
    gestures = h.said("staff", "goodwill_gesture")
    against = cues(h, gestures[:0])
    if flag(parameters, "permission_required"):
        against = cues(h, _without_permission(context))
    unknown = ~occasion & ~context.is_logged
    return Judgement(
        opportunity=occasion,
        missed="no gesture of goodwill",
        not_applicable="the wish is not refused, and the company is not known to be at fault",
        met=cues(h, gestures),
        violated=against,
        unobservable=note(
            unknown, "no incident log covers the day, so fault is unknown"
        ),
    )


def _is_refused(context: Context) -> Mask:
    """Calls in which the agent refuses what the customer wants."""
    h = context.heard
    refused = h.any_of(h.said("agent", "beyond_authority", "supervisor_refusal"))
    return refused | h.any_of(_negative_wording(context))


def _negative_wording(context: Context) -> Ints:
    """The agent's negative wording outside the turns that set a boundary."""
    h = context.heard
    negative = h.said("agent", "negative_wording")
    limits = h.said("agent", "boundary", "warning_of_ending", "ending_call")
    return negative[~np.isin(h.hit_turn[negative], h.hit_turn[limits])]


def _without_permission(context: Context) -> Ints:
    """The agent's gestures before any word of, or with, a supervisor."""
    h = context.heard
    said = h.said("staff", "supervisor_handover", "beyond_authority")
    asked = np.minimum(h.first_turn(said), h.first_place(h.turns_by["supervisor"]))
    gestures = h.said("agent", "goodwill_gesture")
    return gestures[h.hit_turn[gestures] < asked[h.hit_call[gestures]]]


def next_steps(context: Context, parameters: Parameters) -> Judgement:
    """Says what happens next, and gives a contact or a time."""
    h = context.heard
    since, never = context.solution_turn, h.never()
    steps = h.within(h.said("staff", "next_steps"), since, never)
    commitments = h.within(h.said("staff", "follow_up_commitment"), since, never)
    contacts = h.within(h.said("staff", "contact_details"), since, never)
    timed = _timed(context, steps)
    told = h.any_of(commitments) | h.any_of(timed)
    told |= h.any_of(steps) & h.any_of(contacts)
    evidence: Evidence = cues(
        h, np.unique(np.concatenate((steps, commitments, contacts)))
    )
    return Judgement(
        opportunity=context.solution_turn != NEVER,
        missed="what happens next is not said",
        not_applicable=_NO_SOLUTION,
        met=evidence.only(told),
        instead=note(
            h.any_of(steps) & ~told,
            "says what happens next, but gives no contact or time",
        ),
    )


def _timed(context: Context, steps: Ints) -> Ints:
    """Those of the hits in whose turn a figure stands: the plainest sign of a time."""
    texts = context.heard.text_at(context.heard.hit_turn[steps])
    return steps[texts.str.contains(r"\d").to_numpy()] if len(steps) else steps


def supervisor_places(context: Context) -> Evidence:
    """Turns in which a supervisor speaks, as evidence."""
    h = context.heard
    return turns(h, h.turns_by["supervisor"], "a supervisor speaks")
