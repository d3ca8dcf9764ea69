"""How names in several scripts are brought together: folded letters and sounds, as data."""

from pydantic import Field, model_validator

from transforms.knowledge.frozen import Frozen
from transforms.knowledge.thresholds import Threshold, WordList

Readings = dict[str, tuple[str, ...]]
"""Letters as written, and the sounds that they may stand for; '' where they are silent."""


class FoldedLetters(Frozen):
    """Letters that stand for others, and why."""

    reason: str
    letters: dict[str, str]


class Script(Frozen):
    """How the letters of one script sound.

    Attributes:
        reason: where the readings come from.
        doubled_as_one: a letter written twice in a row sounds once.
        anywhere: readings wherever no other is given.
        start: readings that differ at the start of a word.
        end: readings that differ at its end.
    """

    reason: str
    doubled_as_one: bool
    anywhere: Readings = Field(min_length=1)
    start: Readings = Field(default_factory=dict)
    end: Readings = Field(default_factory=dict)

    @model_validator(mode="after")
    def _reads_everything(self) -> "Script":
        for readings in (self.anywhere, self.start, self.end):
            for written, sounds in readings.items():
                if not written or not sounds:
                    raise ValueError(
                        f"{written!r}: {list(sounds)}; letters need at least one sound,"
                        " '' if they are silent"
                    )
        return self


class Transliteration(Frozen):
    """What it takes to hear one name in two scripts; see `data/transliteration.yaml`.

    Attributes:
        version: of the file.
        folded: letters that taking marks off does not change.
        titles: words of a name that are no name, folded.
        most_keys: how many sound keys a word has at most.
        scripts: by name.
    """

    version: str
    folded: FoldedLetters
    titles: WordList
    most_keys: Threshold
    scripts: dict[str, Script] = Field(min_length=1)
