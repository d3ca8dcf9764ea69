"""Agreement of two raters: published examples, an independent library, and laws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score, f1_score

from transforms.agreement import ac1, agreement, kappa

ANSWERS = st.lists(
    st.tuples(st.booleans(), st.booleans(), st.integers(0, 5)), min_size=1, max_size=60
)


def test_kappa_of_a_published_table() -> None:
    """Fleiss, Levin, Paik (2003), Statistical methods for rates and proportions, 18.1."""
    assert kappa(np.array([20.0, 5.0, 10.0, 15.0])) == pytest.approx(0.4)


def test_ac1_of_a_published_table() -> None:
    """Gwet (2008), table 3: 118 both, 5 and 2 apart, none neither; kappa is negative."""
    counts = np.array([118.0, 5.0, 2.0, 0.0])
    assert ac1(counts) == pytest.approx(0.9407, abs=1e-4)
    assert kappa(counts) == pytest.approx(-0.0234, abs=1e-4)


@given(ANSWERS)
def test_figures_are_those_of_an_independent_library(
    answers: list[tuple[bool, bool, int]],
) -> None:
    first, second, groups = (np.array(column) for column in zip(*answers, strict=True))
    measured = agreement(first, second, groups, resamples=10)
    if measured.f1.value is not None:
        assert measured.f1.value == pytest.approx(f1_score(first, second))
    if measured.kappa.value is not None:
        expected = cohen_kappa_score(first, second)
        assert measured.kappa.value == pytest.approx(expected)


@given(ANSWERS)
def test_the_order_of_rows_changes_nothing(
    answers: list[tuple[bool, bool, int]],
) -> None:
    def measured(rows: list[tuple[bool, bool, int]]) -> object:
        first, second, groups = (np.array(column) for column in zip(*rows, strict=True))
        return agreement(first, second, groups, resamples=50)

    assert measured(answers) == measured(answers[::-1])


def test_raters_who_agree_have_a_kappa_of_one() -> None:
    said = np.array([True, False] * 10)
    measured = agreement(said, said, np.arange(20))
    assert measured.kappa.value == 1
    assert measured.precision.value == 1


def test_without_a_yes_nothing_is_defined_but_agreement() -> None:
    never = np.zeros(10, dtype=np.bool_)
    measured = agreement(never, never, np.arange(10))
    assert measured.precision.value is None
    assert measured.kappa.value is None
    assert measured.ac1.value == 1


def test_one_talkative_conversation_widens_the_interval() -> None:
    """What one person says hangs together, so it counts as less."""
    first = np.array([True] * 40)
    second = np.array([False] * 20 + [True] * 20)
    alone = agreement(first, second, np.arange(40)).recall
    together = agreement(first, second, np.repeat([0, 1, 2, 3], 10)).recall
    assert together.low is not None
    assert alone.low is not None
    assert together.low < alone.low
