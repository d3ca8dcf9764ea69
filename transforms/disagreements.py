"""Where sources disagree on whether a call escalated: listed, not settled in silence."""

import numpy as np
import polars as pl

from transforms.adherence import dimensions
from transforms.context import Context
from transforms.contracts.escalation_marts import SOURCE_DISAGREEMENTS
from transforms.escalation import OUTSIDE, Escalations, is_transferred
from transforms.heard import Ints, Mask
from transforms.knowledge.thresholds import WordList

_Found = tuple[str, Mask, pl.Series, str]
"""A kind, the calls, what the one source says of each, and what the other says."""


def source_disagreements(context: Context, events: Escalations) -> pl.DataFrame:
    """One row for each assessable call and kind of disagreement about its escalation.

    Compared are the call's record (disposition, transfer target), its linked incidents
    (status, flag), and what is heard in the transcript.

    Args:
        context: the calls.
        events: their escalation events.
    """
    found = [*_of_incidents(context, events), *_of_records(context, events)]
    calls = context.heard.calls
    rows: list[pl.DataFrame] = []
    for kind, mask, one, other in found:
        at = pl.Series(np.flatnonzero(mask & context.is_assessable), dtype=pl.UInt32)
        rows.append(
            pl.DataFrame(
                {"call_id": calls["call_id"].gather(at), "one_says": one.gather(at)}
            ).with_columns(
                dimensions(calls).select(pl.all().gather(at)),
                kind=pl.lit(kind),
                other_says=pl.lit(other),
            )
        )
    frame = SOURCE_DISAGREEMENTS.conform(pl.concat(rows).lazy()).collect()
    return frame.sort(SOURCE_DISAGREEMENTS.key)


def _of_incidents(context: Context, events: Escalations) -> list[_Found]:
    """What the status of linked incidents says, against their flag and the transcript."""
    words = context.thresholds.escalated_words
    links = context.incidents.links.with_columns(
        named=_names(pl.col("status"), words),
        flagged=pl.col("is_escalated").fill_null(value=False),
    )
    status = links.filter(pl.col("named") & ~pl.col("flagged"))
    flag = links.filter("flagged")
    heard = _mask(context, events.call[events.place != OUTSIDE])
    told, flagged = _told(context, status), _told(context, flag)
    return [
        (
            "status escalated, flag empty",
            told.is_not_null().to_numpy(),
            told,
            "incident: the flag `is_escalated` is not set",
        ),
        (
            "flag escalated, nothing heard",
            flagged.is_not_null().to_numpy() & ~heard & ~is_transferred(context.heard),
            flagged,
            "transcript: no escalation is heard, and no transfer recorded",
        ),
    ]


def _of_records(context: Context, events: Escalations) -> list[_Found]:
    """What the record of the call says, against itself and the transcript."""
    h, t = context.heard, context.thresholds
    handover = h.any_of(h.said("agent", "supervisor_handover"))
    supervisor = h.any_place(h.turns_by["supervisor"])
    target = is_transferred(h)
    disposition = h.calls["disposition"]
    moved = _says(disposition, t.transferred_words)
    ended = _says(disposition, t.ended_by_agent_words)
    silent = np.ones(h.count, dtype=np.bool_)
    silent[events.of("agent_ended_call")] = False
    said = "disposition: " + disposition.fill_null("")
    named = "transferred to: " + h.calls["transferred_to"].fill_null("")
    spoke = pl.repeat("transcript: a supervisor speaks", h.count, eager=True)
    return [
        (
            "transfer recorded, none heard",
            target & ~handover & ~supervisor,
            named,
            "transcript: nobody hands over, and no supervisor speaks",
        ),
        (
            "transfer heard, none recorded",
            supervisor & ~target & ~moved,
            spoke,
            "record of the call: no transfer",
        ),
        (
            "status transferred, no target",
            moved & ~target,
            said,
            "record of the call: `transferred_to` is empty",
        ),
        (
            "ended by agent recorded, not heard",
            ended & silent,
            said,
            "transcript: the agent is not heard to end the call",
        ),
    ]


def _names(text: pl.Expr, words: WordList) -> pl.Expr:
    plain = text.fill_null("").str.to_lowercase().str.replace_all("[_-]", " ")
    return plain.str.contains_any(list(words.words))


def _says(texts: pl.Series, words: WordList) -> Mask:
    return (
        texts.to_frame("text").select(_names(pl.col("text"), words))["text"].to_numpy()
    )


def _told(context: Context, links: pl.DataFrame) -> pl.Series:
    """For each call, what its first such incident says; null where there is none."""
    first = links.unique("call", keep="first", maintain_order=True)
    says = pl.format(
        "incident {}: status {}, flag {}",
        "incident_id",
        pl.col("status").fill_null("(empty)"),
        pl.col("is_escalated").cast(pl.String).fill_null("(empty)"),
    )
    every = pl.DataFrame({"call": np.arange(context.count)})
    told = first.select(pl.col("call").cast(pl.Int64), says=says)
    return every.join(told, on="call", how="left", maintain_order="left")["says"]


def _mask(context: Context, calls: Ints) -> Mask:
    mask = np.zeros(context.count, dtype=np.bool_)
    mask[calls] = True
    return mask
