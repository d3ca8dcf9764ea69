"""How calls escalate: who started it and what came before, what came of it, who disagrees."""

from typing import Final

import numpy as np
import polars as pl

from transforms.adherence import dimensions
from transforms.context import SOLUTIONS, Context
from transforms.contracts.escalation_marts import (
    ESCALATION_EVENTS,
    EVENT_TYPES,
    LINKED_BY,
    OUTCOMES,
    STARTED_BY,
    SUPERVISOR_REQUESTS,
)
from transforms.detection.labels import LABELS
from transforms.escalation import (
    OUTSIDE,
    Escalations,
    own_records,
    supervisor_requests,
)
from transforms.heard import NEVER, By, Floats, Ints, Mask, gathered

_CODES: Final = {event: code for code, event in enumerate(EVENT_TYPES)}
_BY_AGENT: Final = ("supervisor_refusal", "agent_ended_call", "supervisor_transfer")
_LABELS: Final = tuple(LABELS)


def escalation_events(context: Context, events: Escalations) -> pl.DataFrame:
    """One row for each escalation event of a call, with who started it and what came before.

    Args:
        context: the calls.
        events: their events, as `escalations` finds them.
    """
    h = context.heard
    inside = events.place != OUTSIDE
    turn = np.full(len(events.place), OUTSIDE)
    turn[inside] = h.turn[events.place[inside]]
    seconds = np.full(len(events.place), np.nan)
    seconds[inside] = h.starts[events.place[inside]]
    formal = np.full(context.count, -1, dtype=np.int64)
    complaints = context.incidents.formal
    formal[complaints["call"].to_numpy()] = np.arange(complaints.height)
    is_formal = events.event == _CODES["formal_complaint"]
    incident = np.where(is_formal, formal[events.call], -1)
    same_call = gathered(complaints["same_call"], incident)
    call = pl.Series(events.call, dtype=pl.UInt32)
    frame = pl.DataFrame(
        {
            "call_id": h.calls["call_id"].gather(call),
            "day": h.calls["day"].gather(call),
            "event_type": _named(EVENT_TYPES, events.event),
            "turn": turn,
            "started_by": _started_by(context, events),
            "at_seconds": pl.Series(seconds).fill_nan(None),
            "temperature": _temperature(context, events.place),
            "before": _before(context, events),
            "incident_id": gathered(complaints["incident_id"], incident),
            "linked_by": same_call.replace_strict(
                {True: "call id", False: "customer and time"},
                return_dtype=LINKED_BY,
            ),
            "is_own_record": is_formal & own_records(h, context.incidents)[events.call],
        }
    )
    conformed = ESCALATION_EVENTS.conform(frame.lazy()).collect()
    return conformed.sort(ESCALATION_EVENTS.key)


def _named(names: tuple[str, ...], codes: Ints) -> pl.Series:
    told = pl.Series(names, dtype=pl.Enum(names))
    return told.gather(pl.Series(codes, dtype=pl.UInt32))


def _started_by(context: Context, events: Escalations) -> pl.Series:
    """The customer's doing, but for what agents do unasked, and what only sources tell."""
    customer, agent, source = range(3)
    codes = np.full(len(events.call), customer)
    by_agent = np.isin(events.event, [_CODES[name] for name in _BY_AGENT])
    asked = supervisor_requests(context.heard).asked[events.call]
    transfer = events.event == _CODES["supervisor_transfer"]
    wished = transfer & np.where(
        events.place == OUTSIDE, asked != NEVER, asked < events.place
    )
    codes[by_agent & ~wished] = agent
    codes[(events.place == OUTSIDE) & ~transfer] = source
    return _named(tuple(STARTED_BY.categories), codes)


def _temperature(context: Context, places: Ints) -> pl.Series:
    """The customer's temperature at, or last before, each place."""
    turns = context.heard.turns_by["customer"]
    at = np.searchsorted(turns, places, side="right") - 1
    known = (places != OUTSIDE) & (at >= 0)
    found = np.full(len(places), np.nan)
    last = turns[at[known]]
    same = context.heard.call_of[last] == context.heard.call_of[places[known]]
    found[known] = np.where(same, context.heat.degrees[last], np.nan)
    return pl.Series(found).fill_nan(None)


