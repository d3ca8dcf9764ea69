"""Single values of a record, as the contracts want them, or refused in words."""

import datetime as dt
from typing import Any, Final
from zoneinfo import ZoneInfo

import orjson

_YES: Final = frozenset({"true", "yes", "1", "y", "t"})
_NO: Final = frozenset({"false", "no", "0", "n", "f"})
_LATEST: Final = dt.datetime(9999, 12, 30, tzinfo=dt.UTC)
_EARLIEST: Final = dt.datetime(1, 1, 2, tzinfo=dt.UTC)
_DATE_LENGTH: Final = 10


class RecordError(ValueError):
    """A record cannot be stored; the message says the field, what was found, what to do."""

    def __init__(self, reason: str, awaits: str | None = None) -> None:
        super().__init__(reason)
        self.awaits = awaits
        """Id of the call whose contact record would complete this record."""


def text(name: str, value: Any) -> str | None:
    """Text, or a whole number as text; empty is None."""
    if value is None or value == "":
        return None
    if type(value) is str:
        return value
    if type(value) is int:
        return str(value)
    raise RecordError(f"{name} is {value!r}, where text is due")


def truth(name: str, value: Any) -> bool | None:
    """True or false, also as words or 0 and 1; empty is None."""
    if value is None or value == "" or type(value) is bool:
        return value if type(value) is bool else None
    word = str(value).strip().lower()
    if word in _YES or word in _NO:
        return word in _YES
    raise RecordError(f"{name} is {value!r}, where true or false is due")


def moment(name: str, value: Any, zone: ZoneInfo) -> tuple[dt.datetime, str] | None:
    """A time in UTC, and the offset or zone in which it was told; empty is None.

    Args:
        name: the field, for the error.
        value: ISO 8601 with date and time of day.
        zone: the zone of a time that names none.
    """
    if value is None or value == "":
        return None
    told = _parsed(value)
    if told is None:
        raise RecordError(
            f"{name} is {value!r}, which is no ISO 8601 time; give one such as"
            " 2026-10-05T09:14:22+02:00"
        )
    if told.tzinfo is None:
        return told.replace(tzinfo=zone).astimezone(dt.UTC), zone.key
    return told.astimezone(dt.UTC), offset_name(told)


def _parsed(value: Any) -> dt.datetime | None:
    if type(value) is not str or len(value) <= _DATE_LENGTH:
        return None
    try:
        told = dt.datetime.fromisoformat(value.strip())
        aware = told if told.tzinfo else told.replace(tzinfo=dt.UTC)
        return told if _EARLIEST < aware < _LATEST else None
    except (ValueError, OverflowError):
        return None


def offset_name(told: dt.datetime) -> str:
    """The offset of an aware time, such as `+02:00`."""
    offset = told.utcoffset() or dt.timedelta()
    minutes = round(abs(offset).total_seconds() / 60)
    return (
        f"{'-' if offset < dt.timedelta() else '+'}{minutes // 60:02}:{minutes % 60:02}"
    )


def date(name: str, value: Any) -> dt.date | None:
    """A calendar day; a time of day behind it is left; empty is None."""
    if value is None or value == "":
        return None
    try:
        return dt.date.fromisoformat(str(value).strip()[:_DATE_LENGTH])
    except ValueError:
        raise RecordError(
            f"{name} is {value!r}, where a date is due (2026-10-05)"
        ) from None


def compact_json(fields: dict[str, Any]) -> str | None:
    """Fields that no column holds, keys in order so that equal content is equal text."""
    if not fields:
        return None
    return orjson.dumps(
        fields, default=str, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS
    ).decode()
