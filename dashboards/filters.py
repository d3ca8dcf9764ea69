"""Filters: what part of the marts a page shows, kept in the URL's query."""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Final
from urllib.parse import parse_qsl, urlencode

DIMENSIONS: Final = ("team", "queue", "language", "playbook")
"""Filters of which several values may be chosen; each is a key of the query."""
SINCE: Final = "from"
UNTIL: Final = "to"
UNPROVEN: Final = "unproven"
"""Whether steps that are unproven count in totals, too; they don't by default."""
KEYS: Final = (SINCE, UNTIL, *DIMENSIONS, UNPROVEN)
_YES: Final = "yes"


@dataclass(frozen=True)
class Filters:
    """What is shown; an empty dimension, or a missing day, shows all.

    Attributes:
        since: the first local day shown.
        until: the last local day shown.
        unproven: unproven steps count in totals.
    """

    since: date | None = None
    until: date | None = None
    team: tuple[str, ...] = ()
    queue: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    playbook: tuple[str, ...] = ()
    unproven: bool = False

    def chosen(self, dimension: str) -> tuple[str, ...]:
        """The values chosen of one dimension."""
        return tuple(getattr(self, dimension))

    def only(self, dimensions: Iterable[str]) -> "Filters":
        """These filters without the ones that a page, or a mart, does not know."""
        kept = set(dimensions)
        names = {"since": SINCE, "until": UNTIL}
        shown = {f.name for f in fields(self) if names.get(f.name, f.name) in kept}
        return replace(Filters(), **{name: getattr(self, name) for name in shown})

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The query's keys and values, in a fixed order."""
        days = ((SINCE, self.since), (UNTIL, self.until))
        told = [(key, day.isoformat()) for key, day in days if day is not None]
        told += [(key, value) for key in DIMENSIONS for value in self.chosen(key)]
        return told + ([(UNPROVEN, _YES)] if self.unproven else [])


def to_search(filters: Filters, extra: Iterable[tuple[str, str]] = ()) -> str:
    """The URL's query, with its question mark; empty where nothing is filtered.

    >>> to_search(Filters(team=("North",)), [("agent", "A1")])
    '?team=North&agent=A1'
    """
    pairs = [*filters.pairs, *extra]
    return f"?{urlencode(pairs)}" if pairs else ""


def from_search(
    search: str | None, known: dict[str, tuple[str, ...]] | None = None
) -> tuple[Filters, tuple[str, ...]]:
    """Read filters from a URL's query; what cannot be used is ignored, and said.

    Args:
        search: the query, with or without its question mark.
        known: for each dimension the values that the marts hold; not checked if None.

    Returns:
        The filters, and a sentence for each part that was ignored.
    """
    pairs = parse_qsl((search or "").removeprefix("?"), keep_blank_values=False)
    notes: list[str] = []
    since = _day(SINCE, pairs, notes)
    until = _day(UNTIL, pairs, notes)
    if since and until and since > until:
        notes.append(f"“from” {since} is after “to” {until}; both are ignored.")
        since = until = None
    values = {key: _values(key, pairs, known, notes) for key in DIMENSIONS}
    unproven = _switch(UNPROVEN, pairs, notes)
    return Filters(since, until, **values, unproven=unproven), tuple(notes)


def other_pairs(search: str | None) -> list[tuple[str, str]]:
    """What the query holds besides filters: a page's own choices."""
    pairs = parse_qsl((search or "").removeprefix("?"), keep_blank_values=False)
    return [pair for pair in pairs if pair[0] not in KEYS]


def _day(key: str, pairs: list[tuple[str, str]], notes: list[str]) -> date | None:
    told = [value for name, value in pairs if name == key]
    if not told:
        return None
    if len(told) > 1:
        notes.append(
            f"“{key}” is given {len(told)} times; the first, {told[0]}, is used."
        )
    try:
        return date.fromisoformat(told[0])
    except ValueError:
        notes.append(
            f"“{key}” is {told[0]!r}, which is no day (YYYY-MM-DD); it is ignored."
        )
        return None


def _switch(key: str, pairs: list[tuple[str, str]], notes: list[str]) -> bool:
    told = {value for name, value in pairs if name == key}
    notes += [
        f"“{key}” is {value!r}, and can be {_YES!r} only; it is ignored."
        for value in sorted(told - {_YES})
    ]
    return _YES in told


def _values(
    key: str,
    pairs: list[tuple[str, str]],
    known: dict[str, tuple[str, ...]] | None,
    notes: list[str],
) -> tuple[str, ...]:
    told = tuple(dict.fromkeys(value for name, value in pairs if name == key))
    if known is None:
        return told
    notes += [
        f"There is no {key} {value!r} in the data; it is ignored."
        for value in told
        if value not in known.get(key, ())
    ]
    return tuple(value for value in told if value in known.get(key, ()))
