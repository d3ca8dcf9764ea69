"""How well exchanged labels are found, and roles inferred, in talk that nobody here wrote.

The corpora serve as a measure only: no weight was trained on them.
"""

import gzip
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from pathlib import Path

import orjson
import polars as pl
import pytest

from flows.knowledge import load_knowledge
from flows.readers import recognise
from flows.readers.source import Record, Source
from flows.settings import CHECKOUT
from tests.real.bt_oasis import calls
from tests.talks import Turn, call_frame, exchanged, text_frame, unlabelled
from transforms.roles import TOLD, RolesFound, find_roles

KNOWLEDGE = load_knowledge(CHECKOUT / "data")
NOBODY_SAID = pl.DataFrame(schema=TOLD)
Talks = Sequence[Sequence[Turn]]


@pytest.fixture(scope="module")
def oasis(corpora_dir: Path) -> Talks:
    """Real telephone calls; the tests are skipped where they are absent."""
    path = corpora_dir / "bt_oasis" / "data.jsonl.gz"
    if not path.is_file():
        pytest.skip(f"{path} is absent")
    return [[(t["speaker"], t["text"]) for t in call["turns"]] for call in calls(path)]


def found(talks: Talks) -> RolesFound:
    frame, texts = call_frame(len(talks)), text_frame(talks)
    known = (KNOWLEDGE.roles, KNOWLEDGE.lexicons, NOBODY_SAID)
    return find_roles(frame, texts, *known, fix=False)


def flagged(talks: Talks) -> float:
    """The share of the talks whose labels seem exchanged."""
    return float((found(talks).calls["roles"] == "seem exchanged").mean() or 0)


def swapped(talks: Talks) -> Talks:
    return [exchanged(talk) for talk in talks]


def test_exchanged_labels_of_real_calls_are_found_and_right_ones_stay(
    oasis: Talks, record_property: Callable[[str, object], None]
) -> None:
    found_share, false_share = flagged(swapped(oasis)), flagged(oasis)
    record_property("found", found_share)
    record_property("false_alarms", false_share)
    assert found_share >= 0.98
    assert false_share <= 0.005


def test_calls_that_were_recorded_too_late_are_still_told_apart(oasis: Talks) -> None:
    """Without the agent's first turn the customer opens, and that speaks against the labels."""
    late = [talk[1:] for talk in oasis if len(talk) > 2]
    assert flagged(late) <= 0.03
    assert flagged(swapped(late)) >= 0.55


def test_roles_of_unlabelled_real_voices_are_right_where_they_are_used(
    oasis: Talks,
) -> None:
    texts = text_frame([unlabelled(talk) for talk in oasis])
    inferred = found([unlabelled(talk) for talk in oasis])
    used = inferred.mended(texts).with_columns(truth=text_frame(oasis)["speaker"])
    used = used.filter(pl.col("speaker") != "unknown")
    assert (inferred.calls["roles"] == "inferred").mean() >= 0.97
    assert used.select((pl.col("speaker") == pl.col("truth")).mean()).item() >= 0.99


def test_talk_of_another_trade_is_seldom_taken_for_exchanged(corpora_dir: Path) -> None:
    """Counsellors ask and clients tell: no call centre, so only false alarms count."""
    path = corpora_dir / "annomi" / "data.jsonl.gz"
    if not path.is_file():
        pytest.skip(f"{path} is absent")
    with gzip.open(path, "rb") as lines:
        rows = [orjson.loads(line) for line in lines]
    talks = [
        [(row["role"], row["text"]) for row in rows]
        for _, rows in groupby(rows, key=lambda row: row["conv"])
    ]
    assert flagged(talks) <= 0.25


def _exported(folder: Path) -> Iterator[list[Turn]]:
    for path in sorted(folder.iterdir()):
        source = Source(path, path.name)
        reader = recognise(source)
        if reader is None or reader.kind != "call":
            continue
        for record in reader.read(source):
            if isinstance(record, Record):
                turns = record.fields["turns"]
                talk = [(str(t["speaker"]).lower(), t["text"]) for t in turns]
                if {who for who, _ in talk} == {"agent", "customer"}:
                    yield talk


def test_labels_of_real_exports_stay(exports_dir: Path) -> None:
    talks = [
        talk
        for vendor in ("vcon", "amazon_contact_lens")
        for talk in _exported(exports_dir / vendor)
    ]
    assert talks
    assert flagged(talks) == 0
