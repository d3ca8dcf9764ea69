"""Marks of labels and steps: who labelled decides, the weakest label counts, reviewers win."""

from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.transforms.drawn import validity
from transforms.contracts import marts
from transforms.contracts.validity_marts import MARKS
from transforms.knowledge.frozen import KnowledgeError, parse, parse_json
from transforms.knowledge.playbook import BehaviourUse, Playbook, Step
from transforms.knowledge.validity import Figure, Figures, Needs, Validity
from transforms.label_marks import label_mark
from transforms.validity import REVIEWED, step_marks, validity_rows

_RATES = ("precision", "recall", "f1", "kappa", "ac1")


def figure(label: str = "apology", kappa: float | None = 0.8, **told: Any) -> Figure:
    """A figure with an interval of 0.05 to either side."""
    low = None if kappa is None else kappa - 0.05
    high = None if kappa is None else kappa + 0.05
    rates: dict[str, Any] = {}
    for name in _RATES:
        rates |= {name: kappa, f"{name}_low": low, f"{name}_high": high}
    fields = {
        "label": label,
        "language": "en",
        "source": "talk",
        "text": "human",
        "unit": "utterance",
        "rows": 1000,
        "positives": 100,
        "true_positives": 90,
        "false_positives": 10,
        "false_negatives": 10,
        "is_precision_lower_bound": False,
    }
    return Figure(**{**fields, **rates, **told})


def measured(*figures: Figure) -> Validity:
    """What is shipped, with these figures."""
    shipped = validity()
    told = Figures(
        version="v1",
        evaluated_on=date(2026, 11, 22),
        figures=figures,
        negatives=shipped.figures.negatives,
    )
    return Validity(told, shipped.marks, shipped.needs)


@pytest.mark.parametrize(
    ("figures", "mark", "says"),
    [
        ([], "unproven", "nothing was measured"),
        ([figure(kappa=0.66)], "proven", "people's labels on talk: kappa 0.66"),
        ([figure(kappa=0.64)], "provisional", "people's labels"),
        ([figure(kappa=0.44)], "unproven", "people's labels"),
        ([figure(kappa=None)], "unproven", "not defined"),
        ([figure(text="silver", kappa=0.9)], "provisional", "translation"),
        ([figure(text="silver", kappa=0.44)], "unproven", "translation"),
        ([figure(text="own", kappa=0.99)], "provisional", "our own writing only"),
        ([figure(text="own", kappa=0.39)], "unproven", "our own writing only"),
        ([figure(text="own", kappa=0.41)], "provisional", "our own writing only"),
        ([figure(positives=29)], "unproven", "29 positive rows of 30"),
    ],
)
def test_who_labelled_the_text_says_what_a_figure_can_prove(
    figures: list[Figure], mark: str, says: str
) -> None:
    found = label_mark(measured(*figures), "apology", "en")
    assert found.mark == mark
    assert says in found.reason


def test_the_human_source_with_most_positives_decides() -> None:
    small = figure(source="small", kappa=0.9, positives=40)
    large = figure(source="large", kappa=0.5, positives=400)
    own = figure(source="ours", kappa=0.99, positives=4000, text="own")
    found = label_mark(measured(small, own, large), "apology", "en")
    assert (found.mark, found.figure) == ("provisional", large)


def test_what_was_measured_in_whole_calls_comes_first() -> None:
    alone = figure(source="alone", kappa=0.3, positives=400)
    within = figure(source="alone", kappa=0.9, positives=200, unit="call")
    assert label_mark(measured(alone, within), "apology", "en").figure == within


def test_a_source_with_one_label_a_row_may_prove_but_not_disprove() -> None:
    low = figure(source="acts", kappa=0.2, is_precision_lower_bound=True)
    own = figure(source="ours", text="own", kappa=0.9)
    found = label_mark(measured(low, own), "apology", "en")
    assert (found.mark, found.figure) == ("provisional", own)
    assert "on acts, where a row has one label only" in found.reason
    fair = figure(source="acts", kappa=0.5, is_precision_lower_bound=True)
    assert label_mark(measured(fair, own), "apology", "en").mark == "provisional"
    assert label_mark(measured(fair, own), "apology", "en").figure == fair
    high = figure(source="acts", kappa=0.8, is_precision_lower_bound=True)
    whole = figure(source="whole", kappa=0.5, positives=50)
    assert label_mark(measured(high, whole), "apology", "en").figure == high
    assert label_mark(measured(fair, whole), "apology", "en").figure == whole


