"""Agreement of machine and reviewers: the formulas, the weights, what is left out."""

import numpy as np
import polars as pl
import pytest

from transforms import agreement
from transforms.reviewing import CATEGORIES, REVIEWING, ac1, alpha, kappa, reviewing

ITEM = {"playbook": "p", "step": "1"}


def marks(*rows: tuple[str, str, str]) -> pl.DataFrame:
    """Marks of one step: call, reviewer, mark."""
    return pl.DataFrame(
        [{"call_id": c, **ITEM, "reviewer": r, "mark": m} for c, r, m in rows]
    )


def machine(**verdicts: str) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {"call_id": call, **ITEM, "language": "nl", "machine": verdict}
            for call, verdict in verdicts.items()
        ]
    )


NO_STRATA = pl.DataFrame(
    schema={
        **dict.fromkeys(("call_id", "playbook", "step", "stratum"), pl.String),
        "stratum_size": pl.Int64,
    }
)


def one(frame: pl.DataFrame) -> dict[str, object]:
    assert frame.schema == REVIEWING
    return frame.row(0, named=True)


def two_by_two(a: float, b: float, c: float, d: float) -> np.ndarray:
    table = np.zeros((4, 4))
    table[:2, :2] = [[a, c], [b, d]]
    return table


def test_on_two_categories_the_formulas_are_those_for_yes_and_no() -> None:
    counts = np.array([40.0, 10.0, 5.0, 45.0])
    table = two_by_two(*counts)
    assert kappa(table) == pytest.approx(float(agreement.kappa(counts)))
    # Gwet's chance is shared by four categories here, and by two there.
    assert 0 < ac1(table) < 1


def test_krippendorffs_example_of_nominal_data_comes_out() -> None:
    # Two observers, ten units: Krippendorff (2011), section B: alpha = 0.095.
    one_says = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0]
    other_says = [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]
    table = np.zeros((4, 4))
    for a, b in zip(one_says, other_says, strict=True):
        table[a, b] += 1
        table[b, a] += 1
    assert float(alpha(table)) == pytest.approx(0.095, abs=0.001)


def test_full_agreement_is_one_and_cannot_tell_is_counted_and_left_out() -> None:
    told = one(
        reviewing(
            marks(
                ("a", "ann", "met"),
                ("b", "ann", "missed"),
                ("c", "ann", "cannot tell"),
            ),
            machine(a="met", b="missed", c="met"),
            NO_STRATA,
        )
    )
    assert (told["items"], told["cannot_tell"], told["kappa"]) == (2, 1, 1.0)
    assert (told["outside_samples"], told["items_by_several"]) == (2, 0)
    assert told["human_kappa"] is None


def test_what_the_machine_cannot_observe_stands_as_not_applicable() -> None:
    told = one(
        reviewing(
            marks(("a", "ann", "not applicable"), ("b", "ann", "met")),
            machine(a="not_applicable", b="met"),
            NO_STRATA,
        )
    )
    assert told["agreement"] == 1.0


def test_items_stand_for_their_stratum() -> None:
    strata = pl.DataFrame(
        [
            {"call_id": "a", **ITEM, "stratum": "x", "stratum_size": 90},
            {"call_id": "b", **ITEM, "stratum": "y", "stratum_size": 20},
            {"call_id": "c", **ITEM, "stratum": "y", "stratum_size": 20},
            {"call_id": "d", **ITEM, "stratum": "y", "stratum_size": 20},
        ],
        schema=NO_STRATA.schema,
    )
    told = one(
        reviewing(
            marks(("a", "ann", "met"), ("b", "ann", "met"), ("c", "ann", "met")),
            machine(a="met", b="missed", c="missed", d="missed"),
            strata,
        )
    )
    # 90 agree; two marked of the other stratum stand for 20, the third was not marked.
    assert told["agreement"] == pytest.approx(90 / 110)


def test_an_item_counts_once_however_many_mark_it() -> None:
    told = one(
        reviewing(
            marks(
                ("a", "ann", "met"),
                ("a", "ben", "missed"),
                ("b", "ann", "missed"),
            ),
            machine(a="met", b="missed"),
            NO_STRATA,
        )
    )
    assert (told["items"], told["marks"], told["reviewers"]) == (2, 3, 2)
    assert told["agreement"] == pytest.approx(0.75)


def test_reviewers_are_compared_with_one_another() -> None:
    said = [
        (f"c{n}", who, CATEGORIES[(n + (who == "cas" and n % 3 == 0)) % 4])
        for n in range(12)
        for who in ("ann", "ben", "cas")
    ]
    calls = {f"c{n}": "met" for n in range(12)}
    told = one(reviewing(marks(*said), machine(**calls), NO_STRATA))
    assert told["items_by_several"] == 12
    ann_ben, with_cas = 1.0, told["human_kappa"]
    assert isinstance(with_cas, float)
    assert 0.5 < with_cas < ann_ben
    assert 0.5 < float(str(told["human_alpha"])) < 1
    low, high = told["human_kappa_low"], told["human_kappa_high"]
    assert float(str(low)) <= with_cas <= float(str(high))


def test_the_order_of_marks_changes_nothing() -> None:
    said = [(f"c{n}", who, CATEGORIES[n % 3]) for n in range(9) for who in ("a", "b")]
    calls = machine(**{f"c{n}": ("met", "missed")[n % 2] for n in range(9)})
    there = reviewing(marks(*said), calls, NO_STRATA)
    back = reviewing(marks(*reversed(said)), calls.reverse(), NO_STRATA)
    assert there.equals(back)
