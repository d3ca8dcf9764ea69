"""Greetings: how many calls of the published version there are, and nothing else."""

from collections.abc import Iterable
from typing import Any, Final

from dashboards.components.text import notice, page_head
from dashboards.marts import counts
from dashboards.view import Page, View


def layout(view: View) -> Iterable[Any]:
    """The page, from top to bottom."""
    yield page_head("Greetings", "A page made for the recipes.")
    steps = counts.playbook_steps(view.published, view.filters)
    yield notice(f"{steps.height} steps greet you")


PAGE: Final = Page("/greetings", "Greetings", layout)