def test_a_figure_of_one_language_says_nothing_of_another() -> None:
    assert label_mark(measured(figure()), "apology", "nl").mark == "unproven"


def step(*uses: BehaviourUse, name: str = "1") -> Step:
    return Step(
        id=name,
        title="One",
        title_native="One",
        seed_step=name,
        weight=1,
        behaviours=uses,
        observable=bool(uses),
        reason=None if uses else "Nobody sees it.",
    )


def books(*steps: Step) -> dict[str, Playbook]:
    return {
        "book": Playbook(
            id="book",
            version="1",
            title="Book",
            title_native="Book",
            language="en",
            direction="ltr",
            source="drawn",
            steps=steps,
        )
    }


EMPATHY = BehaviourUse(behaviour="empathy")
BREAK = BehaviourUse(behaviour="break_after", parameters={"minutes": 5})


def only(frame: pl.DataFrame) -> dict[str, Any]:
    (row,) = frame.to_dicts()
    return row


def test_a_step_has_the_mark_of_its_weakest_needed_label() -> None:
    given = measured(
        figure("empathy", 0.9),
        figure("judging", 0.5),
        figure("apology", 0.1),
    )
    row = only(step_marks(given, books(step(EMPATHY)), ["en"]))
    assert (row["mark"], row["weakest"]) == ("provisional", ["judging"])
    assert row["reason"].startswith("judging: against people's labels on talk")
    assert (row["decided_by"], row["kappa"]) == ("evaluation", 0.5)
    sound = measured(figure("empathy", 0.9), figure("judging", 0.8))
    row = only(step_marks(sound, books(step(EMPATHY)), ["en"]))
    assert (row["mark"], row["weakest"]) == ("proven", [])
    assert "the weakest is judging" in row["reason"]


def test_labels_that_are_as_weak_are_all_named() -> None:
    row = only(step_marks(measured(), books(step(EMPATHY)), ["en"]))
    assert sorted(row["weakest"]) == ["empathy", "judging"]
    assert "Also unproven:" in row["reason"]


def test_what_hangs_on_no_label_is_proven_and_says_so() -> None:
    row = only(step_marks(measured(), books(step(BREAK)), ["en"]))
    assert row["mark"] == "proven"
    assert row["reason"].startswith("hangs on no label: ")
    both = only(step_marks(measured(), books(step(BREAK, EMPATHY)), ["en"]))
    assert both["mark"] == "unproven"


def test_conduct_that_does_not_count_in_a_step_does_not_lower_its_mark() -> None:
    calm = BehaviourUse(behaviour="calm")
    row = only(step_marks(measured(), books(step(BREAK, calm)), ["en"]))
    assert row["mark"] == "proven"
    assert only(step_marks(measured(), books(step(calm)), ["en"]))["mark"] == "unproven"


def test_parameters_say_which_labels_are_needed() -> None:
    given = measured(
        *(figure(x, 0.9) for x in ("boundary", "insult", "hostility", "sarcasm"))
    )
    plain = BehaviourUse(behaviour="boundary")
    later = BehaviourUse(behaviour="boundary", parameters={"required": ("resume",)})
    frame = step_marks(given, books(step(plain), step(later, name="2")), ["en"])
    assert frame["mark"].to_list() == ["proven", "unproven"]
    assert frame["weakest"].to_list() == [[], ["resume_offer"]]


def test_unobservable_steps_have_no_mark_and_each_language_has_its_own() -> None:
    given = measured(figure("empathy"), figure("judging"))
    frame = step_marks(given, books(step(EMPATHY), step(name="2")), ["nl", "en"])
    assert frame.select("step", "language", "mark").rows() == [
        ("1", "en", "proven"),
        ("1", "nl", "unproven"),
    ]


