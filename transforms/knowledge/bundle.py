"""All knowledge together, as one scoring uses it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from transforms.knowledge.chronic import NO_GUIDE as NO_ADVICE
from transforms.knowledge.chronic import ChronicGuide
from transforms.knowledge.due_times import Grammar
from transforms.knowledge.languages import Languages
from transforms.knowledge.lexicon import Lexicon
from transforms.knowledge.playbook import Assignments, Playbook
from transforms.knowledge.promises import PromiseWords
from transforms.knowledge.review import NO_GUIDE, ReviewGuide
from transforms.knowledge.roles import Roles
from transforms.knowledge.thresholds import Temperature, Thresholds
from transforms.knowledge.validity import Validity


@dataclass(frozen=True)
class Knowledge:
    """What calls are judged by.

    Attributes:
        lexicons: by language code.
        playbooks: by playbook id, in the order of their files.
        version: hash of every file and of the rules' code; each verdict carries it.
        validity: how well labels are heard; no part of `version`, on which it is measured.
        due_times: how each language says by when, by language code.
        promises: each language's words about promises, by language code.
        review: what reviewers are told of each behaviour; no part of `version` either.
        chronic: what is advised on customers who complain again and again; nor is it.
    """

    lexicons: Mapping[str, Lexicon]
    languages: Languages
    playbooks: Mapping[str, Playbook]
    assignments: Assignments
    temperature: Temperature
    thresholds: Thresholds
    roles: Roles
    version: str
    validity: Validity
    review: ReviewGuide = NO_GUIDE
    due_times: Mapping[str, Grammar] = field(default_factory=dict[str, Grammar])
    promises: Mapping[str, PromiseWords] = field(
        default_factory=dict[str, PromiseWords]
    )
    chronic: ChronicGuide = NO_ADVICE
