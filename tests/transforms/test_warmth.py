"""How warm an agent was before: counted over every earlier call, however they are split."""

from datetime import timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transforms.drawn import MONDAY
from transforms.contracts.columns import UTC
from transforms.warmth import earlier_warmth

SCHEMA = pl.Schema(
    {
        "agent_id": pl.String,
        "started_at": UTC,
        "call_no": pl.UInt32,
        "is_heated": pl.Boolean,
        "warmth": pl.Float64,
    }
)
CALLS = st.lists(
    st.tuples(
        st.sampled_from(["ana", "ben", None]),
        st.integers(0, 30),
        st.booleans(),
        st.sampled_from([None, 0.0, 0.25, 1.5]),
        st.booleans(),
    ),
    min_size=1,
    max_size=14,
)


@settings(deadline=None)
@given(CALLS)
def test_every_earlier_call_of_the_agent_counts_once(
    drawn: list[tuple[Any, ...]],
) -> None:
    rows = [
        {
            "agent_id": agent,
            "started_at": MONDAY + timedelta(hours=hours),
            "call_no": number,
            "is_heated": heated,
            "warmth": warmth,
        }
        for number, (agent, hours, heated, warmth, _) in enumerate(drawn)
    ]
    in_batch = [row[-1] for row in drawn]
    mine = [row for row, own in zip(rows, in_batch, strict=True) if own]
    others = [row for row, own in zip(rows, in_batch, strict=True) if not own]
    past = [row for row in others if row["agent_id"] is not None]
    found = earlier_warmth(pl.DataFrame(mine, SCHEMA), pl.DataFrame(past, SCHEMA))
    assert found.height == len(mine)
    for row, told in zip(mine, found.iter_rows(named=True), strict=True):
        for kind, heated in (("hot", True), ("calm", False)):
            before = [
                other["warmth"]
                for other in rows
                if row["agent_id"] is not None
                and other["agent_id"] == row["agent_id"]
                and other["is_heated"] == heated
                and other["warmth"] is not None
                and (other["started_at"], other["call_no"])
                < (row["started_at"], row["call_no"])
            ]
            assert told[f"{kind}_calls"] == len(before)
            assert told[f"{kind}_total"] == pytest.approx(sum(before))
            assert told[f"{kind}_squares"] == pytest.approx(sum(x**2 for x in before))
