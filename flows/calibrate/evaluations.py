"""Evaluations that Amazon Connect exports: answers that are marks of ours, the rest kept raw."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import orjson

from dashboards.records.reviews import Mark
from flows.calibrate.reading import Known, Taken, content_hash
from flows.calibrate.sheets import SheetError
from flows.readers.documents import as_objects
from flows.readers.source import as_object
from transforms.knowledge.evaluation_forms import Question, QuestionMap

_KEYS: Final = {"evaluationId", "metadata", "questions"}


@dataclass
class TakenEvaluation(Taken):
    """What came of one evaluation.

    Attributes:
        raw: the row that keeps it whole, without who and why.
        evaluator: who evaluated.
        mapped: for each question taken for a step: which.
    """

    raw: dict[str, Any] = field(default_factory=dict[str, Any])
    evaluator: str = ""
    mapped: list[str] = field(default_factory=list[str])


def read_evaluation(
    path: Path, known: Known, questions: QuestionMap, reviewer: str | None
) -> TakenEvaluation:
    """The marks of one exported evaluation, and what of it is none.

    Raises:
        SheetError: the file is no such export, or doesn't say who evaluated which call.
        OSError: it cannot be read.
    """
    content = path.read_bytes()
    try:
        found: Any = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise SheetError(f"{path}: is no JSON ({error}); export it again") from error
    document = as_object(found)
    if not document.keys() >= _KEYS:
        raise SheetError(
            f"{path}: is JSON, but no evaluation that Amazon Connect exports: it lacks"
            f" some of {', '.join(sorted(_KEYS))}"
        )
    metadata = as_object(document.get("metadata"))
    call_id = str(metadata.get("contactId") or "")
    who = reviewer or str(metadata.get("evaluator") or "")
    if not call_id or not who:
        raise SheetError(
            f"{path}: metadata lacks {'contactId' if not call_id else 'evaluator'};"
            " without it nobody knows who marked which call (--reviewer NAME names who)"
        )
    raw = {
        "source": content_hash(content),
        "call_id": call_id,
        "content": content.decode("utf-8", "replace"),
    }
    taken = TakenEvaluation(raw=raw, evaluator=who)
    if call_id not in known.calls:
        taken.kept.append(
            f"{path}: metadata.contactId: no call {call_id!r} is published; its marks count"
            " once it is, and nothing is to be done"
        )
    for question in as_objects(document.get("questions")):
        _take(question, taken, known, questions, path)
    return taken


def _take(
    question: Mapping[str, Any],
    taken: TakenEvaluation,
    known: Known,
    questions: QuestionMap,
    path: Path,
) -> None:
    text = str(question.get("questionText") or "")
    name = str(question.get("questionRefId") or "")
    where = f"{path}: question {name} ({text!r})"
    entry = questions.find(name, text)
    if entry is None:
        taken.kept.append(
            f"{where}: is no step of ours, and is kept as it is; to map it, name it in a"
            " file for --questions"
        )
        return
    if entry.step not in known.steps:
        taken.problems.append(
            f"{where}: is mapped to {entry.step!r}, and no playbook has that step; mend"
            " the file for --questions"
        )
        return
    answer = as_object(question.get("answer"))
    said = _said(answer)
    mark = _mark_of(answer, said, entry)
    if mark is None:
        taken.problems.append(
            f"{where}: the answer is {said or 'none'!r}, mapped are"
            f" {', '.join(entry.answers)}; add it in a file for --questions"
        )
        return
    playbook, _, step = entry.step.partition("/")
    notes = str(answer.get("notes") or "").strip()
    source, why = str(taken.raw["source"]), f"{path.name}, question {name}"
    taken.mapped.append(f"{text!r} taken for {entry.step}: {mark}")
    taken.marks.append(
        Mark(
            taken.raw["call_id"],
            playbook,
            step,
            taken.evaluator,
            mark,
            notes,
            source,
            why,
        )
    )


def _mark_of(answer: Mapping[str, Any], said: str, entry: Question) -> str | None:
    if as_object(answer.get("metadata")).get("notApplicable") is True:
        return "not applicable"
    known = {name.casefold(): mark for name, mark in entry.answers.items()}
    return known.get(said.casefold())


def _said(answer: Mapping[str, Any]) -> str:
    """The answer chosen, or written."""
    return "; ".join(_chosen(answer)) or str(answer.get("value") or "").strip()


def _chosen(answer: Mapping[str, Any]) -> Iterator[str]:
    for value in as_objects(answer.get("values")):
        if value.get("selected") is True:
            yield str(value.get("valueText") or value.get("valueRefId") or "")
