"""Who rings in one language on one day, in order of time."""

from bisect import insort
from collections.abc import Iterator
from random import Random

from flows.generate.schedule import Contact

_Place = tuple[float, int, Contact | None]


class Line:
    """The calls of a day as they come in; None is somebody who wasn't expected.

    A contact that comes up while the day runs takes the place of somebody unexpected who
    would have rung later, so that the day has as many calls as it was given.
    """

    def __init__(self, timed: list[tuple[float, Contact | None]]) -> None:
        """Put the contacts in order of time.

        Args:
            timed: second of the day, and who rings.
        """
        self._places: list[_Place] = [
            (second, number, contact) for number, (second, contact) in enumerate(timed)
        ]
        self._places.sort(key=lambda place: place[:2])
        self._next = 0
        self._number = len(timed)

    def __iter__(self) -> Iterator[tuple[float, Contact | None]]:
        """Give each second and contact in turn, with what is squeezed in meanwhile."""
        while self._next < len(self._places):
            second, _, contact = self._places[self._next]
            self._next += 1
            yield second, contact

    def has_room(self) -> bool:
        """Whether somebody unexpected is still to ring."""
        return any(contact is None for _, _, contact in self._places[self._next :])

    def squeeze_in(self, second: float, contact: Contact, rng: Random) -> bool:
        """Let a contact ring in place of somebody unexpected; false where none is left."""
        free = [
            place
            for place in range(self._next, len(self._places))
            if self._places[place][2] is None
        ]
        if not free:
            return False
        del self._places[rng.choice(free)]
        self._number += 1
        insort(
            self._places, (second, self._number, contact), lo=self._next, key=_by_time
        )
        return True


def _by_time(place: _Place) -> tuple[float, int]:
    return place[:2]
