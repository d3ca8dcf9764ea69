"""The kinds of decision on a customer; apart from their store, so that help is quick."""

from collections.abc import Mapping
from typing import Final

DECISIONS: Final[Mapping[str, str]] = {
    "owner_named": "one person takes care of the customer",
    "follow_up_call": "somebody calls the customer",
    "goodwill": "a gesture or an exception is made",
    "ground_rules": "the customer is told how we talk with each other, and what follows",
    "warning": "the customer is warned that contact will be limited",
    "single_contact": "all contact goes through one person",
    "restriction": "contact is limited",
    "none": "nothing (more) is to be done; ends what stood before",
}
"""What can be decided, and what each means."""
WARNINGS: Final = ("ground_rules", "warning")
"""Decisions that are a warning on record."""
LIMITS: Final = ("single_contact", "restriction")
"""Decisions that limit how a customer can reach us: each has a day of review."""
NAMING: Final = ("owner_named", "single_contact")
"""Decisions that are nothing without somebody's name."""
