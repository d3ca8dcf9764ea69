"""What a page is given: the marts, the filters, and how to write numbers."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from dashboards.filters import Filters, to_search
from dashboards.formats import Formats
from dashboards.marts.door import Published
from dashboards.records.store import Records


@dataclass(frozen=True)
class View:
    """One request for a page.

    Attributes:
        published: the published marts.
        filters: what is to be shown; of the filters only those that the page has.
        asked: the page's own choices, from the URL's query.
        path: the page's path.
        formats: how numbers and days are written.
        scheme: light or dark.
        heated_threshold: the temperature from which on a call is heated, if told.
        carried: all filters of the URL, which links to other pages keep.
        ranked_calls: opportunities, or calls, below which an agent has no rank, if told;
            nobody has one without it.
        smallest_group: people, or settled promises, below which groups are not compared,
            if told; none are without it.
        records: people's samples, marks, corrections and decisions, if they are kept.
        zone: the contact centre's, in which reviews of decisions fall due.
    """

    published: Published
    filters: Filters
    asked: dict[str, str]
    path: str
    formats: Formats
    scheme: str
    heated_threshold: float | None
    carried: Filters
    ranked_calls: int | None = None
    smallest_group: int | None = None
    records: Records | None = None
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))

    def link(self, path: str | None = None, **asked: str | None) -> str:
        """The URL of a page under the same filters, with its own choices."""
        pairs = [(name, value) for name, value in asked.items() if value is not None]
        return f"{path or self.path}{to_search(self.carried, pairs)}"

    def link_here(self, **asked: str | None) -> str:
        """The URL of this page with some of its choices changed, or dropped by None."""
        return self.link(self.path, **{**self.asked, **asked})


@dataclass(frozen=True)
class Page:
    """A page: where it is, what it is called, which filters it has, and how it looks."""

    path: str
    name: str
    layout: Callable[[View], Iterable[Any]]
    filters: tuple[str, ...] = ()
