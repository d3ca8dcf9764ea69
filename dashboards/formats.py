"""Numbers, days and times in words, by locale. What is not known shows as a dash."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import cache
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import yaml

NOTHING: Final = "–"
"""Stands where there is no number: a zero denominator, or a thing not told."""
_FILE: Final = Path(__file__).with_name("locales.yaml")


class LocaleError(ValueError):
    """A locale that `locales.yaml` does not describe."""


@cache
def _described() -> dict[str, Any]:
    return yaml.safe_load(_FILE.read_text(encoding="utf-8"))


def interface_language() -> str:
    """The language of the pages' own words."""
    return str(_described()["interface"])


def default_locale() -> str:
    """The locale for which none is asked."""
    return str(_described()["default"])


def direction(language: str | None) -> str:
    """`rtl` or `ltr`, by a language code; `auto` where the language is not known."""
    if language is None or not language.isalpha():
        return "auto"
    return "rtl" if language in _described()["right_to_left"] else "ltr"


def language_name(language: str) -> str:
    """A language by its name in the interface's language; its code where none is told."""
    return str(_described()["languages"].get(language, language))


def in_words(name: str) -> str:
    """A name of the contract as people read it.

    >>> in_words("supervisor_request")
    'supervisor request'
    """
    return name.replace("_", " ")


def parameters_in_words(parameters: str) -> str:
    """A behaviour's parameters as people read them.

    >>> parameters_in_words("after=insult; required=consequence+how_it_feels")
    'after: insult; required: consequence + how it feels'
    """
    return in_words(parameters).replace("=", ": ").replace("+", " + ")


@dataclass(frozen=True)
class Formats:
    """Writes numbers and days as one locale does.

    Attributes:
        tag: the locale, such as its BCP 47 tag.
        decimal: the decimal mark.
        group: the mark between thousands.
    """

    tag: str
    decimal: str
    group: str
    percent_form: str
    day_form: str
    day_month_form: str
    months: tuple[str, ...]

    def number(self, value: float | None, digits: int = 0) -> str:
        """A number, or a dash."""
        if value is None:
            return NOTHING
        text = f"{value:,.{digits}f}"
        marks = {",": self.group, ".": self.decimal}
        return "".join(marks.get(character, character) for character in text)

    def percent(self, share: float | None, digits: int = 1) -> str:
        """A share of 0-1 as a percentage, or a dash."""
        if share is None:
            return NOTHING
        return self.percent_form.format(self.number(100 * share, digits))

    def interval(self, low: float | None, high: float | None, digits: int = 1) -> str:
        """An interval of shares, or a dash."""
        if low is None or high is None:
            return NOTHING
        return f"{self.percent(low, digits)}–{self.percent(high, digits)}"

    def of(self, numerator: int | None, denominator: int | None) -> str:
        """A numerator and its denominator, in words."""
        return f"{self.number(numerator)} of {self.number(denominator)}"

    def day(self, day: date | None) -> str:
        """A day with its year, or a dash."""
        return NOTHING if day is None else self._dated(self.day_form, day)

    def day_month(self, day: date | None) -> str:
        """A day without its year, or a dash."""
        return NOTHING if day is None else self._dated(self.day_month_form, day)

    def _dated(self, form: str, day: date) -> str:
        month = self.months[day.month - 1]
        return form.format(d=day.day, m=day.month, y=day.year, month=month)

    def moment(self, moment: datetime | None, zone: str | None = None) -> str:
        """A moment in a zone, or in UTC, with the zone's name; or a dash."""
        if moment is None:
            return NOTHING
        place, name = zone_of(zone)
        local = moment.astimezone(place)
        return f"{self.day(local.date())}, {local:%H:%M} {name}"

    def duration(self, seconds: float | None) -> str:
        """Minutes and seconds, with hours where there are any; or a dash."""
        if seconds is None:
            return NOTHING
        minutes, rest = divmod(round(seconds), 60)
        hours, minutes = divmod(minutes, 60)
        return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def zone_of(name: str | None) -> tuple[tzinfo, str]:
    """The zone that a source names, by IANA name or offset, and how to call it."""
    if name and name[0] in "+-" and len(name) >= 6:
        hours, minutes = int(name[1:3]), int(name[4:6])
        offset = timedelta(hours=hours, minutes=minutes)
        return timezone(-offset if name[0] == "-" else offset), f"UTC{name}"
    try:
        return (ZoneInfo(name), name) if name else (UTC, "UTC")
    except (KeyError, ValueError, OSError):
        return UTC, "UTC"


def formats(tag: str | None = None) -> Formats:
    """How a locale writes numbers and days.

    Raises:
        LocaleError: names the locales that there are.
    """
    locales = _described()["locales"]
    asked = tag or default_locale()
    if asked not in locales:
        raise LocaleError(
            f"{asked!r} is none of the locales {sorted(locales)} of {_FILE.name}"
        )
    told = locales[asked]
    return Formats(
        tag=asked,
        decimal=told["decimal"],
        group=told["group"],
        percent_form=told["percent"],
        day_form=told["day"],
        day_month_form=told["day_month"],
        months=tuple(told["months"]),
    )
