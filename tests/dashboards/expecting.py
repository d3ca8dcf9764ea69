"""Escalations expected of a made-up centre's agents: all calls of a kind are equally hard."""

from collections import defaultdict

from tests.dashboards.published import Row, Rows
from transforms.contracts import marts
from transforms.contracts.agent_marts import EXPECTED_ESCALATIONS

_COUNTS = ("assessable", "escalated", "heated", "heated_escalated")


def expect(rows: Rows) -> None:
    """Add what the rates of each language lead one to expect."""
    rates = rows.of[marts.ESCALATION_RATES.name]
    sums: dict[str, Row] = defaultdict(lambda: dict.fromkeys(_COUNTS, 0))
    for row in rates:
        for name in _COUNTS:
            sums[row["language"]][name] += row[name]
    for row in rates:
        told = sums[row["language"]]
        p = told["escalated"] / (told["assessable"] or 1)
        q = told["heated_escalated"] / (told["heated"] or 1)
        rows.add(
            EXPECTED_ESCALATIONS,
            **{name: row[name] for name in EXPECTED_ESCALATIONS.key},
            calls=row["assessable"],
            escalated=row["escalated"],
            expected=row["assessable"] * p,
            variance=row["assessable"] * p * (1 - p),
            heated=row["heated"],
            heated_escalated=row["heated_escalated"],
            heated_expected=row["heated"] * q,
            heated_variance=row["heated"] * q * (1 - q),
        )
