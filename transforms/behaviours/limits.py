"""Limits and help: boundaries, threats, supervisors, support."""

import numpy as np

from transforms.behaviours.judgement import (
    Evidence,
    Judgement,
    Notes,
    Parameters,
    both,
    cues,
    flag,
    note,
    open_until,
    records,
    several,
    turns,
    word,
)
from transforms.behaviours.resolving import heated_after_solution, supervisor_places
from transforms.context import Context
from transforms.escalation import is_transferred, supervisor_requests
from transforms.heard import NEVER, Ints, Mask
from transforms.incidents import HOUR

PARTS = {
    "asks": ("boundary",),
    "consequence": ("warning_of_ending", "ending_call"),
    "resume": ("resume_offer",),
}
"""The parts of a boundary that can be heard, and the labels that say them."""
_LIMITS = ("boundary", "warning_of_ending")


def boundary(context: Context, parameters: Parameters) -> Judgement:
    """Within two agent turns of rudeness asks to stop, or states the consequence."""
    h = context.heard
    trigger, earliest = _trigger(context, word(parameters, "after", "insult"))
    until = _answered_until(context, trigger) + 1
    limits = h.within(h.said("staff", *_LIMITS), earliest + 1, until)
    labels = [label for names in PARTS.values() for label in names]
    said = h.within(h.said("staff", *labels), earliest + 1, until)
    met = h.any_of(limits)
    lacking: Notes | None = None
    for part in several(parameters, "required", ()):
        part_said = h.any_of(np.intersect1d(said, h.said("staff", *PARTS[part])))
        gap = h.any_of(limits) & ~part_said
        words = f"a limit is set, but without its part `{part}`"
        lacking = note(gap, words) if lacking is None else lacking.otherwise(gap, words)
        met &= part_said
    rude = h.within(h.said("agent", "hostility", "sarcasm"), trigger + 1, until)
    return Judgement(
        opportunity=trigger != NEVER,
        missed="no limit within the agent's next turns",
        not_applicable="nothing said to the agent calls for a limit",
        met=cues(h, said).only(met),
        violated=cues(h, rude) + _ended_unwarned(context, trigger),
        instead=lacking,
    )


def _trigger(context: Context, after: str) -> tuple[Ints, Ints]:
    """What calls for a limit in each call, and from where one already set counts."""
    h = context.heard
    insults = h.hit_turn[h.said("customer", "insult")]
    if after == "insult":
        first = h.first_place(insults)
        return first, first
    if after == "abuse":
        trigger = h.first_place(context.abuse)
        return trigger, np.where(
            trigger == NEVER, NEVER, np.minimum(trigger, h.first_place(insults))
        )
    shouting = np.flatnonzero(h.is_shouting & h.is_by["customer"])
    # Swearing at things, in a calm call, is no rudeness to the agent.
    swearing = h.said("customer", "profanity")
    swearing = swearing[context.heat.is_heated[h.hit_call[swearing]]]
    rude = h.hit_turn[np.concatenate((h.said("customer", "insult"), swearing))]
    first = h.first_place(np.unique(np.concatenate((shouting, rude))))
    return first, first


def _answered_until(context: Context, trigger: Ints) -> Ints:
    """Place of the last of the agent's (or supervisor's) turns that still answer."""
    h = context.heard
    last = trigger
    for nth in range(1, int(context.thresholds.boundary_turns.value) + 1):
        following = h.next_turn(trigger, "staff", nth)
        last = np.where(following != NEVER, following, last)
    return last


def _ended_unwarned(context: Context, trigger: Ints) -> Evidence:
    """Calls that the agent ends after the trigger, with no warning before."""
    h = context.heard
    ended = h.within(h.said("agent", "ending_call"), trigger, h.never())
    warned = h.first_key(h.said("staff", "warning_of_ending", "boundary"))
    return cues(h, ended[h.hit_key[ended] < warned[h.hit_call[ended]]])


def boundary_reminder(context: Context, parameters: Parameters) -> Judgement:
    """Abuse after a boundary: reminds once more, or ends the call offering to resume."""
    h = context.heard
    again = context.abuse_after_boundary
    until = _answered_until(context, again) + 1
    reminded = h.within(h.said("staff", *_LIMITS), again + 1, until)
    ended = h.within(h.said("staff", "ending_call"), again + 1, until)
    if not flag(parameters, "firm"):
        resumed = h.any_of(h.within(h.said("staff", "resume_offer"), again, h.never()))
        ended = ended[resumed[h.hit_call[ended]]]
    rude = h.within(h.said("agent", "hostility", "sarcasm"), again + 1, until)
    return Judgement(
        opportunity=again != NEVER,
        missed="abuse goes on after the limit, and is not answered by it again",
        not_applicable="no abuse after a limit",
        met=cues(h, np.union1d(reminded, ended)),
        violated=cues(h, rude),
    )


