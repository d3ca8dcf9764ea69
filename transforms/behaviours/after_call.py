"""What shows only after a call: promises kept, records made, breaks taken."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from transforms.behaviours.judgement import (
    NO_SHIFT,
    NOTHING,
    Evidence,
    Judgement,
    Notes,
    Parameters,
    both,
    cues,
    note,
    noted,
    notes_each,
    open_until,
    records,
    several,
    turns,
)
from transforms.commitment import Commitment
from transforms.commitments import promised_until
from transforms.context import Context
from transforms.contracts.promise_marts import Status
from transforms.heard import NEVER, Ints, Mask
from transforms.incidents import DAY, HOUR
from transforms.promises import CONTACT, NO_CALLS_OUT, Promise, closing
from transforms.shifts import SAME, UNKNOWN

FIELDS = {
    "date": ("occurred_at",),
    "time": ("occurred_at",),
    "place": ("place",),
    "what": ("description",),
    "resolution": ("resolution", "promised_until"),
}
"""The fields that a playbook may ask of a record, and the columns that hold each."""
_NO_CUSTOMER = "the source names no customer"
_IN_WORDS = {"kept": "promised, and kept: {}", "broken": "promised, and not kept: {}"}
_NO_LOG = "no incident log covers the day"


def deliverable_promise(context: Context, parameters: Parameters) -> Judgement:
    """A promise is kept by its due time: a call back, or the incident settled.

    One broken promise of a call outweighs those kept; one that is still open leaves the
    call unjudged. A promise of which no due time can be read is kept by a call within the
    usual days, and not observable without: nobody knows when it would have been broken.
    """
    h, made = context.heard, context.promises
    over = h.said("agent", "overpromise")
    kept, broken = _promised(made, "kept"), _promised(made, "broken")
    is_against = h.any_of(over) | broken.calls(context.count)
    closes = np.where(is_against, NEVER, closing(made, context.count))
    waiting = closes > context.as_of
    waiting &= closes != NEVER
    unknown = [p for p in made if p.status == "unknowable"]
    why = {p.made.call: p.why for p in reversed(unknown)}
    is_silent = ~is_against & ~kept.calls(context.count)
    silent = [call for call in why if is_silent[call]]
    return Judgement(
        opportunity=_is_promising(context) | h.any_of(over),
        missed="",
        not_applicable="no promise is made",
        met=kept,
        violated=cues(h, over) + broken,
        unobservable=both(
            open_until(context, waiting, closes),
            notes_each(
                context.count,
                np.array(silent, dtype=np.int64),
                [why[call] for call in silent],
            ),
        ),
        closes=np.where(waiting, closes, NEVER),
    )


def _promised(made: Sequence[Promise], status: Status) -> Evidence:
    """The turns with promises of which that came, and why it is said."""
    mine = [promise for promise in made if promise.status == status]
    return noted(
        np.array([promise.made.call for promise in mine], dtype=np.int64),
        np.array([promise.made.place for promise in mine], dtype=np.int64),
        [_IN_WORDS[status].format(promise.why) for promise in mine],
    )


def _is_promising(context: Context) -> Mask:
    mask = np.zeros(context.count, dtype=np.bool_)
    mask[[promise.made.call for promise in context.promises]] = True
    return mask


def follow_up(context: Context, parameters: Parameters) -> Judgement:
    """After later work, or a promise to call, the customer is called within the window.

    The window lasts to the last due time of what was promised, else for the usual days.
    """
    h = context.heard
    calls = [p.made for p in context.promises if p.made.kind in CONTACT]
    steps = h.within(h.said("staff", "next_steps"), context.solution_turn, h.never())
    logged = (_promised_until(context) != NEVER) & ~_is_settled(context)
    said = h.never()
    for made in reversed(calls):
        said[made.call] = made.place
    due = (said != NEVER) | h.any_of(steps) | logged
    said = np.minimum(said, h.first_turn(steps))
    since, closes = _since(context), _window(context, calls)
    called = due & (context.neighbours.call_back(since) <= closes)
    waiting = due & ~called & context.has_customer & (closes > context.as_of)
    silent = due & ~called & ~waiting
    unseen = silent & ~context.shows_calls_out(since, closes)
    silent &= ~unseen & context.has_customer
    unsaid = np.flatnonzero(silent & (said == NEVER))
    return Judgement(
        opportunity=due,
        missed="",
        not_applicable="nothing is left to be done after the call",
        met=records(np.flatnonzero(called), "the customer is called back in time"),
        violated=turns(h, np.where(silent, said, NEVER), "nobody calls back in time")
        + records(unsaid, "nobody calls back in time"),
        unobservable=both(
            both(
                open_until(context, waiting, closes),
                note(due & ~context.has_customer, _NO_CUSTOMER),
            ),
            note(unseen, NO_CALLS_OUT),
        ),
        closes=np.where(waiting, closes, NEVER),
    )


def _since(context: Context) -> Ints:
    return np.where(context.ended == NEVER, context.started, context.ended)


def _window(context: Context, calls: Sequence[Commitment]) -> Ints:
    """When each call's window for calling the customer closes, in microseconds."""
    usual = _since(context) + int(context.thresholds.follow_up_days.value * DAY)
    latest = np.full(context.count, -1, dtype=np.int64)
    for made in calls:
        if made.has_due:
            latest[made.call] = max(latest[made.call], made.due)
    until = _promised_until(context)
    otherwise = np.where(until != NEVER, until, usual)
    return np.where(latest >= 0, latest, otherwise)


