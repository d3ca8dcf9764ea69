"""Office hours as settings: read, or refused with what to give."""

from datetime import time

import pytest
from pydantic import ValidationError

from flows.settings import Settings


def test_the_office_is_open_as_the_environment_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COOLHEAD_OFFICE_OPENS", "09:30")
    monkeypatch.setenv("COOLHEAD_OFFICE_CLOSES", "18:00")
    monkeypatch.setenv("COOLHEAD_WORKING_DAYS", "Sun, mon,tue")
    hours = Settings().office_hours
    assert (hours.opens, hours.closes) == (time(9, 30), time(18))
    assert hours.working_days == (7, 1, 2)


def test_working_days_are_those_of_the_language_where_none_are_given() -> None:
    assert Settings().office_hours.working_days is None


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("OFFICE_OPENS", "18:00", "COOLHEAD_OFFICE_OPENS=18:00 is not before"),
        ("OFFICE_CLOSES", "late", "office_closes"),
        ("WORKING_DAYS", "mon,mon", "COOLHEAD_WORKING_DAYS='mon,mon' is no list"),
        ("WORKING_DAYS", "weekdays", "give some of mon,tue,wed,thu,fri,sat,sun"),
    ],
)
def test_hours_that_cannot_be_are_refused(
    name: str, value: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"COOLHEAD_{name}", value)
    with pytest.raises(ValidationError, match=said):
        Settings()
