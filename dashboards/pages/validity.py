"""Validity: how well detection agrees with people, and what that means for each step."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

import polars as pl
from dash import html

from dashboards.components import marks
from dashboards.components.charts import chart
from dashboards.components.grids import GridColumn, grid
from dashboards.components.text import notice, page_head, pills, section, table
from dashboards.figures.kappas import kappas
from dashboards.formats import NOTHING, in_words, language_name
from dashboards.marts import marks as asked
from dashboards.view import Page, View

_TEXTS: Final = {
    "human": "people",
    "silver": "translation",
    "own": "ourselves",
    "none": "nobody",
}


def layout(view: View) -> Iterable[Any]:
    """The page, from top to bottom."""
    yield page_head(
        "Validity",
        "How far the verdicts may be trusted: what Coolhead hears in the words, held against"
        " what people hear in them, for each label and language.",
    )
    figures = asked.figures(view.published, view.filters)
    steps = asked.step_marks(view.published, view.filters)
    if figures.is_empty():
        yield notice("The published version holds no figures of validity.")
        return
    yield _in_words(view, figures)
    yield _counted(view, figures, steps)
    language = _language(view, figures)
    yield _chosen(view, figures, language)
    yield _agreement(view, figures.filter(pl.col("language") == language), language)
    yield _steps(steps)
    yield _unproven(steps.filter(pl.col("language") == language), language)
    yield _false_alarms(view)
    yield _all_figures(figures)


def _in_words(view: View, figures: pl.DataFrame) -> html.Section:
    first = figures.row(0, named=True)
    items = [
        html.Li([marks.mark(name, meaning, is_stop=False), html.Span(meaning)])
        for name, meaning in marks.MEANINGS.items()
    ]
    return section(
        "In plain words",
        html.P(
            [
                "A step's verdict hangs on labels: an apology heard, an insult heard. Each"
                " label was held against text in which somebody else had marked it, and the"
                " agreement is told as ",
                html.Strong("kappa"),
                ": 0 is what chance alone would give, 1 is full agreement. A step is no surer"
                " than the weakest label that it needs; a step that needs none, such as a"
                " break between calls, rests on times and logs. Where your own reviewers"
                " have marked enough of a step, their marks decide instead.",
            ],
            className="words",
        ),
        html.Ul(items, className="meanings"),
        *_dated(view, first),
    )


def _dated(view: View, first: dict[str, Any]) -> Iterator[Any]:
    if not first["measured"]:
        yield notice(
            "Nothing was measured of this version yet: every label is unproven.",
            kind="warn",
        )
        return
    when = view.formats.day(first["evaluated_on"])
    yield html.P(
        f"Measured on {when}, of knowledge {first['measured']}.", className="note"
    )
    if first["measured"] != first["knowledge"]:
        yield notice(
            f"The knowledge in use is {first['knowledge']}, and differs from what was measured:"
            " detection may be better or worse by now than the figures say. “coolhead evaluate"
            " --save” measures anew.",
            kind="warn",
        )


def _counted(view: View, figures: pl.DataFrame, steps: pl.DataFrame) -> html.Section:
    labels = figures.unique(["label", "language"])
    written = view.formats
    rows = [
        (
            language_name(language),
            *(
                written.number(frame.filter(language=language, mark=name).height)
                for frame in (labels, steps)
                for name in marks.SIGNS
            ),
        )
        for language in labels["language"].unique().sort()
    ]
    heads = (
        "Language",
        *(f"{what}: {name}" for what in ("Labels", "Steps") for name in marks.SIGNS),
    )
    return section(
        "How much is proven",
        table(
            heads, rows, "Labels and steps by mark and language", numeric=range(1, 7)
        ),
        note="Steps of all chosen playbooks that can be observed. Whether a call is heated"
        " rests on many labels together and has no mark of its own.",
    )


def _language(view: View, figures: pl.DataFrame) -> str:
    known = figures["language"].unique().sort().to_list()
    told = view.asked.get("in")
    return told if told is not None and told in known else str(known[0])


def _chosen(view: View, figures: pl.DataFrame, language: str) -> html.Div:
    choices = [
        (language_name(each), view.link_here(**{"in": each}), each == language)
        for each in figures["language"].unique().sort()
    ]
    return html.Div([pills("Language", choices)], className="choosing")


def _agreement(view: View, figures: pl.DataFrame, language: str) -> html.Section:
    deciding = figures.filter(pl.col("is_deciding"))
    name = language_name(language)
    missing = deciding.filter(pl.col("kappa").is_null())["label"].to_list()
    told = ", ".join(map(in_words, missing))
    bounds = {
        "provisional": float(figures["provisional_from"][0]),
        "proven": float(figures["proven_from"][0]),
    }
    picture = (
        chart(
            kappas(deciding, bounds, view.formats, view.scheme),
            f"Kappa of each label in {name} with its 95% interval, by mark",
            _deciding_table(view, deciding),
            "validity-kappas",
        )
        if len(missing) < deciding.height
        else notice(f"Nothing was measured in {name}.", kind="warn")
    )
    return section(
        f"Agreement by label: {name}",
        picture,
        html.P(f"Not measured in {name}: {told}.", className="note") if told else None,
        note="The source that decides each label's mark, on its 95% interval. The mark is"
        " taken from the interval's lower end; on text of our own writing it is never more"
        " than provisional, however good the figure.",
        name="agreement",
    )


def _deciding_table(view: View, deciding: pl.DataFrame) -> html.Div:
    written = view.formats
    rows = [
        (
            in_words(row["label"]),
            marks.told(row["mark"]),
            written.number(row["kappa"], 2),
            _between(view, row["kappa_low"], row["kappa_high"]),
            written.number(row["f1"], 2),
            written.number(row["precision"], 2),
            written.number(row["recall"], 2),
            written.number(row["positives"]),
            f"{row['source']} ({row['text']})",
        )
        for row in deciding.iter_rows(named=True)
    ]
    heads = (
        "Label",
        "Mark",
        "Kappa",
        "95% interval",
        "F1",
        "Precision",
        "Recall",
        "Positives",
        "Source",
    )
    return table(heads, rows, "Agreement by label", numeric=range(2, 8))


def _between(view: View, low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return NOTHING
    return f"{view.formats.number(low, 2)} to {view.formats.number(high, 2)}"


def _steps(steps: pl.DataFrame) -> html.Section:
    languages = steps["language"].unique().sort().to_list()
    rows = [
        (
            f"{first['step']}. {first['title']}",
            first["playbook_title"],
            *(
                marks.mark(row["mark"], _decided(row), is_stop=False)
                if row
                else NOTHING
                for row in (cells.get(language) for language in languages)
            ),
        )
        for part in steps.partition_by("playbook", "step", maintain_order=True)
        for first in [part.row(0, named=True)]
        for cells in [{row["language"]: row for row in part.iter_rows(named=True)}]
    ]
    heads = ("Step", "Playbook", *map(language_name, languages))
    return section(
        "Steps by language",
        table(heads, rows, "The mark of each step in each language"),
        note="The mark of the weakest label that the step needs; point at a mark for the"
        " reason. The Playbooks page lists the reasons step by step.",
        name="steps",
    )


def _decided(row: dict[str, Any]) -> str:
    by = "own reviewers decide" if row["decided_by"] == "reviewers" else ""
    return f"{by}: {row['reason']}" if by else str(row["reason"])


def _unproven(steps: pl.DataFrame, language: str) -> html.Section:
    name = language_name(language)
    weak = (
        steps.filter(pl.col("mark") == "unproven")
        .explode("weakest", empty_as_null=True)
        .group_by("weakest")
        .agg(
            steps=pl.struct("playbook", "step").n_unique(),
            titles=pl.col("title").unique(maintain_order=True),
        )
        .sort("steps", "weakest", descending=[True, False])
    )
    rows = [
        (
            in_words(row["weakest"] or "own reviewers disagree"),
            row["steps"],
            "; ".join(row["titles"]),
        )
        for row in weak.iter_rows(named=True)
    ]
    return section(
        f"What is not proven: {name}",
        table(
            ("Because of", "Steps", "Which"),
            rows,
            f"Labels that leave steps unproven in {name}",
            numeric=(1,),
        )
        if rows
        else notice(f"No step is unproven in {name}."),
        note="Labels that keep steps out of totals: what to improve, or to have your own"
        " reviewers look at, first.",
    )


def _false_alarms(view: View) -> html.Section:
    rows = asked.false_alarms(view.published, view.filters)
    heard = rows.with_columns(
        language=pl.col("language").map_elements(language_name, return_dtype=pl.String),
        label=pl.col("label").str.replace_all("_", " "),
    )
    return section(
        "False alarms",
        grid(
            heard,
            _NEGATIVES,
            "false-alarms",
            "False alarms per 1,000 rows in which nothing should be heard",
            rows_shown=8,
        )
        if heard.height
        else notice("No negatives were measured."),
        note="Newspapers, novels and other talk in which the labels should not be heard."
        " Read and excused: the rows in which it is truly said.",
    )


def _all_figures(figures: pl.DataFrame) -> html.Section:
    told = figures.with_columns(
        label=pl.col("label").str.replace_all("_", " "),
        language=pl.col("language").map_elements(language_name, return_dtype=pl.String),
        mark_told=pl.col("mark").replace_strict(
            {name: marks.told(name) for name in marks.SIGNS}, return_dtype=pl.String
        ),
        text=pl.col("text").replace_strict(_TEXTS, return_dtype=pl.String),
        decides=pl.col("is_deciding"),
    )
    return section(
        "All figures",
        grid(told, _FIGURES, "validity", "Agreement by label, language and source"),
        note="Labelled by people; by rule, through a translation; or by ourselves, who wrote them. F1,"
        " precision, recall and kappa are 0-1; kappa beside its 95% interval, drawn by"
        " conversation. Where a row of the source has one label only, a false alarm may be"
        " right: precision and kappa are lower bounds.",
    )


_NEGATIVES: Final = (
    GridColumn("label", "Label", width=1.5),
    GridColumn("language", "Language"),
    GridColumn("source", "Source", width=1.5),
    GridColumn("rows", "Rows", "number"),
    GridColumn("false_alarms", "Heard in", "number"),
    GridColumn("excused", "Excused", "number", about="Truly the thing, after reading"),
    GridColumn("per_thousand", "Per 1,000", "decimal", about="Without the excused"),
)
_FIGURES: Final = (
    GridColumn("label", "Label", width=1.5),
    GridColumn("language", "Language"),
    GridColumn("mark_told", "Mark", "mark", tip="reason"),
    GridColumn("source", "Source", width=1.3),
    GridColumn("text", "Labelled by", width=1.2),
    GridColumn("decides", "Decides", "yes", about="The mark rests on this row"),
    GridColumn("kappa", "Kappa", "hundredth"),
    GridColumn("kappa_low", "95% from", "hundredth"),
    GridColumn("kappa_high", "95% to", "hundredth"),
    GridColumn("f1", "F1", "hundredth"),
    GridColumn("precision", "Precision", "hundredth"),
    GridColumn("recall", "Recall", "hundredth"),
    GridColumn("ac1", "AC1", "hundredth", about="Gwet's AC1"),
    GridColumn("positives", "Positives", "number"),
    GridColumn("rows", "Rows", "number"),
    GridColumn("unit", "Unit"),
    GridColumn("is_precision_lower_bound", "Lower bound", "yes"),
    GridColumn("evaluated_on", "Measured on", "day"),
)

PAGE: Final = Page("/validity", "Validity", layout, ("language", "playbook"))
