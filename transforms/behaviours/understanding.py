"""Showing that the problem is understood: restating, asking, empathy, apology."""

import numpy as np

from transforms.behaviours.judgement import (
    Judgement,
    Parameters,
    cues,
    flag,
    note,
    turns,
    word,
)
from transforms.context import SOLUTIONS, Context
from transforms.heard import NEVER, Ints

_ASKING = ("confirm_understanding", "clarifying_question", "invite_account")
_NOT_HEATED = "not a heated call"
_OVERLAP = "repeats the account's own words"


def restatement(context: Context, parameters: Parameters) -> Judgement:
    """Repeats the problem before the first solution, by a cue or in the account's words."""
    h = context.heard
    said = context.restated
    if flag(parameters, "asking_counts"):
        asked = h.within(h.said("staff", *_ASKING), context.account_start, h.never())
        said = np.union1d(said, h.keyed_before(asked, context.solution_key))
    retold = context.retold
    retold = retold[~h.any_of(said)[h.call_of[retold]]]
    return Judgement(
        opportunity=context.has_account,
        missed="the problem is not repeated before the first solution",
        not_applicable="the customer gives no account",
        met=cues(h, said) + turns(h, retold, _OVERLAP),
    )


def _restated(context: Context) -> Ints:
    """Place of each call's first restatement, or NEVER."""
    h = context.heard
    return np.minimum(h.first_turn(context.restated), h.first_place(context.retold))


def confirm_understanding(context: Context, parameters: Parameters) -> Judgement:
    """After a restatement asks whether it is right, and heeds the answer."""
    h = context.heard
    restated = _restated(context)
    last = restated
    for nth in range(int(context.thresholds.confirm_turns.value), 0, -1):
        following = h.next_turn(restated, "staff", nth)
        last = np.where((last == restated) & (following != NEVER), following, last)
    asked = h.within(h.said("staff", "confirm_understanding"), restated, last + 1)
    return Judgement(
        opportunity=restated != NEVER,
        missed="the summary is not put to the customer as a question",
        not_applicable="nothing is restated",
        met=cues(h, asked),
        violated=cues(h, _solution_in_spite(context, restated)),
    )


def _solution_in_spite(context: Context, restated: Ints) -> Ints:
    """Solutions with which the agent goes on after the customer says that it is wrong."""
    h = context.heard
    rejections = h.within(h.said("customer", "summary_rejected"), restated, h.never())
    rejected = h.first_turn(rejections)
    again = h.within(h.said("staff", "restatement", *_ASKING), rejected, h.never())
    offers = h.within(h.said("agent", *SOLUTIONS), rejected, h.never())
    first = h.first_hit(offers)
    calls = np.flatnonzero(
        (first != NEVER) & (h.first_key(offers) < h.first_key(again))
    )
    return first[calls]


def empathy(context: Context, parameters: Parameters) -> Judgement:
    """An empathic statement on the customer's feeling or situation, and no judging."""
    h = context.heard
    return Judgement(
        opportunity=context.heat.is_heated,
        missed="no empathic statement",
        not_applicable=_NOT_HEATED,
        met=cues(h, h.said("staff", "empathy")),
        violated=cues(h, h.said("agent", "judging")),
    )


def apology(context: Context, parameters: Parameters) -> Judgement:
    """An apology for the matter: always, or when the company is at fault."""
    h = context.heard
    said = cues(h, h.said("staff", "apology"))
    if word(parameters, "when", "always") == "always":
        return Judgement(
            opportunity=context.heat.is_heated,
            missed="no apology",
            not_applicable=_NOT_HEATED,
            met=said,
        )
    unknown = ~context.is_at_fault & ~context.is_logged
    return Judgement(
        opportunity=context.is_at_fault,
        missed="the company is at fault, and nobody apologises",
        not_applicable="neither an incident nor the agent says that the company is at fault",
        met=said,
        unobservable=note(
            unknown, "no incident log covers the day, so fault is unknown"
        ),
    )


def clarifying_question(context: Context, parameters: Parameters) -> Judgement:
    """A factual question on the problem before the first solution."""
    h = context.heard
    asked = h.keyed_before(h.said("staff", "clarifying_question"), context.solution_key)
    return Judgement(
        opportunity=context.heat.is_heated,
        missed="no factual question before the first solution",
        not_applicable=_NOT_HEATED,
        met=cues(h, asked),
    )


def desired_outcome_question(context: Context, parameters: Parameters) -> Judgement:
    """Asks what the customer wants; by parameter only if the customer has not said so.

    What customers want has no label of its own: asking for a supervisor and leaving are
    the outcomes that can be heard.
    """
    h = context.heard
    opportunity = context.heat.is_heated
    asked = h.said("staff", "desired_outcome_question")
    if flag(parameters, "only_if_unnamed"):
        named = h.first_key(h.said("customer", "supervisor_request", "churn_threat"))
        until = np.minimum(context.solution_key, h.first_key(asked))
        opportunity = opportunity & ~((named != NEVER) & (named < until))
    return Judgement(
        opportunity=opportunity,
        missed="nobody asks what the customer wants",
        not_applicable="the customer says what is wanted",
        met=cues(h, asked),
    )
