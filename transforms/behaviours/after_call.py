"""What shows only after a call, or across calls: promises, records, breaks, management."""

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
from transforms.incidents import DAY, HOUR
from transforms.context import Context
from transforms.heard import NEVER, Ints, Mask

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
    met = called + records(np.flatnonzero(settled), "the incident is settled, says the log")
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
    minutes = int(str(parameters.get("minutes", int(context.thresholds.break_minutes.value))))
    following = context.neighbours.next_in_shift
    has = following != NEVER
    gap = np.where(has, following - context.ended, 0)
    rested = np.flatnonzero(has & (gap >= minutes * HOUR // 60))
    return Judgement(
        opportunity=has,
        missed=f"the next call begins less than {minutes} minutes later",
        not_applicable="no next call of the agent in the same shift",
        met=records(rested, f"at least {minutes} minutes until the next call"),
        unobservable=note(has & (context.ended == NEVER), "the end of the call is not known"),
    )


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
        met=records(np.flatnonzero(quiet), "nothing carried over from the heated call before"),
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
    rule = f"at least {t.warmth_share.value:.0%} of the warmth of the agent's calm calls"
    return Judgement(
        opportunity=opportunity,
        missed="less warm in heated calls than in calm ones",
        not_applicable="too few heated and calm calls of the agent",
        met=records(np.flatnonzero(opportunity & warm), rule),
    )


def _known_heat(context: Context) -> tuple[Ints, np.ndarray]:
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
    context: Context, values: np.ndarray, counted: Mask
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Count, sum and sum of squares over the agent's known calls up to each of the batch's."""
    order, agents = context.neighbours.by_agent
    value = np.where(counted, np.nan_to_num(values), 0.0)[order]
    opens = np.flatnonzero(np.diff(agents, prepend=-1))
    lengths = np.diff(opens, append=len(agents))
    found: list[np.ndarray] = []
    for column in (counted[order].astype(np.float64), value, value**2):
        total = np.cumsum(column)
        before = np.repeat((total - column)[opens], lengths)
        running = np.zeros(context.neighbours.known.height)
        running[order] = total - before
        found.append(running[: context.count])
    return found[0], found[1], found[2]


def management_informed(context: Context, parameters: Parameters) -> Judgement:
    """When a customer reaches the chronic threshold, management decides within the window."""
    t = context.thresholds
    reached = _reaches_chronic(context)
    decisions = context.around.decisions
    never = "the customer does not reach the chronic threshold with this call"
    if decisions is None:
        unknown = note(reached, "no record of management's decisions is kept")
        return Judgement(reached, "", never, unobservable=unknown)
    closes = context.started + int(t.review_days.value * DAY)
    mine = pl.DataFrame(
        {
            "call": np.arange(context.count),
            "customer_id": context.heard.calls["customer_id"],
            "from": context.started,
            "to": closes,
        }
    ).filter(pl.Series(reached))
    taken = mine.join(decisions, on="customer_id", how="inner")
    at = pl.col("decided_at").to_physical()
    taken = taken.filter(at.is_between(pl.col("from"), pl.col("to")))["call"].unique()
    decided = np.zeros(context.count, dtype=np.bool_)
    decided[taken.to_numpy()] = True
    waiting = reached & ~decided & (closes > context.as_of)
    late = np.flatnonzero(reached & ~decided & ~waiting)
    return Judgement(
        opportunity=reached,
        missed="",
        not_applicable=never,
        met=records(np.flatnonzero(decided), "management's decision is recorded in time"),
        violated=records(late, "no decision of management within the window"),
        unobservable=open_until(context, waiting, closes),
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
    both_kinds = pl.concat([own.select("call", *columns), past.select(columns)], how="diagonal")
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
