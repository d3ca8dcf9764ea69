"""Where things are. Every setting is an environment variable with the prefix COOLHEAD_."""

import os
from datetime import time
from functools import cached_property
from pathlib import Path
from typing import Self
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from transforms.due_times import OfficeHours

_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
CHECKOUT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """Where a home and the knowledge are, and how a run behaves.

    A home needs only an `inbox/`; the rest is created.
    """

    model_config = SettingsConfigDict(
        env_prefix="COOLHEAD_", extra="forbid", frozen=True, populate_by_name=True
    )

    home: Path = Field(default=CHECKOUT / "data" / "home")
    knowledge: Path = Field(default=CHECKOUT / "data")
    time_zone: str = Field(
        default="Europe/Amsterdam",
        description="Zone of the contact centre's days, and of times without one.",
    )
    office_opens: time = Field(
        default=time(8), description="When the office opens, in the centre's zone."
    )
    office_closes: time = Field(
        default=time(17),
        description="When it closes: what is promised for a day is due by then.",
    )
    working_days: str | None = Field(
        default=None,
        description="Days that are worked, first to last, such as mon,tue,wed; those of"
        " each call's language if none.",
    )
    batch_utterances: int = Field(
        default=200_000, ge=1, description="Utterances scored at a time; bounds memory."
    )
    locale: str = Field(
        default="en-GB",
        description="How the pages write numbers and days, such as nb-NO.",
    )
    host: str = Field(default="127.0.0.1", description="Where the dashboards listen.")
    port: int = Field(default=8050, ge=1, le=65535)
    records: SecretStr | None = Field(
        default=None,
        description="SQLAlchemy URL of people's records; records.db in the home if none.",
    )

    @model_validator(mode="before")
    @classmethod
    def _no_unknown_setting(cls, given: object) -> object:
        known = {f"COOLHEAD_{name.upper()}" for name in cls.model_fields}
        named = {name for name in os.environ if name.upper().startswith("COOLHEAD_")}
        if unknown := sorted(named - known):
            raise ValueError(
                f"{', '.join(unknown)} is no setting; there are {', '.join(sorted(known))}"
            )
        return given

    @field_validator("time_zone")
    @classmethod
    def _zone_is_known(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (KeyError, ValueError) as error:
            raise ValueError(
                f"COOLHEAD_TIME_ZONE={name!r} is no IANA time zone;"
                " give one such as Europe/Amsterdam"
            ) from error
        return name

    @field_validator("working_days")
    @classmethod
    def _days_are_known(cls, given: str | None) -> str | None:
        if given is not None:
            _days(given)
        return given

    @model_validator(mode="after")
    def _office_opens_before_it_closes(self) -> Self:
        if self.office_opens >= self.office_closes:
            raise ValueError(
                f"COOLHEAD_OFFICE_OPENS={self.office_opens:%H:%M} is not before"
                f" COOLHEAD_OFFICE_CLOSES={self.office_closes:%H:%M}; give hours of one"
                " day, such as 08:00 and 17:00"
            )
        return self

    @model_validator(mode="after")
    def _listens_on_loopback(self) -> Self:
        if self.host not in ("127.0.0.1", "::1", "localhost"):
            raise ValueError(
                f"COOLHEAD_HOST={self.host!r} is beyond loopback, and the dashboards have"
                " no access control of their own; put a proxy with access control before"
                " 127.0.0.1"
            )
        return self

    @cached_property
    def zone(self) -> ZoneInfo:
        """The contact centre's zone."""
        return ZoneInfo(self.time_zone)

    @property
    def office_hours(self) -> OfficeHours:
        """When the office is open; tells four o'clock from four in the morning."""
        days = None if self.working_days is None else _days(self.working_days)
        return OfficeHours(self.office_opens, self.office_closes, days)

    @property
    def inbox(self) -> Path:
        """Exports as they arrive; never altered."""
        return self.home / "inbox"

    @property
    def archive(self) -> Path:
        """Utterance text, as day-partitioned Parquet."""
        return self.home / "archive"

    @property
    def quarantine(self) -> Path:
        """What could not be read, with its bytes and its reason."""
        return self.home / "quarantine"

    @property
    def warehouse(self) -> Path:
        """The pipeline's own DuckDB file."""
        return self.home / "warehouse.duckdb"

    @property
    def records_url(self) -> str:
        """The records store: samples, marks and corrections of people."""
        if self.records is not None:
            return self.records.get_secret_value()
        return f"sqlite:///{self.home.resolve() / 'records.db'}"

    @property
    def published(self) -> Path:
        """The versioned files that dashboards read, and the pointer to the current one."""
        return self.home / "published"


def _days(given: str) -> tuple[int, ...]:
    """Days of the week by their ISO numbers, in the order given.

    Raises:
        ValueError: names what is no day, or is given twice.
    """
    names = [name.strip().lower() for name in given.split(",")]
    if not set(names) <= set(_WEEK) or len(set(names)) < len(names):
        raise ValueError(
            f"COOLHEAD_WORKING_DAYS={given!r} is no list of days; give some of"
            f" {','.join(_WEEK)}, each once"
        )
    return tuple(_WEEK.index(name) + 1 for name in names)
