"""Groups of ids that grow link by link, and never hold two that are kept apart."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple


class Apart(NamedTuple):
    """Two ids, by number, that are not one person, and why."""

    one: int
    other: int
    why: str


def _nobody() -> dict[int, dict[int, str]]:
    return defaultdict(dict)


@dataclass
class Groups:
    """Ids, by number, in groups.

    Attributes:
        of: the group of each id.
        members: the ids of each group.
        apart: for each id those that it is kept apart from, and why.
    """

    of: list[int]
    members: dict[int, set[int]]
    apart: dict[int, dict[int, str]] = field(default_factory=_nobody)

    @classmethod
    def of_one(cls, count: int) -> "Groups":
        """Every id in a group of its own."""
        return cls(list(range(count)), {number: {number} for number in range(count)})

    @classmethod
    def joined(cls, count: int, pairs: Iterable[tuple[int, int]]) -> "Groups":
        """Ids that hang together by any chain of pairs."""
        groups = cls.of_one(count)
        for one, other in pairs:
            groups.join(one, other)
        return groups

    def keep_apart(self, found: Apart) -> None:
        """Never let two ids into one group; the last reason counts."""
        self.apart[found.one][found.other] = found.why
        self.apart[found.other][found.one] = found.why

    def allow(self, one: int, other: int) -> None:
        """Take back that two ids are kept apart."""
        self.apart[one].pop(other, None)
        self.apart[other].pop(one, None)

    def obstacle(self, one: int, other: int) -> Apart | None:
        """Two ids who are kept apart in the groups of these; None if there are none."""
        here, there = self.members[self.of[one]], self.members[self.of[other]]
        return self.quarrel(here, there)

    def quarrel(self, some: set[int], others: set[int]) -> Apart | None:
        """Two ids of two sets who are kept apart; None if there are none."""
        found = (
            Apart(one, other, self.apart[one][other])
            for one in some
            if one in self.apart
            for other in others.intersection(self.apart[one])
        )
        return min(found, default=None)

    def join(self, one: int, other: int) -> None:
        """Make one group of the groups of two ids."""
        kept, gone = sorted((self.of[one], self.of[other]))
        if kept == gone:
            return
        for number in self.members[gone]:
            self.of[number] = kept
        self.members[kept] |= self.members.pop(gone)
