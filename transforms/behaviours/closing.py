"""How a call ends: thanks, and what is done so that it does not happen again."""

import numpy as np

from transforms.behaviours.judgement import Judgement, Parameters, cues
from transforms.context import Context
from transforms.heard import NEVER

_NO_CLOSING = "the call is broken off"


def thanks_for_raising(context: Context, parameters: Parameters) -> Judgement:
    """Thanks the customer in the closing, or right after the account."""
    h = context.heard
    thanks = h.said("staff", "thanks")
    closing = h.within(thanks, context.closing_start, h.end)
    at_account = np.where(context.is_account_answered, context.account_end, NEVER)
    places = (at_account, context.hand_over)
    said = [closing, *(h.within(thanks, place, place + 1) for place in places)]
    return Judgement(
        opportunity=context.has_closing,
        missed="no thanks in the closing or after the account",
        not_applicable=_NO_CLOSING,
        met=cues(h, np.unique(np.concatenate(said))),
    )


def prevention_commitment(context: Context, parameters: Parameters) -> Judgement:
    """Says that it will be looked into, or prevented from now on."""
    h = context.heard
    not_ours = context.incidents.fault == 0
    return Judgement(
        opportunity=context.has_closing & ~not_ours,
        missed="no word of looking into it, or of preventing it",
        not_applicable="the call is broken off, or the fault is known not to be ours",
        met=cues(h, h.said("staff", "prevention_commitment")),
    )
