"""Due times: what agents say, in five languages, and by when it is due."""

from collections.abc import Iterator
from datetime import datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml

from flows.knowledge import load_knowledge
from tests.transforms.drawn import DATA
from transforms.due_times import OfficeHours, due_time

GOLD = Path(__file__).parent / "due_times"
GRAMMARS = load_knowledge(DATA).due_times
OFFICE = OfficeHours(time(8), time(17))


def said(language: str, kind: str) -> Iterator[tuple[str, datetime, datetime | None]]:
    """What is said, when, and by when it is due; None where nobody can know."""
    listed = yaml.safe_load((GOLD / f"{language}.yaml").read_text(encoding="utf-8"))
    zone = ZoneInfo(listed["zone"])
    for talk in listed.get(kind, []):
        said_at = moment(talk["said_at"], zone)
        for text, due in talk["says"].items():
            yield text, said_at, None if due == "unknowable" else moment(due, zone)


def moment(written: str, zone: ZoneInfo) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=zone)


def cases(kind: str) -> list[tuple[str, str, datetime, datetime | None]]:
    return [(language, *case) for language in GRAMMARS for case in said(language, kind)]


@pytest.mark.parametrize(("language", "text", "said_at", "due"), cases("gold"))
def test_what_is_said_is_read(
    language: str, text: str, said_at: datetime, due: datetime | None
) -> None:
    assert due_time(text, said_at, GRAMMARS[language], OFFICE).at == due