def reviewed(items: int, low: float | None) -> pl.DataFrame:
    row = {"playbook": "book", "step": "1", "language": "en", "items": items}
    rates = {"kappa": low, "kappa_low": low, "kappa_high": low}
    return pl.DataFrame([{**row, **rates}], schema=REVIEWED)


@pytest.mark.parametrize(
    ("items", "low", "mark", "decided_by"),
    [
        (20, 0.7, "proven", "reviewers"),
        (20, 0.45, "provisional", "reviewers"),
        (200, 0.1, "unproven", "reviewers"),
        (19, 0.1, "proven", "evaluation"),
        (20, None, "proven", "evaluation"),
    ],
)
def test_own_reviewers_decide_where_they_marked_enough(
    items: int, low: float | None, mark: str, decided_by: str
) -> None:
    given = measured(figure("empathy"), figure("judging"))
    frame = step_marks(given, books(step(EMPATHY)), ["en", "nl"], reviewed(items, low))
    row = frame.filter(language="en").to_dicts()[0]
    assert (row["mark"], row["decided_by"]) == (mark, decided_by)
    assert frame.filter(language="nl")["decided_by"].item() == "evaluation"
    assert row["items"] == (items if decided_by == "reviewers" else None)


_KAPPA = st.floats(-0.9, 0.9)


@given(_KAPPA, _KAPPA, st.floats(0, 0.1))
def test_a_better_label_never_lowers_a_step(
    one: float, other: float, better: float
) -> None:
    before = step_marks(
        measured(figure("empathy", one), figure("judging", other)),
        books(step(EMPATHY)),
        ["en"],
    )
    after = step_marks(
        measured(figure("empathy", one + better), figure("judging", other)),
        books(step(EMPATHY)),
        ["en"],
    )
    place = [MARKS.index(only(frame)["mark"]) for frame in (before, after)]
    assert place[1] <= place[0]


def test_the_mart_has_every_figure_and_tells_where_nothing_was_measured() -> None:
    given = measured(figure(), figure(source="more", positives=300, kappa=0.5))
    told = Figures(
        version="v1",
        evaluated_on=date(2026, 11, 22),
        figures=given.figures.figures,
        negatives=(
            {
                "label": "apology",
                "language": "en",
                "source": "news",
                "rows": 5000,
                "false_alarms": 4,
                "excused": 1,
                "per_thousand": 0.6,
            },  # type: ignore[arg-type]
        ),
    )
    frame = validity_rows(
        Validity(told, given.marks, given.needs), ["en", "nl"], "today"
    )
    mine = frame.filter(label="apology", language="en")
    assert mine.select("source", "text", "is_deciding", "mark").rows() == [
        ("more", "human", True, "provisional"),
        ("news", "negatives", False, "provisional"),
        ("talk", "human", False, "provisional"),
    ]
    assert mine.filter(source="news")["per_thousand"].item() == 0.6
    rest = frame.filter(label="apology", language="nl").to_dicts()
    assert [(row["source"], row["mark"]) for row in rest] == [("(none)", "unproven")]
    assert frame.select("measured", "knowledge").unique().rows() == [("v1", "today")]
    assert frame.select(marts.VALIDITY.key).is_unique().all()


def test_figures_are_refused_politely() -> None:
    with pytest.raises(KnowledgeError, match=r"figures\.json.*EOF"):
        parse_json(Figures, '{"version": ', "figures.json")
    with pytest.raises(KnowledgeError, match=r"figures\.json: mood: Extra inputs"):
        parse_json(
            Figures,
            '{"version": "", "evaluated_on": "2026-11-22", "figures": [],'
            ' "negatives": [], "mood": 1}',
            "figures.json",
        )
    twice = measured(figure()).figures.model_copy(update={"figures": (figure(),) * 2})
    with pytest.raises(KnowledgeError, match="measured more than once"):
        parse_json(Figures, twice.model_dump_json(), "figures.json")


def test_needs_of_labels_that_there_are_none_of_are_refused() -> None:
    text = (
        'version: "1"\nheat: {labels: [], reason: x}\n'
        "behaviours: {calm: [{needs: [tantrum], reason: x}]}"
    )
    with pytest.raises(KnowledgeError, match=r"needs\.yaml.*tantrum"):
        parse(Needs, text, "needs.yaml")
