"""Attributes of HTML elements that Python cannot name."""

from typing import Any


def aria(**told: str | None) -> dict[str, Any]:
    """`aria-…` attributes, for those who hear the page; a None leaves one out.

    >>> aria(label="Filters", current=None)
    {'aria-label': 'Filters'}
    """
    return {f"aria-{name}": value for name, value in told.items() if value is not None}


def data(**told: str) -> dict[str, Any]:
    """`data-…` attributes, for the scripts and styles of the page.

    >>> data(tip="a cue")
    {'data-tip': 'a cue'}
    """
    return {f"data-{name}": value for name, value in told.items()}
