"""Judgement: what every table must hold before anyone sees it."""
