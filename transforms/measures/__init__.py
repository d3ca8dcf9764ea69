"""Every formula, in one place, each with its source: a module for each family.

A rate never travels alone: numerator and denominator go with it, and a denominator of zero
gives null, never 0.
"""

from transforms.measures.baseline import Baseline, negative_binomial
from transforms.measures.comparing import (
    Funnel,
    RatioFunnel,
    ratio_funnel,
    share_funnel,
    shrunken,
    standardised,
)
from transforms.measures.control import Chart, control_chart, weighed_counts
from transforms.measures.funnel import (
    Dispersion,
    dispersion,
    funnel,
    limits,
    outside_by_chance,
)
from transforms.measures.rates import (
    jeffreys,
    jeffreys_bounds,
    per_hundred,
    rate,
    weighted_rate,
    wilson,
)
from transforms.measures.shrinkage import Prior, beta_binomial_prior
from transforms.measures.survival import kaplan_meier
from transforms.measures.trend import laplace_trend

__all__ = [
    "Baseline",
    "Chart",
    "Dispersion",
    "Funnel",
    "Prior",
    "RatioFunnel",
    "beta_binomial_prior",
    "control_chart",
    "dispersion",
    "funnel",
    "jeffreys",
    "jeffreys_bounds",
    "kaplan_meier",
    "laplace_trend",
    "limits",
    "negative_binomial",
    "outside_by_chance",
    "per_hundred",
    "rate",
    "ratio_funnel",
    "share_funnel",
    "shrunken",
    "standardised",
    "weighed_counts",
    "weighted_rate",
    "wilson",
]
