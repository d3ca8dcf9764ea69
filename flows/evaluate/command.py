"""The command `coolhead evaluate`."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from flows.settings import Settings
from transforms.detection.labels import LABELS


def evaluate(
    file: Annotated[
        Path | None,
        typer.Argument(
            help="One labelled file: a corpus's data.jsonl.gz, or JSON lines of text,"
            " speaker, language, labels."
        ),
    ] = None,
    corpora: Annotated[
        Path | None, typer.Option(help="A folder of labelled corpora.")
    ] = None,
    language: Annotated[str | None, typer.Option(help="Only this one.")] = None,
    source: Annotated[str | None, typer.Option(help="Only this one.")] = None,
    errors: Annotated[
        str | None,
        typer.Option(
            metavar="LABEL",
            help="Show this label's false alarms and misses in context.",
        ),
    ] = None,
    asr: Annotated[
        bool,
        typer.Option("--asr", help="Measure under the noise of speech recognition."),
    ] = False,
    keep: Annotated[
        bool,
        typer.Option("--save", help="Keep the figures as those that ship."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Answer as JSON.")] = False,
) -> None:
    """Measure what is heard against what people say is there.

    Without a file or a folder, on our own text only.
    """
    from flows.evaluate import answer
    from flows.evaluate.run import Asked, Evaluation
    from flows.evaluate.save import save
    from flows.knowledge import load_knowledge

    if errors is not None and errors not in LABELS:
        raise typer.BadParameter(f"{errors!r} is no label; see data/GLOSSARY.md")
    if keep and (corpora is None or file or language or source):
        raise typer.BadParameter(
            "--save keeps the figures of all corpora: give --corpora, and neither a file,"
            " a language nor a source"
        )
    folder = Settings().knowledge
    evaluation = Evaluation(
        load_knowledge(folder), Asked(folder, file, corpora, language, source)
    )
    if errors is not None:
        answer.errors_list(evaluation, errors)
    elif asr:
        answer.noise_table(evaluation, as_json=as_json)
    else:
        figures, negatives = evaluation.figures(), evaluation.false_alarms()
        if keep:
            save(folder, evaluation.knowledge.version, figures, negatives)
        if as_json:
            json.dump({"figures": figures, "negatives": negatives}, sys.stdout)
        else:
            answer.figures_table(figures)
            answer.alarms_table(negatives)
