"""Commitments: what agents and supervisors say that they, or the company, will do, and by when.

Which sentences are commitments: one with the label `follow_up_commitment` always is. With
`next_steps`, `solution_offer`, `goodwill_gesture` or `prevention_commitment` it says how
things go on, what could be done, or that care will be taken, and without a label it may
still say what is going to come ("the money will be back on your card on Friday", by the
words of `data/promises`). These commit to something that can be checked only where the
sentence itself names a time, asks nothing, and offers no choice ("we can", "shall we").
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING

from transforms.commitment import OUTSIDE, Commitment, zone_of
from transforms.commitment_finder import Finder

if TYPE_CHECKING:
    from transforms.context import Context


def commitments(context: "Context") -> list[Commitment]:
    """Every commitment of a batch's assessable calls, in (call, place) order.

    Commitments of one kind by one speaker in a call are one promise, said again: the last
    time that is stated counts. Where no words of the call tell a time, a linked incident
    may (its time is not that of a message); else a promise of the log is one of its own.
    """
    found = Finder(context).found()
    grouped = groupby(found, key=lambda c: (c.call, c.made_by or "", c.kind))
    kept = [_counted(list(same)) for _, same in grouped]
    dated = {each.call for each in kept if each.has_due}
    until = promised_until(context)
    written = {call: due for call, due in until.items() if call not in dated}
    told = [_by_the_log(each, written) for each in kept]
    taken = {each.call for each in told if each.read_from == "incident"}
    told += _only_logged(context, written, taken)
    return sorted(told, key=lambda c: (c.call, c.place, c.start))


def _counted(same: Sequence[Commitment]) -> Commitment:
    """Of one promise said several times, the last that says when, best in its own words."""
    timed = [each for each in same if each.has_due]
    own = [each for each in timed if each.read_from == "turn"]
    return (own or timed or same)[-1]


def promised_until(context: "Context") -> dict[int, int]:
    """The latest due time that a linked incident names, by call, in microseconds."""
    links = context.incidents.links.drop_nulls("promised_until")
    until: dict[int, int] = {}
    moments = links["promised_until"].to_physical()
    for call, moment in zip(links["call"], moments, strict=True):
        if moment > context.started[call]:
            until[call] = max(moment, until.get(call, moment))
    return until


def _by_the_log(each: Commitment, until: Mapping[int, int]) -> Commitment:
    """The same with the incident's time, where no words told one."""
    if each.has_due or each.kind == "message" or each.call not in until:
        return each
    return replace(
        each, due=until[each.call], read_from="incident", reading="by the incident log"
    )


def _only_logged(
    context: "Context", until: Mapping[int, int], taken: set[int]
) -> list[Commitment]:
    """Promises of the log of which nothing was heard in the call."""
    calls = context.heard.calls
    logged: list[Commitment] = []
    for call, due in until.items():
        if call in taken or not context.is_assessable[call]:
            continue
        started: datetime = calls["started_at"][call]
        zone = zone_of(calls["zone"][call], started, context.promising.zone)
        logged.append(
            Commitment(
                call=call,
                place=OUTSIDE,
                start=0,
                end=0,
                kind="other",
                made_by=None,
                said_at=started.astimezone(zone),
                due=due,
                read_from="incident",
                reading="by the incident log",
            )
        )
    return logged