def threat_protocol(context: Context, parameters: Parameters) -> Judgement:
    """After a threat of violence: supervisor, security, or an incident within the hours."""
    h = context.heard
    threat = h.first_turn(h.said("customer", "threat"))
    supervisors = h.turns_by["supervisor"]
    spoke = supervisors[supervisors > threat[h.call_of[supervisors]]]
    said = h.within(h.said("staff", "supervisor_handover"), threat, h.never())
    moved = np.flatnonzero(is_transferred(h))
    met = (
        cues(h, said)
        + turns(h, spoke, "a supervisor speaks")
        + turns(h, _told_to(context, threat), "the threat is made to a supervisor")
        + records(moved, "handed over, says the source")
        + _logged(context)
    )
    closes = _closing(context, context.thresholds.threat_hours.value * HOUR)
    alone = (threat != NEVER) & ~met.calls(context.count)
    waiting = alone & (closes > context.as_of)
    silent = alone & ~waiting & ~context.is_logged
    violated = turns(h, np.where(alone, threat, NEVER), "nobody is told of the threat")
    return Judgement(
        opportunity=threat != NEVER,
        missed="",
        not_applicable="no threat of violence",
        met=met,
        violated=violated,
        unobservable=both(
            open_until(context, waiting, closes),
            note(silent, "no incident log covers the day"),
        ),
        closes=np.where(waiting, closes, NEVER),
    )


def _told_to(context: Context, threat: Ints) -> Ints:
    """Place of the supervisor's turn that each threat answers; NEVER where it is no such."""
    h = context.heard
    staff = np.flatnonzero(h.is_by["staff"])
    found = h.never()
    calls = np.flatnonzero(threat != NEVER)
    at = np.searchsorted(staff, threat[calls]) - 1
    calls, places = calls[at >= 0], staff[at[at >= 0]]
    own = (h.call_of[places] == calls) & h.is_by["supervisor"][places]
    found[calls[own]] = places[own]
    return found


def _closing(context: Context, length: float) -> Ints:
    """When a window of some microseconds after each call closes."""
    since = np.where(context.ended == NEVER, context.started, context.ended)
    return since + int(length)


def _logged(context: Context) -> Evidence:
    """Incidents linked to the calls and written down within the hours after a threat."""
    hours = context.thresholds.threat_hours.value * HOUR
    links = context.incidents.links
    intime = links.filter(links["late"].fill_null(NEVER) <= hours)
    first = intime.unique("call", keep="first", maintain_order=True)
    words = [f"incident {name}" for name in first["incident_id"]]
    return records(first["call"].to_numpy(), words)


def supervisor_request_honoured(context: Context, parameters: Parameters) -> Judgement:
    """A customer who asks for a supervisor gets one, now or by a call back."""
    h = context.heard
    requests = supervisor_requests(h)
    moved = np.flatnonzero(requests.is_transferred)
    helped = np.union1d(requests.hand_overs, requests.callbacks)
    return Judgement(
        opportunity=requests.asked != NEVER,
        missed="the request for a supervisor leads to nothing",
        not_applicable="nobody asks for a supervisor",
        met=cues(h, helped)
        + turns(h, requests.spoke, "a supervisor speaks")
        + records(moved, "handed over, says the source"),
        violated=cues(h, requests.refusals),
    )


def seek_support(context: Context, parameters: Parameters) -> Judgement:
    """Involves a colleague or manager, without annoyance, when it is too much alone."""
    h = context.heard
    occasion = h.none()
    for reason in several(parameters, "reasons", tuple(REASONS)):
        occasion |= REASONS[reason](context)
    handed = h.said("agent", "supervisor_handover")
    rude = h.hit_turn[h.said("agent", "hostility", "sarcasm")]
    annoyed = h.any_of(handed[np.isin(h.hit_turn[handed], rude)])
    moved = records(np.flatnonzero(is_transferred(h)), "handed over, says the source")
    met = cues(h, handed) + supervisor_places(context) + moved
    return Judgement(
        opportunity=occasion,
        missed="nobody is asked to help",
        not_applicable="nothing that calls for a second person",
        met=met.only(~annoyed),
        instead=note(annoyed, "help is called in with annoyance"),
    )


def _long_heat(context: Context) -> Mask:
    h = context.heard
    warm = np.bincount(h.call_of[heated_after_solution(context)], minlength=h.count)
    return warm > context.thresholds.seek_support_turns.value


def _abuse_after_boundary(context: Context) -> Mask:
    return context.abuse_after_boundary != NEVER


def _beyond_authority(context: Context) -> Mask:
    h = context.heard
    return h.any_of(h.said("agent", "beyond_authority"))


REASONS = {
    "long_heat": _long_heat,
    "abuse_after_boundary": _abuse_after_boundary,
    "beyond_authority": _beyond_authority,
}
"""The occasions on which support is to be sought."""
