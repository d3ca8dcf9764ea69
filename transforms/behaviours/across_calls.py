"""What shows only across calls: the agent's manner, and what management is told."""

import numpy as np
import polars as pl

from transforms.behaviours.judgement import (
    Judgement,
    Parameters,
    both,
    cues,
    note,
    open_until,
    records,
)
from transforms.context import Context
from transforms.heard import NEVER, Floats, Ints, Mask
from transforms.incidents import DAY


def no_carry_over(context: Context, parameters: Parameters) -> Judgement:
    """In the agent's first call after a heated one: no hostility, and not unlike the agent."""
    h = context.heard
    heated, warmth = _known_heat(context)
    before = context.neighbours.previous_by_agent
    day = context.neighbours.known["day"].to_physical().to_numpy()
    same_day = (before >= 0) & (day[before] == day[: context.count])
    after = same_day & (heated[before] == 1)
    calls, total, squares = _running(context, warmth, ~np.isnan(warmth))
    mean = np.divide(total, calls, out=np.zeros(context.count), where=calls > 0)
    spread = np.divide(squares, calls, out=np.zeros(context.count), where=calls > 0)
    deviation = np.sqrt(np.maximum(spread - mean**2, 0))
    least = mean - context.thresholds.warmth_deviations.value * deviation
    enough = calls >= context.thresholds.warmth_calls.value
    cold = enough & (context.warmth < least)
    quiet = after & ~cold
    return Judgement(
        opportunity=after,
        missed="colder than the agent's own calls mostly are",
        not_applicable="the agent's call before was not heated, or on another day",
        met=records(
            np.flatnonzero(quiet), "nothing carried over from the heated call before"
        ),
        violated=cues(h, h.said("agent", "hostility", "sarcasm")),
    )


def steady_warmth(context: Context, parameters: Parameters) -> Judgement:
    """Up to each heated call, the agent is as warm in heated calls as in calm ones."""
    t = context.thresholds
    heated, warmth = _known_heat(context)
    told = ~np.isnan(warmth)
    hot, hot_warmth, _ = _running(context, warmth, told & (heated == 1))
    calm, calm_warmth, _ = _running(context, warmth, told & (heated == 0))
    enough = (hot >= t.warmth_calls.value) & (calm >= t.warmth_calls.value)
    in_hot = np.divide(hot_warmth, hot, out=np.zeros(context.count), where=hot > 0)
    in_calm = np.divide(calm_warmth, calm, out=np.zeros(context.count), where=calm > 0)
    warm = in_hot >= t.warmth_share.value * in_calm
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


def _known_heat(context: Context) -> tuple[Ints, Floats]:
    """Of each known call: heated 1, calm 0, unknown -1; and its warmth."""
    others = context.neighbours.known[context.count :].select("call_no")
    told = others.join(
        context.around.heat.select("call_no", "is_heated", "warmth"),
        on="call_no",
        how="left",
        maintain_order="left",
    )
    mine = np.where(context.is_assessable, context.heat.is_heated, -1)
    heated = told["is_heated"].cast(pl.Int64).fill_null(-1).to_numpy()
    warmth = told["warmth"].cast(pl.Float64).fill_null(float("nan")).to_numpy()
    my_warmth = np.where(context.is_assessable, context.warmth, np.nan)
    return np.concatenate((mine, heated)), np.concatenate((my_warmth, warmth))


def _running(
    context: Context, values: Floats, counted: Mask
) -> tuple[Floats, Floats, Floats]:
    """Count, sum and sum of squares over the agent's known calls up to each of the batch's."""
    order, agents = context.neighbours.by_agent
    value = np.where(counted, np.nan_to_num(values), 0.0)[order]
    opens = np.flatnonzero(np.diff(agents, prepend=-1))
    lengths = np.diff(opens, append=len(agents))
    found: list[Floats] = []
    for column in (counted[order].astype(np.float64), value, value**2):
        total = np.cumsum(column)
        before = np.repeat((total - column)[opens], lengths)
        running = np.zeros(context.neighbours.known.height)
        running[order] = total - before
        found.append(running[: context.count])
    return found[0], found[1], found[2]


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
    """Calls that are the customer's n-th complaint within the days, n the threshold.

    Of calls outside the batch it is known whether they were complaints where `heat` tells
    (`is_complaint`), and otherwise whether they were heated.
    """
    t = context.thresholds
    heat = context.around.heat
    told = "is_complaint" if "is_complaint" in heat.columns else "is_heated"
    past = context.neighbours.known[context.count :].join(
        heat.filter(pl.col(told)).select("call_no"), on="call_no", how="semi"
    )
    own = context.heard.calls.with_row_index("call").filter(
        pl.Series(context.is_complaint & context.is_assessable)
    )
    columns = ["call_no", "customer_id", "started_at"]
    both_kinds = pl.concat(
        [own.select("call", *columns), past.select(columns)], how="diagonal"
    )
    nth = int(t.chronic_complaints.value)
    started = pl.col("started_at").to_physical()
    days = int(t.chronic_days.value * DAY)
    recent = (
        both_kinds.filter(pl.col("customer_id").is_not_null())
        .sort("customer_id", "started_at", "call_no")
        .with_columns(
            reached=(started - started.shift(nth - 1)).over("customer_id") <= days,
        )
    )
    # Reached with this call: the one before had not yet brought the customer there.
    reached = recent.filter(
        pl.col("reached").fill_null(value=False),
        ~pl.col("reached").shift(1).over("customer_id").fill_null(value=False),
        pl.col("call").is_not_null(),
    )
    mask = np.zeros(context.count, dtype=np.bool_)
    mask[reached["call"].to_numpy()] = True
    return mask
