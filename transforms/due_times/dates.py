"""Dates of the calendar, read by dateparser and by nothing more than what is said."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Final

from transforms.detection.phrase_tree import Value

if TYPE_CHECKING:
    from dateparser.date import DateDataParser

_SETTINGS: Final = {
    "PARSERS": ["absolute-time"],
    "STRICT_PARSING": True,
    "REQUIRE_PARTS": ["day", "month", "year"],
    "DATE_ORDER": "DMY",
    "PREFER_LOCALE_DATE_ORDER": False,
}
"""Whole dates only, as written: nothing is taken from today's date."""


def calendar_date(
    slots: Mapping[str, Value],
    months: Mapping[int, tuple[str, ...]],
    language: str,
    today: date,
    horizon_days: int,
) -> date | None:
    """The next date with this day and month; None where there is none in sight.

    Args:
        slots: `date` as written, or `day` and `month`, and `year` if one is said.
        months: the names of the months, by number.
        language: in which dateparser reads; another reading than the slots' is refused.
        today: the day on which it is said.
        horizon_days: how far ahead a date without a year may be; one farther ahead is
            rather one that has gone by.
    """
    day, month, year = _parts(slots)
    if not 1 <= month <= 12:
        return None
    years = (today.year, today.year + 1) if year is None else (year,)
    for candidate in years:
        found = _read(f"{day} {months[month][0]} {candidate}", language)
        if found is None or (found.day, found.month, found.year) != (
            day,
            month,
            candidate,
        ):
            continue
        ahead = (found - today).days
        if ahead >= 0:
            return found if year is not None or ahead <= horizon_days else None
    return None


def _parts(slots: Mapping[str, Value]) -> tuple[int, int, int | None]:
    if "date" in slots:
        written = str(slots["date"]).replace("/", ".").replace("-", ".").split(".")
        day, month, *rest = map(int, written)
        year = rest[0] if rest else None
        return day, month, year + 2000 if year is not None and year < 100 else year
    year = slots.get("year")
    return int(slots["day"]), int(slots["month"]), None if year is None else int(year)


@cache
def _read(phrase: str, language: str) -> date | None:
    moment = _reader(language).get_date_data(phrase).date_obj
    return None if moment is None else moment.date()


@cache
def _reader(language: str) -> "DateDataParser":
    # Few nights name a date: they alone pay for the import.
    from dateparser.date import DateDataParser

    return DateDataParser(languages=[language], settings=_SETTINGS)
