"""What shows only across calls: the agent's manner, and what management is told."""

import numpy as np
import polars as pl

from transforms.behaviours.judgement import (
    NO_SHIFT,
    Judgement,
    Parameters,
    both,
    cues,
    note,
    open_until,
    records,
)
from transforms.complaints import joined_contacts
from transforms.context import Context
from transforms.heard import NEVER, Floats, Mask
from transforms.incidents import DAY
from transforms.shifts import SAME, UNKNOWN


def no_carry_over(context: Context, parameters: Parameters) -> Judgement:
    """In the agent's first call after a heated one: no hostility, and not unlike the agent.

    First is the call that the agent begins next once the heated one has ended, in the same
    shift. Unlike the agent is a warmth under the bound of the agent's own earlier calls.
    """
    h, t = context.heard, context.thresholds
    after, unheard, unknown = _after_heated(context)
    calls = _earlier(context, "hot_calls") + _earlier(context, "calm_calls")
    total = _earlier(context, "hot_total") + _earlier(context, "calm_total")
    squares = _earlier(context, "hot_squares") + _earlier(context, "calm_squares")
    mean = _per(total, calls)
    deviation = np.sqrt(np.maximum(_per(squares, calls) - mean**2, 0))
    least = mean - t.warmth_deviations.value * deviation
    cold = (calls >= t.warmth_calls.value) & (context.warmth < least)
    quiet = after & ~cold
    return Judgement(
        opportunity=after | unheard | unknown,
        missed="colder than the agent's own calls mostly are",
        not_applicable="the agent's call before was not heated, or in another shift",
        met=records(
            np.flatnonzero(quiet), "nothing carried over from the heated call before"
        ),
        violated=cues(h, h.said("agent", "hostility", "sarcasm")),
        unobservable=note(
            unheard, "the agent's call before could not be assessed"
        ).otherwise(unknown, NO_SHIFT),
    )


def _after_heated(context: Context) -> tuple[Mask, Mask, Mask]:
    """The batch's calls that come first after a heated one of the same shift.

    Then those after one of which it is not known whether it was heated, and those after a
    heated one of which it is not known whether the shift is the same.
    """
    near, count = context.neighbours, context.count
    heat = context.around.heat.select("call_no", told=pl.col("is_heated").cast(pl.Int8))
    others = near.known[count:].select("call_no")
    past = others.join(heat, on="call_no", how="left", maintain_order="left")["told"]
    mine = np.where(context.is_assessable, context.heat.is_heated, -1)
    heated = np.concatenate((mine, past.fill_null(-1).to_numpy()))
    found: list[Mask] = []
    for was, shift in ((1, SAME), (-1, SAME), (1, UNKNOWN)):
        nexts = near.following[(heated == was) & (near.in_same_shift == shift)]
        mask = np.zeros(count, dtype=np.bool_)
        mask[nexts[(nexts >= 0) & (nexts < count)]] = True
        found.append(mask)
    after, unheard, unknown = found
    return after, unheard & ~after, unknown & ~after & ~unheard


def steady_warmth(context: Context, parameters: Parameters) -> Judgement:
    """Up to each heated call, the agent is as warm in heated calls as in calm ones.

    Judged on all the agent's calls that were scored, up to the judged one: what comes later
    changes nothing about it.
    """
    t = context.thresholds
    hot, hot_warmth = _earlier(context, "hot_calls"), _earlier(context, "hot_total")
    calm, calm_warmth = _earlier(context, "calm_calls"), _earlier(context, "calm_total")
    own = context.heat.is_heated & context.is_assessable & ~np.isnan(context.warmth)
    hot, hot_warmth = hot + own, hot_warmth + np.where(own, context.warmth, 0.0)
    enough = (hot >= t.warmth_calls.value) & (calm >= t.warmth_calls.value)
    warm = _per(hot_warmth, hot) >= t.warmth_share.value * _per(calm_warmth, calm)
    opportunity = enough & context.heat.is_heated
    rule = (
        f"at least {t.warmth_share.value:.0%} of the warmth of the agent's calm calls"
    )
    return Judgement(
        opportunity=opportunity,
        missed="less warm in heated calls than in calm ones",
        not_applicable="too few heated and calm calls of the agent",
        met=records(np.flatnonzero(opportunity & warm), rule),
    )


def _earlier(context: Context, name: str) -> Floats:
    """A column of `earlier_warmth`."""
    return context.earlier_warmth[name].to_numpy()


def _per(total: Floats, calls: Floats) -> Floats:
    return np.divide(total, calls, out=np.zeros(len(total)), where=calls > 0)


def management_informed(context: Context, parameters: Parameters) -> Judgement:
    """When a customer reaches the chronic threshold, management decides within the window."""
    reached = _reaches_chronic(context)
    decided = reached & (context.decided != NEVER)
    closes = context.review_closes
    unkept = reached & ~decided & ~context.are_decisions_kept
    silent = reached & ~decided & ~unkept
    waiting = silent & (closes > context.as_of)
    late = np.flatnonzero(silent & ~waiting)
    return Judgement(
        opportunity=reached,
        missed="",
        not_applicable="the customer does not reach the chronic threshold with this call",
        met=records(
            np.flatnonzero(decided), "management's decision is recorded in time"
        ),
        violated=records(late, "no decision of management within the window"),
        unobservable=both(
            open_until(context, waiting, closes),
            note(unkept, "no record of management's decisions was kept then"),
        ),
        closes=np.where(waiting, closes, NEVER),
    )


def _reaches_chronic(context: Context) -> Mask:
    """Calls by which a customer comes to n complaint contacts within the days.

    Contacts are those of `transforms.complaints`: calls of one transfer are one, and calls
    that we make are none. Of calls outside the batch it is known whether they were
    complaints where they were scored before.
    """
    t, near = context.thresholds, context.neighbours
    nth, days = int(t.chronic_complaints.value), int(t.chronic_days.value * DAY)
    told = context.around.heat.select("call_no", complains="is_complaint")
    past = near.known[context.count :].select("call_no")
    past = past.join(told, on="call_no", how="left", maintain_order="left")["complains"]
    own = pl.Series(context.is_complaint & context.is_assessable)
    calls = near.known.with_columns(
        call=pl.int_range(pl.len()),
        duration_seconds=pl.Series(near.ends - near.started) / 1_000_000,
        complains=pl.concat([own, past.fill_null(value=False)]),
    )
    is_ours = pl.col("direction").first().eq_missing("outbound").over("contact")
    complaints = (
        joined_contacts(calls, t)
        .filter(pl.col("complains") & ~is_ours)
        .unique("contact", keep="first", maintain_order=True)
    )
    started = pl.col("started_at").to_physical()
    recent = complaints.with_columns(
        reached=(started - started.shift(nth - 1)).over("customer_id") <= days,
    )
    # Reached with this call: the one before had not yet brought the customer there.
    reached = recent.filter(
        pl.col("reached").fill_null(value=False),
        ~pl.col("reached").shift(1).over("customer_id").fill_null(value=False),
        pl.col("call") < context.count,
    )
    mask = np.zeros(context.count, dtype=np.bool_)
    mask[reached["call"].to_numpy()] = True
    return mask
