"""What shows only after a call: promises kept, records made, breaks taken."""

import numpy as np
import polars as pl

from transforms.behaviours.judgement import (
    NOTHING,
    Evidence,
    Judgement,
    Notes,
    Parameters,
    both,
    cues,
    note,
    notes_each,
    open_until,
    records,
    several,
    turns,
)
from transforms.context import Context
from transforms.heard import NEVER, Ints, Mask
from transforms.incidents import DAY, HOUR

FIELDS = {
    "date": ("occurred_at",),
    "time": ("occurred_at",),
    "place": ("place",),
    "what": ("description",),
    "resolution": ("resolution", "promised_until"),
}
"""The fields that a playbook may ask of a record, and the columns that hold each."""
_NO_CUSTOMER = "the source names no customer"
_NO_LOG = "no incident log covers the day"


def deliverable_promise(context: Context, parameters: Parameters) -> Judgement:
    """A promise is kept by its due time: a call back, or the incident settled."""
    h = context.heard
    promised = h.said("staff", "follow_up_commitment")
    until = _promised_until(context)
    called, waiting, closes = _call_back(context)
    over = h.said("agent", "overpromise")
    made = h.any_of(promised) | (until != NEVER)
    settled = made & _is_settled(context)
    met = called + records(
        np.flatnonzero(settled), "the incident is settled, says the log"
    )
    kept = met.calls(context.count)
    unknown = made & ~kept & ~context.has_customer
    waiting &= made & ~kept & ~h.any_of(over)
    broken = made & ~kept & ~waiting & context.has_customer
    first = np.where(broken, h.first_turn(promised), NEVER)
    unsaid = np.flatnonzero(broken & (h.first_turn(promised) == NEVER))
    return Judgement(
        opportunity=made | h.any_of(over),
        missed="",
        not_applicable="no promise is made",
        met=met,
        violated=cues(h, over)
        + turns(h, first, "promised, and not kept in time")
        + records(unsaid, "promised in the incident log, and not kept in time"),
        unobservable=both(
            open_until(context, waiting, closes),
            note(unknown & ~h.any_of(over), _NO_CUSTOMER),
        ),
        closes=np.where(waiting, closes, NEVER),
    )


def follow_up(context: Context, parameters: Parameters) -> Judgement:
    """After later work, or a promise to call, the customer is called within the window."""
    h = context.heard
    promised = h.said("staff", "follow_up_commitment")
    steps = h.within(h.said("staff", "next_steps"), context.solution_turn, h.never())
    later = (_promised_until(context) != NEVER) & ~_is_settled(context)
    due = h.any_of(promised) | h.any_of(steps) | later
    called, waiting, closes = _call_back(context)
    waiting &= due & ~called.calls(context.count)
    silent = due & ~called.calls(context.count) & ~waiting & context.has_customer
    said = np.minimum(h.first_turn(promised), h.first_turn(steps))
    unsaid = np.flatnonzero(silent & (said == NEVER))
    return Judgement(
        opportunity=due,
        missed="",
        not_applicable="nothing is left to be done after the call",
        met=called,
        violated=turns(h, np.where(silent, said, NEVER), "nobody calls back in time")
        + records(unsaid, "nobody calls back in time"),
        unobservable=both(
            open_until(context, waiting, closes),
            note(due & ~context.has_customer, _NO_CUSTOMER),
        ),
        closes=np.where(waiting, closes, NEVER),
    )


def _since(context: Context) -> Ints:
    return np.where(context.ended == NEVER, context.started, context.ended)


def _promised_until(context: Context) -> Ints:
    """The latest due time that a linked incident names for each call, or NEVER."""
    named = context.incidents.links.filter(pl.col("promised_until").is_not_null())
    found = np.full(context.count, -1, dtype=np.int64)
    due = named["promised_until"].to_physical().to_numpy()
    np.maximum.at(found, named["call"].to_numpy(), due)
    return np.where(found > context.started, found, NEVER)


def _is_settled(context: Context) -> Mask:
    closed = list(context.thresholds.closed_statuses.words)
    status = pl.col("status").fill_null("").str.to_lowercase()
    mask = np.zeros(context.count, dtype=np.bool_)
    mask[context.incidents.best.filter(status.is_in(closed))["call"].to_numpy()] = True
    return mask


def _call_back(context: Context) -> tuple[Evidence, Mask, Ints]:
    """Calls to the customer in time; calls that may still have one; when the window closes."""
    since = _since(context)
    until = _promised_until(context)
    usual = since + int(context.thresholds.follow_up_days.value * DAY)
    closes = np.where(until != NEVER, until, usual)
    back = context.neighbours.call_back(since)
    called = np.flatnonzero(back <= closes)
    waiting = context.has_customer & (back > closes) & (closes > context.as_of)
    return records(called, "the customer is called back in time"), waiting, closes


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
    """The agent's next call in the same shift leaves time for a break."""
    minutes = int(
        str(parameters.get("minutes", int(context.thresholds.break_minutes.value)))
    )
    following = context.neighbours.next_in_shift
    has = following != NEVER
    gap = np.where(has, following - context.ended, 0)
    rested = np.flatnonzero(has & (gap >= minutes * HOUR // 60))
    return Judgement(
        opportunity=has,
        missed=f"the next call begins less than {minutes} minutes later",
        not_applicable="no next call of the agent in the same shift",
        met=records(rested, f"at least {minutes} minutes until the next call"),
        unobservable=note(
            has & (context.ended == NEVER), "the end of the call is not known"
        ),
    )