def _before(context: Context, events: Escalations) -> pl.Series:
    """What the other side said in the turns before each event: labels, in name order."""
    h = context.heard
    reach = int(context.thresholds.before_turns.value)
    rows = [pl.DataFrame(schema={"event": pl.Int64, "label": pl.Int64})]
    others: tuple[tuple[By, By], ...] = (("staff", "customer"), ("customer", "staff"))
    for speaker, other in others:
        mine = np.flatnonzero(events.place != OUTSIDE)
        mine = mine[h.is_by[speaker][events.place[mine]]]
        hits = np.flatnonzero(h.is_by[other][h.hit_turn])
        places = events.place[mine]
        low = np.maximum(places - reach, h.first[events.call[mine]])
        first = np.searchsorted(h.hit_turn[hits], low, side="left")
        last = np.searchsorted(h.hit_turn[hits], places, side="left")
        counts = last - first
        opens = np.repeat(first - np.cumsum(counts) + counts, counts)
        numbers: Ints = opens + np.arange(len(opens))
        rows.append(
            pl.DataFrame(
                {
                    "event": np.repeat(mine, counts),
                    "label": h.hit_label[hits[numbers]].astype(np.int64),
                }
            )
        )
    named = pl.Series(_LABELS, dtype=pl.String)
    said = pl.concat(rows).with_columns(
        label=named.gather(pl.concat(rows)["label"].cast(pl.UInt32))
    )
    lists = said.group_by("event").agg(before=pl.col("label").unique().sort())
    every = pl.DataFrame({"event": np.arange(len(events.call))})
    joined = every.join(lists, on="event", how="left", maintain_order="left")
    return joined["before"].fill_null([])


def request_outcomes(context: Context, is_deescalated: Mask) -> pl.DataFrame:
    """One row for each assessable call in which the customer asks for a supervisor.

    A request that is refused and honoured after all counts as honoured, with `was_refused`.

    Args:
        context: the calls.
        is_deescalated: heated calls that cooled down.
    """
    h = context.heard
    found = supervisor_requests(h)
    calls = np.flatnonzero((found.asked != NEVER) & context.is_assessable)
    asked = found.asked[calls]
    refused = h.any_of(found.refusals)[calls]
    transfer = np.minimum(h.first_turn(found.hand_overs), h.first_place(found.spoke))
    handed_over = ((transfer != NEVER) | found.is_transferred)[calls]
    called_back = h.any_of(found.callbacks)[calls]
    code = np.select([handed_over, called_back, refused], [0, 1, 2], default=3)
    solved = ~handed_over & _is_settled(context, found.asked, is_deescalated)[calls]
    turns, seconds = _until(context, asked, transfer[calls])
    requests = np.unique(h.hit_turn[h.said("customer", "supervisor_request")])
    number = pl.Series(calls, dtype=pl.UInt32)
    frame = pl.DataFrame(
        {
            "call_id": h.calls["call_id"].gather(number),
            "turn": h.turn[asked],
            "requests": np.bincount(h.call_of[requests], minlength=h.count)[calls],
            "outcome": _named(OUTCOMES, code),
            "was_refused": refused,
            "is_solved": solved,
            "turns_to_transfer": turns,
            "seconds_to_transfer": seconds,
        }
    ).with_columns(dimensions(h.calls).select(pl.all().gather(number)))
    return SUPERVISOR_REQUESTS.conform(frame.lazy()).collect().sort("call_id")


def _is_settled(context: Context, asked: Ints, is_deescalated: Mask) -> Mask:
    """Calls with a solution after the request that the customer takes, or calms down by."""
    h = context.heard
    solutions = h.within(h.said("staff", *SOLUTIONS), asked, h.never())
    since = h.first_turn(solutions)
    settled = h.any_of(h.within(h.said("customer", "resolved"), since, h.never()))
    return (since != NEVER) & (settled | is_deescalated)


def _until(
    context: Context, asked: Ints, transfer: Ints
) -> tuple[pl.Series, pl.Series]:
    """Turns and seconds from each request to its transfer; null where it is not heard."""
    h = context.heard
    heard = transfer != NEVER
    turns = np.full(len(asked), np.nan)
    turns[heard] = transfer[heard] - asked[heard]
    seconds: Floats = np.full(len(asked), np.nan)
    since = np.where(np.isnan(h.ends[asked]), h.starts[asked], h.ends[asked])
    seconds[heard] = np.maximum(h.starts[transfer[heard]] - since[heard], 0)
    told = pl.Series(turns).fill_nan(None).cast(pl.UInt16)
    return told, pl.Series(seconds).fill_nan(None)
