"""Which questions of a company's evaluation forms are which steps of ours."""

from typing import Literal, cast

from pydantic import Field, field_validator

from transforms.knowledge.frozen import Frozen

MarkName = Literal["met", "missed", "violated", "not applicable", "cannot tell"]


class Question(Frozen):
    """One question of a form: by its id, its whole text, or words that it holds.

    Attributes:
        id: the form's own id of the question.
        text: the question as the form words it; case doesn't matter.
        words: all of these stand in the question; only questions that no other entry
            names by id or text are found so.
        step: `playbook/step`.
        answers: what each answer says of the step; case doesn't matter.
        reason: why the question is that step.
    """

    id: str | None = None
    text: str | None = None
    words: tuple[str, ...] = ()
    step: str
    answers: dict[str, MarkName] = Field(min_length=1)
    reason: str

    @field_validator("answers", mode="before")
    @classmethod
    def _yes_and_no_are_words(cls, given: object) -> object:
        # YAML reads a bare Yes or No as true or false.
        if not isinstance(given, dict):
            return given
        words: dict[object, object] = {True: "yes", False: "no"}
        told = cast("dict[object, object]", given)
        return {
            words[key] if isinstance(key, bool) else key: mark
            for key, mark in told.items()
        }


class QuestionMap(Frozen):
    """All questions that are steps of ours."""

    version: str
    questions: tuple[Question, ...]

    def find(self, question_id: str, text: str) -> Question | None:
        """The entry for a question; None where it is none of our steps."""
        said = _plain(text)
        for question in self.questions:
            if question.id == question_id or (
                question.text and _plain(question.text) == said
            ):
                return question
        for question in self.questions:
            if question.words and all(_plain(word) in said for word in question.words):
                return question
        return None


def _plain(text: str) -> str:
    return " ".join(text.casefold().split()).rstrip("?!. ")