def _promised_until(context: Context) -> Ints:
    """The latest due time that a linked incident names for each call, or NEVER."""
    found = context.heard.never()
    for call, due in promised_until(context).items():
        found[call] = due
    return found


def _is_settled(context: Context) -> Mask:
    closed = list(context.thresholds.closed_statuses.words)
    status = pl.col("status").fill_null("").str.to_lowercase()
    mask = np.zeros(context.count, dtype=np.bool_)
    mask[context.incidents.best.filter(status.is_in(closed))["call"].to_numpy()] = True
    return mask


def documented(context: Context, parameters: Parameters) -> Judgement:
    """A record of the call within the hours, with the fields that the playbook asks."""
    hours = context.thresholds.documented_hours.value
    links = context.incidents.links
    intime = links.filter(pl.col("late").fill_null(NEVER) <= hours * HOUR)
    asked = several(parameters, "fields", tuple(FIELDS))
    lacking = [
        pl.when(~pl.any_horizontal(pl.col(c).is_not_null() for c in FIELDS[name]))
        .then(pl.lit(name))
        .alias(name)
        for name in asked
    ]
    best = intime.select(
        "call", "incident_id", lacks=pl.concat_list(lacking).list.drop_nulls()
    ).sort("call", pl.col("lacks").list.len(), maintain_order=True)
    best = best.unique("call", keep="first", maintain_order=True)
    whole = best.filter(pl.col("lacks").list.len() == 0)
    partial = best.filter(pl.col("lacks").list.len() > 0)
    closes = _since(context) + int(hours * HOUR)
    none_yet = np.ones(context.count, dtype=np.bool_)
    none_yet[best["call"].to_numpy()] = False
    waiting = none_yet & (closes > context.as_of)
    return Judgement(
        opportunity=context.heat.is_heated,
        missed=f"no record of the call within {hours:.0f} hours",
        not_applicable="not a heated call",
        met=_each(whole, "incident " + whole["incident_id"]),
        violated=_each(
            partial,
            "incident "
            + partial["incident_id"]
            + " lacks "
            + partial["lacks"].list.join(", "),
        ),
        unobservable=both(
            open_until(context, waiting, closes),
            note(none_yet & ~context.is_logged, _NO_LOG),
        ),
        closes=np.where(waiting, closes, NEVER),
        instead=_too_late(context),
    )


def _each(rows: pl.DataFrame, words: pl.Series) -> Evidence:
    if rows.is_empty():
        return NOTHING
    return records(rows["call"].to_numpy(), words.to_list())


def _too_late(context: Context) -> Notes:
    late = context.incidents.best.filter(pl.col("late").is_not_null())
    hours = (late["late"] // HOUR).to_list()
    words = [f"the record was made {hour} hours after the call" for hour in hours]
    return notes_each(context.count, late["call"].to_numpy(), words)


def break_after(context: Context, parameters: Parameters) -> Judgement:
    """The agent's next call in the same shift leaves time for a break.

    Next is the first call that begins after this one has ended; an agent who is in another
    one by then has no break. See `transforms.shifts.same_shift` for what a shift is.
    """
    minutes = int(
        str(parameters.get("minutes", int(context.thresholds.break_minutes.value)))
    )
    near, count = context.neighbours, context.count
    same, busy = near.in_same_shift[:count], near.is_still_busy[:count]
    has = (same == SAME) | busy
    begins = near.started[near.following[:count]]
    gap = np.where(busy, 0, begins - context.ended)
    rested = np.flatnonzero(has & (gap >= minutes * HOUR // 60))
    # The shift goes on, and the export may not have the rest of it yet.
    closes = near.shift_ends[:count]
    waiting = ~has & (near.following[:count] < 0) & (closes != NEVER)
    waiting &= closes > context.as_of
    unended = has & (context.ended == NEVER)
    return Judgement(
        opportunity=has | waiting | (same == UNKNOWN),
        missed=f"the next call begins less than {minutes} minutes later",
        not_applicable="no next call of the agent in the same shift",
        met=records(rested, f"at least {minutes} minutes until the next call"),
        unobservable=both(
            open_until(context, waiting, closes),
            note(unended, "the end of the call is not known").otherwise(
                (same == UNKNOWN) & ~has, NO_SHIFT
            ),
        ),
        closes=np.where(waiting, closes, NEVER),
        instead=note(busy & ~unended, "the agent was still in another call"),
    )
