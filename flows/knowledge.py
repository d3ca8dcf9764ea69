"""Reads the knowledge under `data/`, and gives it a version."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

import transforms
from transforms.behaviours import BEHAVIOURS
from transforms.identity import Limits
from transforms.knowledge.bundle import Knowledge
from transforms.knowledge.chronic import ChronicGuide
from transforms.knowledge.due_times import Grammar
from transforms.knowledge.evaluation import Excused, Exemplars, Mapping
from transforms.knowledge.evaluation_forms import QuestionMap
from transforms.knowledge.frozen import KnowledgeError, parse, parse_json
from transforms.knowledge.identity import Identity
from transforms.knowledge.languages import Languages
from transforms.knowledge.lexicon import Lexicon
from transforms.knowledge.playbook import Assignments, Playbook
from transforms.knowledge.promises import PromiseWords
from transforms.knowledge.review import ReviewGuide
from transforms.knowledge.roles import Roles
from transforms.knowledge.thresholds import Temperature, Thresholds
from transforms.knowledge.transliteration import Transliteration
from transforms.knowledge.validity import Figures, Marks, Needs, Validity

Model = TypeVar("Model", bound=BaseModel)

_FILES = (
    "languages.yaml",
    "assignments.yaml",
    "temperature.yaml",
    "thresholds.yaml",
    "roles.yaml",
)


def load_knowledge(folder: Path) -> Knowledge:
    """Read and check every knowledge file of a folder.

    Raises:
        KnowledgeError: a file is missing, or cannot be used as written; names it.
    """
    lexicons = [_read(Lexicon, path) for path in _all(folder, "lexicons")]
    playbooks = [_read(Playbook, path) for path in _all(folder, "playbooks")]
    grammars = [_read(Grammar, path) for path in _all(folder, "due_times")]
    words = [_read(PromiseWords, path) for path in _all(folder, "promises")]
    knowledge = Knowledge(
        lexicons={lexicon.language: lexicon for lexicon in lexicons},
        languages=_read(Languages, folder / "languages.yaml"),
        playbooks={playbook.id: playbook for playbook in playbooks},
        assignments=_read(Assignments, folder / "assignments.yaml"),
        temperature=_read(Temperature, folder / "temperature.yaml"),
        thresholds=_read(Thresholds, folder / "thresholds.yaml"),
        roles=_read(Roles, folder / "roles.yaml"),
        version=_version(folder),
        validity=_validity(folder / "validity"),
        review=_read(ReviewGuide, folder / "review" / "guide.yaml"),
        due_times={grammar.language: grammar for grammar in grammars},
        promises={told.language: told for told in words},
        chronic=_read(ChronicGuide, folder / "chronic.yaml"),
    )
    _check_references(knowledge, folder)
    return knowledge


def load_exemplars(folder: Path) -> list[Exemplars]:
    """Read our own example sentences, by language and label; none where there are none.

    Raises:
        KnowledgeError: a file cannot be used as written; names it.
    """
    paths = sorted((folder / "exemplars").glob("*/*.yaml"))
    return [_read(Exemplars, path) for path in paths]


def load_mapping(folder: Path) -> tuple[Mapping, Excused]:
    """Read what evaluation needs to know of labelled sources.

    Raises:
        KnowledgeError: a file is missing, or cannot be used as written; names it.
    """
    evaluation = folder / "evaluation"
    return (
        _read(Mapping, evaluation / "mapping.yaml"),
        _read(Excused, evaluation / "excused.yaml"),
    )


def load_questions(path: Path) -> QuestionMap:
    """Read which questions of evaluation forms are which steps.

    Raises:
        KnowledgeError: the file is missing, or cannot be used as written; names it.
    """
    return _read(QuestionMap, path)


@dataclass(frozen=True)
class IdentityKnowledge:
    """What customers of the source are told to be one person by.

    Attributes:
        identity: what is compared, and how the model learns.
        transliteration: how names in several scripts are brought together.
        limits: when ids are linked.
        version: hash of all these and of the code that compares.
    """

    identity: Identity
    transliteration: Transliteration
    limits: Limits
    version: str


def load_identity(folder: Path) -> IdentityKnowledge:
    """Read what identities are told by.

    Raises:
        KnowledgeError: a file is missing, or cannot be used as written; names it.
    """
    thresholds = _read(Thresholds, folder / "thresholds.yaml")
    limits = Limits(
        link=thresholds.identity_link.value,
        review=thresholds.identity_review.value,
        most_ids=int(thresholds.identity_most_ids.value),
    )
    files = [folder / name for name in ("identity.yaml", "transliteration.yaml")]
    code = Path(transforms.__file__).parent
    sources = (*code.glob("identity*.py"), code / "transliteration.py")
    return IdentityKnowledge(
        identity=_read(Identity, files[0]),
        transliteration=_read(Transliteration, files[1]),
        limits=limits,
        version=_hash((*files, *sorted(sources)), str(limits)),
    )


def _validity(folder: Path) -> Validity:
    return Validity(
        figures=_read(Figures, folder / "figures.json"),
        marks=_read(Marks, folder / "marks.yaml"),
        needs=_read(Needs, folder / "needs.yaml"),
    )


def _read(model: type[Model], path: Path) -> Model:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise KnowledgeError(
            f"{path}: cannot be read ({error}); COOLHEAD_KNOWLEDGE must name a folder"
            " laid out like data/"
        ) from error
    reader = parse_json if path.suffix == ".json" else parse
    return reader(model, text, str(path))


def _all(folder: Path, kind: str) -> list[Path]:
    paths = sorted((folder / kind).glob("*.yaml"))
    if not paths:
        raise KnowledgeError(
            f"{folder / kind}: holds no .yaml file; at least one is needed"
        )
    return paths


def _check_references(knowledge: Knowledge, folder: Path) -> None:
    named = {p for a in knowledge.assignments.assignments for p in a.playbooks}
    if unknown := sorted(named - set(knowledge.playbooks)):
        raise KnowledgeError(
            f"{folder / 'assignments.yaml'}: names playbooks {unknown}, but there are"
            f" only {sorted(knowledge.playbooks)}"
        )
    if unknown := sorted(set(knowledge.validity.needs.behaviours) - set(BEHAVIOURS)):
        raise KnowledgeError(
            f"{folder / 'validity' / 'needs.yaml'}: names behaviours {unknown} that there"
            " are none of; see data/GLOSSARY.md"
        )

    if unspoken := sorted(set(knowledge.roles.phrases) - set(knowledge.lexicons)):
        raise KnowledgeError(
            f"{folder / 'roles.yaml'}: has phrases of {unspoken}, but there are lexicons"
            f" only of {sorted(knowledge.lexicons)}; correct the language, or add its"
            " lexicon"
        )


def _version(folder: Path) -> str:
    """Hash of the knowledge files and of the code that reads them, 12 hex digits."""
    return _hash(_versioned(folder))


def _hash(paths: Iterable[Path], told: str = "") -> str:
    digest = hashlib.blake2b(told.encode(), digest_size=6)
    for path in paths:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _versioned(folder: Path) -> Iterator[Path]:
    yield from (folder / name for name in _FILES)
    yield from _all(folder, "lexicons")
    yield from _all(folder, "playbooks")
    yield from _all(folder, "due_times")
    yield from _all(folder, "promises")
    yield from sorted(Path(transforms.__file__).parent.rglob("*.py"))
