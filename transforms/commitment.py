"""What a commitment is, and what commitments are read by."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, timezone, tzinfo
from typing import Final, Literal
from zoneinfo import ZoneInfo

from transforms.due_times import Grammar, OfficeHours
from transforms.heard import NEVER
from transforms.knowledge.promises import Kind, PromiseWords

OUTSIDE: Final = -1
"""The place of a promise that the incident log alone holds."""
ReadFrom = Literal["turn", "next turn", "turn before", "incident"]


@dataclass(frozen=True)
class Promising:
    """What promises are read by.

    Attributes:
        words: words about promises, by language.
        grammars: grammars of due times, by language.
        hours: the office's.
        zone: IANA name of the contact centre's zone.
    """

    words: Mapping[str, PromiseWords]
    grammars: Mapping[str, Grammar]
    hours: OfficeHours
    zone: str


NOTHING_READ: Final = Promising({}, {}, OfficeHours(time(9), time(17)), "UTC")
"""Without words and grammars: every commitment is heard, no time is read."""


@dataclass(frozen=True)
class Commitment:
    """One thing that was promised.

    Attributes:
        call: the call's number in the batch.
        place: the turn's place; OUTSIDE where only the incident log holds it.
        start: start of the sentence in the turn's text, in code points.
        end: its end, exclusive.
        kind: what is promised.
        made_by: `agent` or `supervisor`; None where only the log holds it.
        said_at: when, in the call's zone.
        due: by when, in microseconds; NEVER where it cannot be read.
        read_from: where the due time was read; None if it wasn't.
        reading: how it was read, or why it can't be.
    """

    call: int
    place: int
    start: int
    end: int
    kind: Kind
    made_by: str | None
    said_at: datetime
    due: int
    read_from: ReadFrom | None
    reading: str

    @property
    def has_due(self) -> bool:
        """Whether a due time could be read."""
        return self.due != NEVER


def zone_of(name: str, moment: datetime, centre: str) -> tzinfo:
    """The zone of a call: by IANA name, else by offset.

    An offset does not know of daylight saving; where it is the one that the contact centre
    has at that moment, the centre's own zone is taken.

    >>> zone_of("+02:00", datetime(2026, 7, 1, tzinfo=UTC), "Europe/Prague").key
    'Europe/Prague'
    """
    own = ZoneInfo(centre)
    if re.fullmatch(r"[+-]\d\d:?\d\d", name):
        sign = -1 if name[0] == "-" else 1
        offset = sign * timedelta(hours=int(name[1:3]), minutes=int(name[-2:]))
        same = moment.astimezone(own).utcoffset() == offset
        return own if same else timezone(offset)
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return UTC
