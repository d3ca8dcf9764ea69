"""Every formula, in one place, each with its source: a module for each family.

A rate never travels alone: numerator and denominator go with it, and a denominator of zero
gives null, never 0.
"""

from transforms.measures.rates import (
    jeffreys,
    jeffreys_bounds,
    per_hundred,
    rate,
    weighted_rate,
    wilson,
)

__all__ = [
    "jeffreys",
    "jeffreys_bounds",
    "per_hundred",
    "rate",
    "weighted_rate",
    "wilson",
]
