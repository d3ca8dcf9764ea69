"""What scoring needs of some days: their calls and turns, and what other days and logs say of them."""

from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Final

import polars as pl

from transforms.contracts.staging import PROMISE_WORDS
from transforms.corrections import CORRECTIONS
from transforms.due_times import OfficeHours

NINE_TO_FIVE: Final = OfficeHours(time(9), time(17))
"""The office's hours where nobody sets them."""


@dataclass(frozen=True)
class Surroundings:
    """What other days and other exports know of the calls being scored.

    Attributes:
        calls: `staging.calls` of the same customers and agents around these days.
        incidents: `staging.incidents` of the same calls and customers.
        shifts: `staging.shifts` of the same agents around these days.
        incident_days: one column `day`: local days that the incident log covers.
        heat: `call_no`, `agent_id`, `started_at`, `is_heated`, `is_complaint`, `warmth`
            (per agent turn) of calls scored before.
        decisions: `customer_id`, `decided_at` of management's decisions, if kept.
        decisions_since: from when on decisions are kept; None for always.
        as_of: the last moment in the data, or the one asked for.
        outbound_days: one column `day`: local days on which anybody called a customer.
        promise_words: `staging.promise_words` of the same customers.
        hours: the office's.
        zone: IANA name of the contact centre's zone.
        shift_days: one column `day`: local days for which shifts are exported.
    """

    calls: pl.DataFrame
    incidents: pl.DataFrame
    shifts: pl.DataFrame
    incident_days: pl.DataFrame
    heat: pl.DataFrame
    decisions: pl.DataFrame | None
    as_of: datetime
    decisions_since: datetime | None = None
    outbound_days: pl.DataFrame = field(
        default_factory=lambda: pl.DataFrame(schema={"day": pl.Date})
    )
    promise_words: pl.DataFrame = field(default_factory=PROMISE_WORDS.empty)
    hours: OfficeHours = NINE_TO_FIVE
    zone: str = "UTC"
    shift_days: pl.DataFrame = field(
        default_factory=lambda: pl.DataFrame(schema={"day": pl.Date})
    )


@dataclass(frozen=True)
class Batch:
    """Some days' calls, ready to be judged.

    Attributes:
        calls: `staging.calls` of these days, with `spoken_language` (null where no
            lexicon hears it) and `unassessable` (the reason, else null).
        turns: `staging.utterances` of these days in (call_no, turn) order, with the
            Boolean `is_shouting` and `is_capitals`.
        hits: one row a cue heard: `call_no`, `turn`, `speaker`, `label`, `is_severe`,
            `start`, `end` (code points in the original text), `cue`.
        texts: `call_no`, `turn`, `text`: for rules that compare words.
        around: what other days and logs know of them.
        corrections: people's verdicts on any calls; see `CORRECTIONS`.
    """

    calls: pl.DataFrame
    turns: pl.DataFrame
    hits: pl.DataFrame
    texts: pl.DataFrame
    around: Surroundings
    corrections: pl.DataFrame = field(
        default_factory=lambda: pl.DataFrame(schema=CORRECTIONS)
    )
