"""The knowledge folder: read whole or refused, versioned, and told when it has changed."""

import json
import shutil
from pathlib import Path

import pytest

from flows.knowledge import load_knowledge
from flows.nightly import nightly
from flows.settings import CHECKOUT, Settings
from tests.flows.nights import angry, put
from tests.flows.runs import ask
from transforms.knowledge.frozen import KnowledgeError

DATA = CHECKOUT / "data"


def copy_to(folder: Path) -> Path:
    """A copy of the shipped knowledge, to be changed."""
    for kind in (
        "due_times",
        "lexicons",
        "playbooks",
        "promises",
        "review",
        "validity",
    ):
        shutil.copytree(DATA / kind, folder / kind)
    for path in DATA.glob("*.yaml"):
        shutil.copy(path, folder / path.name)
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped knowledge, of the test's own."""
    return copy_to(tmp_path / "knowledge")


def change(path: Path, found: str, instead: str) -> None:
    """Change one place of a file."""
    text = path.read_text(encoding="utf-8")
    assert found in text
    path.write_text(text.replace(found, instead, 1), encoding="utf-8")


def add_phrase(lexicon: Path, label: str, phrase: str) -> None:
    """Let one more phrase be heard as a label."""
    before, found, after = lexicon.read_text(encoding="utf-8").partition(
        f"\n  {label}:\n"
    )
    head, phrases, rest = after.partition("    phrases:\n")
    assert found
    assert phrases
    added = f'{before}{found}{head}{phrases}      - "{phrase}"\n{rest}'
    lexicon.write_text(added, encoding="utf-8")


def test_the_shipped_knowledge_has_a_lexicon_for_every_playbooks_language() -> None:
    knowledge = load_knowledge(DATA)
    assert set(knowledge.lexicons) == {"en", "he", "nb", "nl", "cs"}
    languages = {playbook.language for playbook in knowledge.playbooks.values()}
    assert languages <= set(knowledge.lexicons)


def test_the_version_stays_while_the_files_stay(folder: Path) -> None:
    assert load_knowledge(folder).version == load_knowledge(DATA).version


@pytest.mark.parametrize(
    "name",
    [
        "thresholds.yaml",
        "assignments.yaml",
        "lexicons/en.yaml",
        "playbooks/ten-steps.yaml",
    ],
)
def test_any_change_of_any_file_gives_another_version(folder: Path, name: str) -> None:
    before = load_knowledge(folder).version
    path = folder / name
    path.write_text(path.read_text(encoding="utf-8") + "# more\n", encoding="utf-8")
    assert load_knowledge(folder).version != before


def test_an_assignment_of_an_unknown_playbook_is_refused(folder: Path) -> None:
    change(
        folder / "assignments.yaml",
        "  - reason:",
        "  - playbooks: [two-left-feet]\n    reason:",
    )
    with pytest.raises(KnowledgeError, match=r"assignments\.yaml.*two-left-feet"):
        load_knowledge(folder)


def test_an_unknown_threshold_is_refused_with_file_and_key(folder: Path) -> None:
    path = folder / "thresholds.yaml"
    path.write_text(
        path.read_text(encoding="utf-8") + "luck: {value: 7, unit: x, reason: y}\n",
        encoding="utf-8",
    )
    with pytest.raises(KnowledgeError, match=r"thresholds\.yaml: luck: Extra inputs"):
        load_knowledge(folder)


def test_a_missing_file_is_named_with_what_to_do(folder: Path) -> None:
    (folder / "temperature.yaml").unlink()
    with pytest.raises(KnowledgeError, match=r"temperature\.yaml.*COOLHEAD_KNOWLEDGE"):
        load_knowledge(folder)


def test_changed_knowledge_is_told_and_scores_again_only_when_asked(
    settings: Settings,
    folder: Path,
    prefect_server: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COOLHEAD_KNOWLEDGE", str(folder))
    put(
        settings,
        "a.jsonl",
        angry("c1", "2026-10-05T09:00:00+02:00"),
        angry("c2", "2026-10-06T09:00:00+02:00"),
    )
    first = nightly(home=settings.home)
    query = (
        "SELECT verdict::VARCHAR FROM marts.verdicts"
        " WHERE behaviour = 'prevention_commitment'"
    )
    assert ask(settings, query).rows() == [("missed",), ("missed",)]
    # What the agent says in both calls is now heard as a commitment, too.
    add_phrase(folder / "lexicons" / "en.yaml", "prevention_commitment", "a new one")
    told = nightly(home=settings.home)
    assert (told.is_changed, told.outdated_days) == (False, 2)
    assert told.version == first.version
    again = nightly(home=settings.home, rescore=True)
    assert (again.is_changed, again.days_scored, again.outdated_days) == (True, 2, 0)
    assert ask(settings, query).rows() == [("met",), ("met",)]
    # A verdict that differs is one change, not an old one gone and a new one come.
    assert again.verdicts_changed == 2
    history = ask(
        settings, "SELECT run_id, knowledge FROM marts.run_history ORDER BY run_id"
    )
    assert history["run_id"].to_list() == [first.version, again.version]
    assert history["knowledge"].n_unique() == 2


def test_new_figures_of_validity_are_published_without_new_calls(
    settings: Settings,
    folder: Path,
    prefect_server: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COOLHEAD_KNOWLEDGE", str(folder))
    put(settings, "a.jsonl", angry("c1", "2026-10-05T09:00:00+02:00"))
    first = nightly(home=settings.home)
    assert not nightly(home=settings.home).is_changed
    before = load_knowledge(folder).version
    told = folder / "validity" / "figures.json"
    figures = json.loads(told.read_text(encoding="utf-8"))
    figures |= {"version": "0123456789ab", "figures": [], "negatives": []}
    told.write_text(json.dumps(figures), encoding="utf-8")
    change(folder / "validity" / "marks.yaml", "  value: 30\n", "  value: 31\n")
    assert load_knowledge(folder).version == before
    again = nightly(home=settings.home)
    assert (again.is_changed, again.days_scored) == (True, 0)
    assert again.version != first.version
    measured = ask(settings, "SELECT DISTINCT measured FROM marts.validity")
    assert measured["measured"].to_list() == ["0123456789ab"]
    assert ask(settings, "SELECT count(*) AS n FROM marts.verdicts").item() > 0
    assert not nightly(home=settings.home).is_changed
