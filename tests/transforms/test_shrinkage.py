"""Empirical Bayes: the fit against scipy, the posterior against its Beta, and laws."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats

from transforms.measures.shrinkage import (
    Posterior,
    beta_binomial_prior,
    interval,
    pooled_interval,
    posterior,
)

AGENTS = st.lists(
    st.integers(0, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
    min_size=1,
    max_size=25,
)
TUMOURS = (
    [0] * 14 + [1] * 8 + [2] * 9 + [1, 5, 2, 5, 3, 2, 7, 7, 3, 3, 2, 9, 10]
    + [4] * 7 + [10, 4, 4, 4, 5, 11, 12, 5, 5, 6, 5, 6, 6, 6, 6, 16, 15, 15, 9, 4]
)  # fmt: skip
RATS = (
    [20] * 7 + [19] * 4 + [18] * 2 + [17] + [20] * 4 + [19] * 2 + [18] * 2
    + [25, 24, 23] + [20] * 6 + [10, 49, 19, 46, 27, 17, 49, 47, 20, 20, 13, 48, 50]
    + [20] * 7 + [48, 19, 19, 19, 22, 46, 49, 20, 20, 23, 19, 22, 20, 20, 20, 52]
    + [46, 47, 24, 14]
)  # fmt: skip
"""Tumours in 71 groups of rats: R. E. Tarone, Biometrics 38 (1982) 215-220, as printed in
Gelman and others, 'Bayesian data analysis', table 5.1."""


def by_scipy(met: Any, judged: Any) -> tuple[float, float]:
    def loss(point: Any) -> float:
        a, b = np.exp(point)
        return -float(stats.betabinom.logpmf(met, judged, a, b).sum())

    options = {"xatol": 1e-9, "fatol": 1e-10, "maxiter": 5000}
    found: Any = optimize.minimize(
        loss, [0.0, 0.5], method="Nelder-Mead", options=options
    )
    a, b = np.exp(found.x)
    return float(a / (a + b)), float(a + b)


def test_the_prior_of_the_rats_is_scipys_greatest_likelihood() -> None:
    assert (len(TUMOURS), len(RATS)) == (71, 71)
    prior = beta_binomial_prior(TUMOURS, RATS)
    mean, concentration = by_scipy(TUMOURS, RATS)
    assert prior.mean == pytest.approx(mean, abs=1e-5)
    assert prior.concentration == pytest.approx(concentration, rel=1e-4)


def test_the_prior_of_many_agents_is_the_one_they_were_drawn_from() -> None:
    random = np.random.default_rng(5)
    judged = random.integers(20, 200, 3000)
    met = random.binomial(judged, random.beta(12, 8, 3000))
    prior = beta_binomial_prior(met, judged)
    assert prior.mean == pytest.approx(0.6, abs=0.01)
    assert prior.concentration == pytest.approx(20, rel=0.1)


@pytest.mark.parametrize(
    ("met", "judged", "mean"),
    [
        ([5, 5, 5], [10, 10, 10], 0.5),  # no spread at all
        ([3], [9], 1 / 3),  # one agent
        ([0, 0], [4, 6], 0.0),  # nobody met it
        ([4, 6], [4, 6], 1.0),  # everybody did
        ([0, 2], [0, 4], 0.5),  # one of two without an opportunity
    ],
)
def test_agents_who_cannot_be_told_apart_are_shrunk_fully(
    met: list[int], judged: list[int], mean: float
) -> None:
    prior = beta_binomial_prior(met, judged)
    assert math.isinf(prior.concentration)
    assert prior.mean == pytest.approx(mean)
    assert posterior(met, judged, prior).mean == pytest.approx([mean] * len(met))
    low, high = pooled_interval(prior)
    assert low <= mean <= high
    assert high > low


def test_nothing_is_believed_without_opportunities() -> None:
    prior = beta_binomial_prior([0, 0], [0, 0])
    assert np.isnan(posterior([0, 0], [0, 0], prior).mean).all()
    assert np.isnan(pooled_interval(prior)).all()


def test_the_posterior_is_the_beta_that_conjugacy_gives() -> None:
    prior = beta_binomial_prior(TUMOURS, RATS)
    a = prior.mean * prior.concentration
    b = prior.concentration - a
    known: Any = stats.beta(a + 4, b + 14 - 4)
    told = posterior([4], [14], prior)
    assert told.mean[0] == pytest.approx(known.mean())
    drawn = prior.concentration / (prior.concentration + 14)
    own = told.variance[0] - drawn**2 * prior.mean_variance
    assert own == pytest.approx(known.var())
    low, high = interval(Posterior(told.mean, np.array([own])))
    assert (low[0], high[0]) == pytest.approx((known.ppf(0.025), known.ppf(0.975)))


@settings(max_examples=60, deadline=None)
@given(AGENTS)
def test_a_shrunk_share_lies_between_the_agents_own_and_the_mean(
    agents: list[tuple[int, int]],
) -> None:
    met, judged = (np.array(counts) for counts in zip(*agents, strict=True))
    prior = beta_binomial_prior(met, judged)
    if prior.judged == 0:
        return
    believed = posterior(met, judged, prior)
    own = np.where(judged > 0, met / np.maximum(judged, 1), prior.mean)
    slack = 1e-9
    assert (believed.mean >= np.minimum(own, prior.mean) - slack).all()
    assert (believed.mean <= np.maximum(own, prior.mean) + slack).all()
    low, high = interval(believed)
    assert (low <= believed.mean + slack).all()
    assert (believed.mean <= high + slack).all()
    assert ((low >= 0) & (high <= 1)).all()


@settings(max_examples=30, deadline=None)
@given(AGENTS, st.randoms(use_true_random=False))
def test_the_order_of_agents_changes_nothing(
    agents: list[tuple[int, int]], random: Any
) -> None:
    shuffled = random.sample(agents, len(agents))
    told, other = (
        beta_binomial_prior(*zip(*rows, strict=True)) for rows in (agents, shuffled)
    )
    assert (told.met, told.judged) == (other.met, other.judged)
    if told.judged and not math.isinf(told.concentration):
        assert other.mean == pytest.approx(told.mean, abs=1e-4)
