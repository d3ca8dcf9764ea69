"""Letting the customer tell: the account, nods, and asking for it."""

import numpy as np

from transforms.behaviours.judgement import (
    Evidence,
    Judgement,
    Parameters,
    cues,
    turns,
)
from transforms.context import Context
from transforms.heard import NEVER, Ints, Mask

_NO_ACCOUNT = "the customer gives no account"


def let_vent(context: Context, parameters: Parameters) -> Judgement:
    """The account is heard out: few words of the agent in it, no interruption or argument."""
    h = context.heard
    start, ending = context.account_start, context.account_end
    answer = np.where(context.is_account_answered, ending, NEVER)
    one = _at_or_after(context, answer)
    two = h.next_turn(one, "agent")
    last = np.where(two != NEVER, two, np.where(one != NEVER, one, ending))
    argued = h.within(h.said("agent", "argument"), start, last + 1)
    cut = turns(
        h, np.where(context.is_cut_short, ending, NEVER), "cuts into the account"
    )
    return Judgement(
        opportunity=context.has_account,
        missed="the agent takes too large a share of the account's words",
        not_applicable=_NO_ACCOUNT,
        met=_left_to_speak(context),
        violated=cues(h, argued) + cut,
    )


def _at_or_after(context: Context, places: Ints) -> Ints:
    """The agent's turn at each place, or the first after it."""
    before = np.where(places == NEVER, NEVER, places - 1)
    return np.where(
        places == NEVER, NEVER, context.heard.next_turn(np.maximum(before, 0), "agent")
    )


def _left_to_speak(context: Context) -> Evidence:
    """Accounts in which the agent's words are within the share allowed."""
    h = context.heard
    inside = np.arange(len(h.call_of))
    inside = inside[inside >= context.account_start[h.call_of]]
    inside = inside[inside < context.account_end[h.call_of[inside]]]
    words = np.bincount(h.call_of[inside], weights=h.words[inside], minlength=h.count)
    mine = inside[h.is_by["agent"][inside]]
    said = np.bincount(h.call_of[mine], weights=h.words[mine], minlength=h.count)
    share = context.thresholds.account_share.value
    little = context.has_account & (said <= share * words)
    rule = f"the agent says at most {share:.0%} of the account's words"
    return turns(h, np.where(little, context.account_start, NEVER), rule)


def invite_account(context: Context, parameters: Parameters) -> Judgement:
    """Asks what happened, or to explain in detail."""
    h = context.heard
    return Judgement(
        opportunity=context.heat.is_heated,
        missed="nobody asks the customer to tell what happened",
        not_applicable="not a heated call",
        met=cues(h, h.said("staff", "invite_account")),
    )


def backchannel(context: Context, parameters: Parameters) -> Judgement:
    """A short spoken nod within a long stretch of the customer, or right after it."""
    h = context.heard
    stretch, is_after = long_stretches(context)
    nods = h.said("agent", "backchannel")
    nods = nods[is_after[h.hit_turn[nods]]]
    customers = h.turns_by["customer"]
    return Judgement(
        opportunity=h.any_place(customers[stretch[customers] >= 0]),
        missed="no nod in or after a long stretch of the customer",
        not_applicable="the customer never speaks for long",
        met=cues(h, nods),
    )


def long_stretches(context: Context) -> tuple[Ints, Mask]:
    """The long stretches of customers: each turn's number, and where a nod would count.

    Returns:
        For each turn the number of the long stretch in which or right after which it
        stands, -1 for none; and whether the customer has begun to speak in it.
    """
    h = context.heard
    opens = np.zeros(len(h.call_of), dtype=np.bool_)
    opens[h.first[h.end > h.first]] = True
    # A stretch runs from one substantive turn of the agent's side to the next.
    stretch = np.cumsum(opens | context.is_substantive) - 1
    customers = h.turns_by["customer"]
    long = _are_long(context, stretch, customers)
    began = np.full(len(long), NEVER)
    began[stretch[customers][::-1]] = customers[::-1]
    is_after = long[stretch] & (np.arange(len(stretch)) > began[stretch])
    return np.where(long[stretch], stretch, -1), is_after


def _are_long(context: Context, stretch: Ints, customers: Ints) -> Mask:
    """Which stretches are long: by the clock where all its turns have times, else by words."""
    h, t = context.heard, context.thresholds
    count = int(stretch[-1]) + 1 if len(stretch) else 0
    of = stretch[customers]
    words = np.bincount(of, weights=h.words[customers], minlength=count)
    seconds = np.bincount(
        of, weights=h.ends[customers] - h.starts[customers], minlength=count
    )
    by_words = words >= t.stretch_words.value
    return np.where(np.isnan(seconds), by_words, seconds >= t.stretch_seconds.value)
