"""Why two records are, or are not, taken for one person: in words."""

from collections.abc import Mapping
from typing import Final

import polars as pl

_SAID: Final[dict[tuple[str, str], str]] = {
    ("given", "same"): "same first name",
    ("given", "exchanged"): "first and family name are exchanged, or one is left out",
    ("given", "sounds_alike"): "first names that sound alike, in two scripts",
    ("given", "similar"): "first names that differ by a slip",
    ("given", "begins"): "one first name is the initial of the other",
    ("given", "close"): "first names of which one letter differs",
    ("given", "different"): "different first names",
    ("family", "same"): "same family name",
    ("family", "sounds_alike"): "family names that sound alike",
    ("family", "similar"): "family names that differ by a slip",
    ("family", "different"): "different family names",
    ("phone", "same"): "same telephone number",
    ("phone", "different"): "different telephone numbers",
    ("email", "same"): "same e-mail address",
    ("email", "similar"): "e-mail addresses that differ by a slip",
    ("email", "different"): "different e-mail addresses",
    ("birth", "same"): "same birth date",
    ("birth", "similar"): "birth dates that differ by a slip",
    ("birth", "different"): "different birth dates",
    ("national", "same"): "same national number",
    ("national", "similar"): "national numbers that differ by a slip",
    ("national", "different"): "different national numbers",
    ("address", "same"): "same address",
    ("address", "similar"): "similar addresses",
    ("address", "different"): "different addresses",
    ("postcode", "same"): "same postcode",
    ("postcode", "similar"): "postcodes that differ by a slip",
    ("postcode", "different"): "different postcodes",
}
"""`exchanged` is said once: of the first name."""
_FIRST: Final = ("given", "family")

CONTRADICTIONS: Final = pl.Schema(
    {
        "source_customer_id": pl.String,
        "other_customer_id": pl.String,
        "why": pl.String,
    }
)


def reasons(pair: Mapping[str, object]) -> list[str]:
    """What speaks for and against two records being one person, in words.

    Args:
        pair: a row of `transforms.identity_model.PAIRS`.
    """
    told: list[str] = []
    for (name, degree), words in _SAID.items():
        if pair[name] != degree:
            continue
        share = pair[f"rare_{name}"] if name in _FIRST else None
        if degree == "same" and isinstance(share, float) and share > 0:
            words += f" (1 record in {max(1, round(1 / share)):,} has it)"
        told.append(words)
    return told


def contradicts(pair: Mapping[str, object]) -> bool:
    """Whether two records differ so that they cannot be of one person.

    They differ in the birth date or in the first name, which a household doesn't share. A
    national number that agrees excuses it; one that differs by a slip does so for the first
    name if the birth date agrees, which alone excuses one letter.

    Args:
        pair: a row of `transforms.identity_model.PAIRS`.
    """
    if pair["national"] == "same":
        return False
    if pair["birth"] == "same":
        is_slip = pair["national"] == "similar"
        return pair["given"] == "different" and not is_slip
    return pair["birth"] == "different" or pair["given"] in ("different", "close")


def contradictions(pairs: pl.DataFrame) -> pl.DataFrame:
    """One row for each two ids of which all records contradict each other.

    Args:
        pairs: `transforms.identity_model.PAIRS` of all their records.

    Returns:
        `CONTRADICTIONS`, in the order of the ids.
    """
    standing: dict[tuple[str, str], str | None] = {}
    for pair in pairs.iter_rows(named=True):
        one, other = sorted((pair["source_customer_id"], pair["other_customer_id"]))
        why = "; ".join(_differences(pair)) if contradicts(pair) else None
        before = standing.get((one, other), why)
        standing[one, other] = None if before is None else why
    rows = [(*ids, why) for ids, why in sorted(standing.items()) if why is not None]
    return pl.DataFrame(rows, schema=CONTRADICTIONS, orient="row")


def _differences(pair: Mapping[str, object]) -> list[str]:
    return [
        _SAID[name, degree]
        for name in ("given", "birth")
        for degree in ("different", "close")
        if pair[name] == degree
    ]
