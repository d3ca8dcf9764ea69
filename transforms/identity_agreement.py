"""Degrees of agreement between two records, in the SQL of Splink's own in-memory engine."""

from collections.abc import Mapping
from typing import Any, Final

from transforms.knowledge.identity import LEVELS, Compared

_RARE: Final[dict[tuple[str, str], str]] = {
    ("given", "same"): "given",
    ("family", "same"): "family",
}
"""The degrees that weigh by how rare the value is, and the column that tells it."""


def _condition(name: str, level: str) -> str:
    """When two records agree to a degree, in SQL over columns `…_l` and `…_r`."""
    one, other = f"{name}_l", f"{name}_r"
    match name, level:
        case _, "same":
            return f"{one} = {other}"
        case (("given" | "family"), "exchanged"):
            return _EXCHANGED
        case "given", "sounds_alike":
            # In one script a sound key leaves out too much: Dana is not Dina.
            return (
                "script_l <> script_r AND list_has_any(given_sounds_l, given_sounds_r)"
            )
        case "family", "sounds_alike":
            return "list_has_any(family_sounds_l, family_sounds_r)"
        case "family", "similar":
            return _misspelt(one, other)
        case "given", "similar":
            # Petra is no slip for Petr, nor Gabrielle for Gabriel: they may be a couple.
            return f"{_misspelt(one, other)} AND NOT {_longer(one, other)}"
        case "given", "begins":
            initial = f"least(length({one}), length({other})) = 1"
            return f"{initial} AND {_longer(one, other)}"
        case "given", "close":
            return _within(one, other, 1)
        case "email", "similar":
            # Numbers in an address tell people apart: dana17 is not dana18.
            digits = [f"regexp_replace({x}, '[^0-9]', '', 'g')" for x in (one, other)]
            return f"{_within(one, other, 2)} AND {digits[0]} = {digits[1]}"
        case "address", "similar":
            return f"jaro_winkler_similarity({one}, {other}) >= 0.88"
        case "national", "similar":
            return _within(one, other, 2)
        case (("birth" | "postcode"), "similar"):
            return _within(one, other, 1)
        case _:
            raise KeyError(f"no rule says when {name} agrees as {level!r}")


def _longer(one: str, other: str) -> str:
    """One is the other and more."""
    return f"(starts_with({one}, {other}) OR starts_with({other}, {one}))"


def _within(one: str, other: str, slips: int) -> str:
    """No more slips apart: letters wrong, left out, put in, or exchanged with the next."""
    return f"damerau_levenshtein({one}, {other}) <= {slips}"


def _misspelt(one: str, other: str) -> str:
    """One slip in five letters, two in eight, or much the same from the start on."""
    shortest = f"least(length({one}), length({other}))"
    return (
        f"(({shortest} >= 5 AND {_within(one, other, 1)})"
        f" OR ({shortest} >= 8 AND {_within(one, other, 2)})"
        f" OR ({shortest} >= 5 AND jaro_winkler_similarity({one}, {other}) >= 0.9))"
    )


_EXCHANGED: Final = " OR ".join(
    (
        "(given_l = family_r AND family_l = given_r)",
        "(family_l IS NULL AND given_l = family_r)",
        "(family_r IS NULL AND given_r = family_l)",
        f"(given_l = family_r AND {_misspelt('family_l', 'given_r')})",
        f"(given_r = family_l AND {_misspelt('family_r', 'given_l')})",
    )
)


def comparison(name: Compared, starts: Mapping[str, float]) -> dict[str, Any]:
    """A comparison as Splink takes it: its degrees, the closest first.

    Args:
        name: what is compared.
        starts: how often records of one person agree to each degree, to start from.
    """
    levels: list[dict[str, Any]] = [
        {
            "sql_condition": f"{name}_l IS NULL OR {name}_r IS NULL",
            "label_for_charts": "unknown",
            "is_null_level": True,
        }
    ]
    for level in LEVELS[name]:
        is_else = level == "different"
        told: dict[str, Any] = {
            "sql_condition": "ELSE" if is_else else _condition(name, level),
            "label_for_charts": level,
            "m_probability": starts[level],
        }
        if rare := _RARE.get((name, level)):
            told |= {"tf_adjustment_column": rare, "tf_minimum_u_value": 0.0001}
        levels.append(told)
    return {"output_column_name": name, "comparison_levels": levels}
