"""What chance does to comparisons, in plain words."""

import polars as pl
from dash import html

from dashboards.formats import Formats
from transforms.measures import dispersion, outside_by_chance


def comparisons_told(units: pl.DataFrame, formats: Formats) -> html.P:
    """How many lie outside, how many would by chance, and how many stay after correction.

    Args:
        units: rows of a funnel: `outside`, `is_flagged`.
        formats: how numbers are written.
    """
    count = units.height
    chance = outside_by_chance(count)
    far = units.filter(outside="outside 99.8 %").height
    out = units.filter(pl.col("outside") != "inside").height
    stay = units.filter("is_flagged").height
    return html.P(
        f"Many comparisons: of {formats.number(count)} agents, chance alone would put"
        f" up to about {formats.number(chance['95'], 1)} outside the 95 % limits and"
        f" {formats.number(chance['998'], 1)} outside the 99.8 % limits, if all were"
        f" equally good. {formats.number(out)} and {formats.number(far)} are outside. After"
        " correction for so many comparisons (Benjamini and Hochberg, 5 %)"
        f" {_staying(stay, formats)}.",
        className="note",
    )


def _staying(stay: int, formats: Formats) -> str:
    if not stay:
        return "nobody is told apart from chance"
    verb = "is" if stay == 1 else "are"
    return (
        f"{formats.number(stay)} {verb} still outside; only these are named on the plot"
    )


def spread_told(units: pl.DataFrame, formats: Formats) -> html.P:
    """Whether the agents differ more than chance, and what was done about it."""
    told = dispersion(units["z"].drop_nulls())
    if told.p_value is None:
        words = (
            f"Overdispersion: not tested, since {formats.number(told.units)} agents are too"
            " few to say how much all of them vary. The limits are those of chance alone."
        )
    elif told.phi == 1.0:
        words = (
            "Overdispersion: tested, and nothing to correct: most agents vary as chance"
            f" makes them vary (χ² {formats.number(told.chi_square, 1)} on"
            f" {formats.number(told.units)} agents). The limits are those of chance alone."
        )
    else:
        words = (
            "Overdispersion: the agents vary more than chance alone makes them, for reasons"
            " that are not known here (χ²"
            f" {formats.number(told.chi_square, 1)} on {formats.number(told.units)} agents)."
            f" The variance within the limits is therefore multiplied by φ ="
            f" {formats.number(told.phi, 2)} (Spiegelhalter 2005, winsorised): outside is"
            " who stands out even among agents who differ that much. Where differences last,"
            " one factor for all widens the limits of agents with many calls too little."
        )
    return html.P(words, className="note")
