"""Promises over several nights: open, due, spoken of later; and the same in one night."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from flows.explain import explain_call
from flows.nightly import nightly
from flows.report import RunReport
from flows.settings import Settings
from tests.flows.nights import call, put
from tests.flows.runs import ask

_PROMISES = (
    "SELECT call_id, status::VARCHAR AS status, ground::VARCHAR AS ground, why,"
    " settled_by FROM marts.promises ORDER BY call_id"
)


def said(call_id: str, started_at: str, customer: str, words: str, reply: str) -> Any:
    """A call in which the agent says one thing, and the customer another."""
    turns = [
        {"speaker": "agent", "text": "Good morning, Dana speaking, how can I help?"},
        {"speaker": "customer", "text": reply},
        {"speaker": "agent", "text": words},
        {"speaker": "customer", "text": "All right. Goodbye."},
    ]
    own = {"language": "en", "agent_id": "A1", "customer_id": customer, "turns": turns}
    return call(call_id, started_at=started_at, **own)


MONDAY = (
    said(
        "ring",
        "2026-10-05T09:00:00+02:00",
        "K1",
        "I'll ring you by four tomorrow.",
        "It's about the invoice.",
    ),
    said(
        "visit",
        "2026-10-05T09:30:00+02:00",
        "K2",
        "The engineer will be with you by four tomorrow.",
        "It's about the router.",
    ),
    said(
        "vague",
        "2026-10-05T10:00:00+02:00",
        "K3",
        "I'll ring you as soon as I can.",
        "It's about the parcel.",
    ),
    {
        **said(
            "out", "2026-10-05T11:00:00+02:00", "K4", "It is done.", "Thank you, Dana."
        ),
        "direction": "outbound",
    },
)
THURSDAY = (
    said(
        "again",
        "2026-10-08T09:00:00+02:00",
        "K2",
        "I see.",
        "The engineer never turned up.",
    ),
)
LATER = (
    said(
        "silence",
        "2026-10-20T09:00:00+02:00",
        "K3",
        "I see.",
        "Nobody called me back, and I'm still waiting.",
    ),
)


@dataclass(frozen=True)
class Night:
    """What a night said, and the promises it left."""

    report: RunReport
    promises: pl.DataFrame

    def of(self, call_id: str) -> tuple[str, str]:
        row = self.promises.row(by_predicate=pl.col("call_id") == call_id, named=True)
        return row["status"], row["ground"]


@pytest.fixture(scope="module")
def nights(
    prefect_server: str, tmp_path_factory: pytest.TempPathFactory
) -> tuple[list[Night], Settings]:
    """Three nights on one home."""
    settings = Settings(home=tmp_path_factory.mktemp("promises") / "home")
    found: list[Night] = []
    for number, calls in enumerate((MONDAY, THURSDAY, LATER)):
        put(settings, f"calls-{number}.jsonl", *calls)
        report = nightly(home=settings.home)
        found.append(Night(report, ask(settings, _PROMISES)))
    return found, settings


def test_a_promise_is_open_until_it_falls_due(
    nights: tuple[list[Night], Settings],
) -> None:
    (first, second, _), _ = nights
    assert first.of("ring") == first.of("visit") == ("open", "not due yet")
    assert second.of("ring") == ("broken", "nobody called")


def test_the_customers_word_in_a_later_call_settles_it(
    nights: tuple[list[Night], Settings],
) -> None:
    (_, second, _), _ = nights
    assert second.of("visit") == ("broken", "not done, says the customer")
    told = second.promises.filter(call_id="visit").row(0, named=True)
    assert told["settled_by"] == "again"
    assert told["why"] == "as the customer says in call again, turn 1"


def test_a_day_that_is_closed_is_opened_when_its_customer_speaks_of_it(
    nights: tuple[list[Night], Settings],
) -> None:
    (_, second, third), _ = nights
    assert second.of("vague") == ("unknowable", "no time can be read")
    assert third.of("vague") == ("broken", "not done, says the customer")


def test_in_one_night_the_promises_come_out_the_same(
    nights: tuple[list[Night], Settings], tmp_path: Path
) -> None:
    (*_, last), _ = nights
    settings = Settings(home=tmp_path / "home")
    put(settings, "calls.jsonl", *MONDAY, *THURSDAY, *LATER)
    nightly(home=settings.home)
    assert ask(settings, _PROMISES).equals(last.promises)


def test_explain_tells_the_promises_of_a_call(
    nights: tuple[list[Night], Settings],
) -> None:
    _, settings = nights
    (told,) = explain_call(settings, "ring").as_json()["promises"]
    assert (told["turn"], told["text"]) == (2, "I'll ring you by four tomorrow.")
    assert told["due_at"] == "2026-10-06T16:00:00+02:00"
    assert datetime.fromisoformat(told["due_at"]).tzinfo is not None
    assert (told["status"], told["why"]) == (
        "broken",
        "nobody called by 2026-10-06 16:00",
    )
