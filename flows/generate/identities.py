"""Under which ids, numbers and spellings a customer stands in the source's books."""

from dataclasses import dataclass
from random import Random
from typing import Final, Literal

import phonenumbers

from flows.generate.bank import Bank

Split = Literal["", "typo", "moved", "spelling"]
"""What sets a second id apart: a slip in the name, a new number, other letters."""

_SPLITS: Final[tuple[Split, ...]] = ("typo", "moved", "spelling")
_HAS_ALIAS: Final = 0.05
_IN_HOUSEHOLD: Final = 0.06
_AT_WORK: Final = 0.03
_HAS_EMAIL: Final = 0.8
_KEEPS_EMAIL: Final = 0.85
_SHORTEST_SLIP: Final = 5
"""Letters from which on a slip leaves a name to be known by."""


@dataclass(frozen=True, slots=True)
class Identity:
    """One entry of the source's books."""

    customer_id: str
    name: str
    phone: str
    email: str | None
    split: Split = ""


class Registry:
    """Enters people into the books; by a chance of its own, so that nobody else's moves."""

    def __init__(self, seed: int) -> None:
        """Begin with empty books."""
        self._rng = Random(f"{seed}:identities")
        self._latest: dict[str, Identity] = {}

    def enter(
        self, number: int, bank: Bank, name: str, *, is_split: bool = True
    ) -> tuple[Identity, ...]:
        """Enter one person, under one id or two.

        Some share the number and family name of whoever was entered before them, some are
        reached through their company's switchboard.

        Args:
            number: of the person, from 1.
            bank: names and numbers of their language.
            name: first and family name.
            is_split: they may have a second id.
        """
        rng, drawn = self._rng, self._rng.random()
        phone = _phone(bank, number)
        neighbour = self._latest.get(bank.language)
        if drawn < _IN_HOUSEHOLD and neighbour is not None:
            first, family = name.split(" ", 1)[0], neighbour.name.split(" ", 1)[1]
            if first != neighbour.name.split(" ", 1)[0]:
                name, phone = f"{first} {family}", neighbour.phone
        elif drawn > 1 - _AT_WORK:
            phone = _phone(bank, 0)
        email = f"c{number:07d}@example.org" if rng.random() < _HAS_EMAIL else None
        own = Identity(f"C{number:07d}", name, phone, email)
        self._latest[bank.language] = own
        if rng.random() >= _HAS_ALIAS or not is_split:
            return (own,)
        return own, self._second(own, number, bank)

    def _second(self, own: Identity, number: int, bank: Bank) -> Identity:
        rng = self._rng
        # Without an address nothing would tell that the number moved.
        split: Split = rng.choice(_SPLITS if own.email else ("typo", "spelling"))
        name, phone, email = own.name, own.phone, own.email
        if split == "typo":
            name = _slipped(name, rng)
        elif split == "moved":
            phone = _phone(bank, number, moved=True)
        else:
            name = _respelt(name, bank, rng)
        if split != "moved" and rng.random() >= _KEEPS_EMAIL:
            email = None
        if rng.random() < 0.5:
            phone = _as_dialled(phone)
        return Identity(f"X{number:07d}", name, phone, email, split)


def _phone(bank: Bank, number: int, *, moved: bool = False) -> str:
    digits = f"{number:0{bank.phone_digits}d}"
    return bank.phone_prefix + (f"9{digits[1:]}" if moved else digits)


def _as_dialled(phone: str) -> str:
    """A number as people of its country write it."""
    parsed = phonenumbers.parse(phone)
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)


def _slipped(name: str, rng: Random) -> str:
    """A letter left out, doubled, or exchanged with the next, in a word long enough."""
    words = name.split(" ")
    long = [place for place, word in enumerate(words) if len(word) >= _SHORTEST_SLIP]
    if not long:
        return ", ".join(reversed(name.split(" ", 1)))
    place = rng.choice(long)
    word, at = words[place], rng.randrange(1, len(words[place]) - 1)
    slip = rng.choice(("left out", "doubled", "exchanged"))
    if slip == "left out":
        words[place] = word[:at] + word[at + 1 :]
    elif slip == "doubled":
        words[place] = word[: at + 1] + word[at:]
    else:
        words[place] = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return " ".join(words)


def _respelt(name: str, bank: Bank, rng: Random) -> str:
    """The name in the other script, one of its spellings; else the family's name first."""
    words = name.split(" ")
    if all(word in bank.other_script for word in words):
        return " ".join(rng.choice(bank.other_script[word]) for word in words)
    first, family = name.split(" ", 1)
    return f"{family}, {first}"
