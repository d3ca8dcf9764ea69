"""The published marts: one door to the file, and the questions that pages ask of it."""

from dashboards.marts.door import NothingPublishedError, Published

__all__ = ["NothingPublishedError", "Published"]
