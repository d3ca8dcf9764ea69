"""What the What works page asks: associations with outcomes, and the case mix behind them."""

from typing import Final

import polars as pl

from dashboards.filters import Filters
from dashboards.marts.door import Published, condition
from transforms.contracts.agent_marts import ALL_LANGUAGES, NO_PLAYBOOK

_ROWS: Final = """
    SELECT a.*, s.playbook_title, s.title, s.position
    FROM marts.step_associations AS a
    LEFT JOIN marts.playbook_steps AS s ON s.playbook = a.playbook AND s.step = a.factor
"""
_ORDER: Final = "ORDER BY a.playbook, s.position, a.factor, a.outcome"


def languages(published: Published, filters: Filters) -> list[str]:
    """The languages (of those chosen, if any are) with associations, most calls first, those pooled last."""
    where, params = condition(Filters(language=filters.language), ("language",))
    told = published.rows(
        "SELECT language, sum(done + omitted)::BIGINT AS calls"
        f" FROM marts.step_associations WHERE {where} GROUP BY 1 ORDER BY 2 DESC, 1",
        params,
    )["language"].to_list()
    return sorted(told, key=lambda language: language == ALL_LANGUAGES)


def associations(published: Published, filters: Filters, language: str) -> pl.DataFrame:
    """One row for each step of the chosen playbooks, order and timing, and outcome."""
    where, params = condition(Filters(playbook=filters.playbook), ("playbook",), "a.")
    return published.rows(
        f"{_ROWS} WHERE a.language = $spoken AND (a.playbook = '{NO_PLAYBOOK}'"
        f" OR {where}) {_ORDER}",
        {**params, "spoken": language},
    )


def estimated(published: Published) -> int:
    """How many associations were estimated that night, in all languages."""
    rows = published.rows(
        "SELECT count(*) AS n FROM marts.step_associations WHERE state = 'estimated'"
    )
    return int(rows.item())


def case_mix(published: Published, among: str) -> pl.DataFrame:
    """One row for each level of each factor of a model, in order."""
    return published.rows(
        "SELECT * FROM marts.case_mix WHERE among = $among ORDER BY factor, position",
        {"among": among},
    )


def reliability(published: Published, among: str) -> pl.DataFrame:
    """One row for each tenth of a model's calls, from the least expected to escalate on."""
    return published.rows(
        "SELECT * FROM marts.case_mix_reliability WHERE among = $among ORDER BY tenth",
        {"among": among},
    )
