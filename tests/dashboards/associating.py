"""Made-up associations and a made-up case mix: every state and every mark stands somewhere."""

from typing import Final

from tests.dashboards.published import Row, Rows, seeded
from transforms.contracts import marts
from transforms.contracts.agent_marts import (
    ALL_LANGUAGES,
    CASE_MIX,
    CASE_MIX_RELIABILITY,
    NO_PLAYBOOK,
    ORDERS,
    OUTCOMES,
    STEP_ASSOCIATIONS,
)

_LEVELS: Final = {
    "opening_temperature": ("00-10", "10-20", "30-40"),
    "repeat_contact": ("again within 7 days", "first in 7 days"),
    "hour": ("09-12", "12-15"),
}


def associate(rows: Rows, seed: int = 3) -> None:
    """Add associations of all observable steps, and a case mix."""
    draw = seeded(seed)
    marks = {
        (row["playbook"], row["step"], row["language"]): row["mark"]
        for row in rows.of[marts.STEP_VALIDITY.name]
    }
    spoken = sorted({language for _, _, language in marks})
    factors = [
        ("step", row["playbook"], row["step"])
        for row in rows.of[marts.PLAYBOOK_STEPS.name]
        if row["is_observable"]
    ]
    factors += [(kind, NO_PLAYBOOK, name) for name, kind in ORDERS.items()]
    for kind, playbook, factor in factors:
        for language in (*spoken, ALL_LANGUAGES):
            mark = marks.get((playbook, factor, language), "provisional")
            mark = "proven" if language == ALL_LANGUAGES else mark
            if language == ALL_LANGUAGES and draw.random() < 0.8:
                continue
            for outcome in OUTCOMES:
                told = _estimate(draw.gauss(0.05, 0.08), draw.uniform(0.03, 0.12))
                few = draw.random() < 0.2
                rows.add(
                    STEP_ASSOCIATIONS,
                    kind=kind,
                    playbook=playbook,
                    factor=factor,
                    language=language,
                    outcome=outcome,
                    mark=mark,
                    agents=5,
                    state="too few calls" if few else "estimated",
                    done=160,
                    done_good=110,
                    omitted=90,
                    omitted_good=3 if few else 55,
                    **({} if few else told),
                )
    _case_mix(rows)


def _estimate(difference: float, reach: float) -> Row:
    odds = (1 + difference) ** 4
    return {
        "plain_difference": difference - 0.1,
        "plain_odds_ratio": odds / 1.5,
        "difference": difference,
        "difference_low": difference - reach,
        "difference_high": difference + reach,
        "odds_ratio": odds,
        "odds_ratio_low": odds / 1.4,
        "odds_ratio_high": odds * 1.4,
        "p_value": 0.001 if difference > reach else 0.4,
        "q_value": 0.01 if difference > reach else 0.6,
    }


def _case_mix(rows: Rows) -> None:
    for factor, levels in _LEVELS.items():
        for position, level in enumerate(levels):
            rows.add(
                CASE_MIX,
                among="assessable",
                factor=factor,
                level=level,
                position=position,
                calls=300,
                escalated=20 + 30 * position,
                expected=22.0 + 30 * position,
                odds_ratio=1.0 + 1.5 * position,
                is_reference=position == 0,
                method="model",
            )
    for tenth in range(1, 11):
        rows.add(
            CASE_MIX_RELIABILITY,
            among="assessable",
            tenth=tenth,
            calls=87,
            escalated=4 * tenth,
            expected=4.1 * tenth,
            method="model",
        )
