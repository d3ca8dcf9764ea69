"""CONTRIBUTING.md: each recipe walked in a copy of the checkout, and one night run there."""

import json
import re
import shutil
from typing import Any

import duckdb
import pytest

from flows.publish import current_file
from flows.readers import recognise
from flows.readers.source import Source
from flows.settings import CHECKOUT, Settings
from tests.flows.runs import copy_of
from tests.recipes.copies import MATERIAL, Copy, copy_of_checkout, lexicon
from transforms.knowledge.frozen import KnowledgeError, parse
from transforms.knowledge.thresholds import Thresholds

SENTENCE = "Olen pahoillani, että olette joutuneet odottamaan näin kauan."
SERVED = """
import json, sys
from pathlib import Path
from dashboards.app import create_app
home = Path(sys.argv[1] if len(sys.argv) > 1 else {home!r})
client = create_app(home / "published", home=home).server.test_client()
known = client.get("/_dash-dependencies").get_json()
page = next(c for c in known if ["pathname", "search"] == [i["property"] for i in c["inputs"]][:2])
values = ["/greetings", "", "light"]
outputs = [dict(zip(("id", "property"), o.rsplit(".", 1))) for o in page["output"].strip(".").split("...")]
body = {{"output": page["output"], "outputs": outputs, "changedPropIds": [],
    "inputs": [{{**i, "value": v}} for i, v in zip(page["inputs"], values)]}}
print(json.dumps(client.post("/_dash-update-component", json=body).get_json()))
"""


def add_format(copy: Copy) -> None:
    copy.put("talk.py", "flows/readers/talk.py")
    registry = "flows/readers/__init__.py"
    copy.change(
        registry,
        "from flows.readers.vcon",
        "from flows.readers.talk import Talk\nfrom flows.readers.vcon",
    )
    copy.change(registry, "    VCon(),\n", "    VCon(),\n    Talk(),\n")


def add_behaviour(copy: Copy) -> None:
    copy.add(
        "data/validity/needs.yaml",
        "  farewell:\n    - needs: [closing]\n      reason: The farewell is the label.\n",
    )
    copy.add(
        "transforms/behaviours/conduct.py",
        (MATERIAL / "farewell.txt").read_text("utf-8"),
    )
    copy.change(
        "transforms/behaviours/__init__.py",
        "    _behaviour(conduct.let_slide),\n",
        "    _behaviour(conduct.let_slide),\n"
        '    _behaviour(conduct.farewell, parameters={"warm": bool}),\n',
    )


def add_threshold(copy: Copy) -> None:
    copy.add(
        "data/thresholds.yaml",
        "farewell_turns:\n  value: 1\n  unit: places\n  reason: The last words are last.\n",
    )
    copy.change(
        "transforms/knowledge/thresholds.py",
        "    heated: Threshold\n",
        "    heated: Threshold\n    farewell_turns: Threshold\n",
    )


def change_threshold(copy: Copy) -> None:
    copy.change("data/thresholds.yaml", "heated:\n  value: 40", "heated:\n  value: 12")


def add_page(copy: Copy) -> None:
    copy.put("greetings.py", "dashboards/pages/greetings.py")
    copy.change(
        "dashboards/app.py",
        "from dashboards.pages import ",
        "from dashboards.pages import greetings\nfrom dashboards.pages import ",
    )
    copy.change(
        "dashboards/app.py",
        "PAGES: Final = (\n",
        "PAGES: Final = (\n    greetings.PAGE,\n",
    )


def add_column(copy: Copy) -> None:
    copy.change(
        "transforms/contracts/call_marts.py",
        '        "turns": count("Turns of the transcript."),\n',
        '        "turns": count("Turns of the transcript."),\n'
        '        "customer_turns": count("Turns of the customer."),\n',
    )
    copy.change(
        "transforms/adherence.py",
        '        "duration_seconds": _durations(',
        '        "customer_turns": pl.Series(np.bincount(context.heard.call_of[\n'
        '            context.heard.turns_by["customer"]], minlength=context.count)),\n'
        '        "duration_seconds": _durations(',
    )


@pytest.fixture(scope="module")
def colleague(
    sampled: Settings, prefect_server: str, tmp_path_factory: pytest.TempPathFactory
) -> Copy:
    """A checkout in which every recipe was walked, and a home of before them."""
    folder = tmp_path_factory.mktemp("recipes")
    home = copy_of(sampled, folder / "home").home
    copy = copy_of_checkout(folder / "checkout", home, prefect_server)
    add_format(copy)
    copy.add("data/lexicons/fi.yaml", lexicon())
    copy.put("farewell-first.yaml", "data/playbooks/farewell-first.yaml")
    add_behaviour(copy)
    add_threshold(copy)
    change_threshold(copy)
    add_page(copy)
    add_column(copy)
    shutil.copyfile(MATERIAL / "calls.talk", home / "inbox" / "calls.talk")
    return copy


@pytest.fixture(scope="module")
def refused(colleague: Copy) -> str:
    """What the first night says, on a home published with other columns."""
    answer = colleague.run("-m", "flows.cli", "nightly")
    assert answer.returncode == 1
    return answer.stderr


@pytest.fixture(scope="module")
def night(colleague: Copy, refused: str) -> Copy:
    """The same after the advice was followed."""
    assert refused
    shutil.rmtree(colleague.home / "published")
    colleague.coolhead("nightly")
    return colleague


def ask(copy: Copy, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(
        current_file(copy.home / "published"), read_only=True
    ) as published:
        return published.sql(query).fetchall()


def test_a_file_of_a_new_format_is_taken_in(night: Copy) -> None:
    path = MATERIAL / "calls.talk"
    assert recognise(Source(path, path.name)) is None
    assert ask(
        night, "SELECT day::VARCHAR, turns FROM marts.call_facts WHERE call_id = 'T-1'"
    ) == [("2026-10-26", 5)]
    with duckdb.connect(night.home / "warehouse.duckdb", read_only=True) as warehouse:
        rejected = warehouse.sql(
            "SELECT line, reason FROM raw.rejects WHERE file_name = 'calls.talk'"
        )
        assert rejected.fetchall() == [
            (7, "line 7: 'T-2' is not an id and a start; write both")
        ]


def test_a_new_language_is_found_and_heard(night: Copy) -> None:
    said = json.dumps({"id": 1, "speaker": "agent", "text": SENTENCE})
    answer = json.loads(night.coolhead("detect", said=said))
    assert answer["language"] == "fi"
    assert [SENTENCE[label["start"] : label["end"]] for label in answer["labels"]] == [
        "Olen pahoillani"
    ]
    assert ask(
        night,
        "SELECT language, unassessable FROM marts.call_facts WHERE call_id = 'T-1'",
    ) == [("fi", None)]


def test_a_new_playbook_is_listed_and_judges_every_call(night: Copy) -> None:
    listed = {
        book["id"]: book for book in json.loads(night.coolhead("playbooks", "--json"))
    }
    steps = listed["farewell-first"]["steps"]
    assert [(step["behaviours"], step["observable"]) for step in steps] == [
        (["farewell"], True),
        (["apology"], True),
        ([], False),
    ]
    judged = ask(
        night,
        "SELECT step, sum(met), sum(missed), sum(violated) FROM marts.agent_adherence"
        " WHERE playbook = 'farewell-first' AND language = 'fi' GROUP BY step ORDER BY step",
    )
    assert judged == [("1", 1, 0, 0), ("2", 1, 0, 0)]


def test_a_new_behaviour_gives_verdicts_with_evidence(night: Copy) -> None:
    verdict, cue = ask(
        night,
        "SELECT verdict::VARCHAR, cue FROM marts.verdicts WHERE call_id = 'T-1' AND behaviour = 'farewell'",
    )[0]
    assert (verdict, cue) == ("met", "hyvää päivänjatkoa")
    verdicts = ask(
        night,
        "SELECT DISTINCT verdict::VARCHAR FROM marts.verdicts WHERE behaviour = 'farewell'",
    )
    assert set(verdicts) == {("met",), ("missed",)}


def test_a_new_page_is_served(night: Copy) -> None:
    answer = json.dumps(night.says(SERVED.format(home=str(night.home))))
    assert "A page made for the recipes." in answer
    assert "68 steps greet you" in answer


def test_a_new_column_is_published_and_described(night: Copy) -> None:
    assert ask(
        night, "SELECT customer_turns FROM marts.call_facts WHERE call_id = 'T-1'"
    ) == [(2,)]
    described = night.run("-m", "transforms.contracts.dictionary").stdout
    assert "`customer_turns`" in described
    assert "Turns of the customer." in described


def test_a_home_of_before_a_new_column_says_what_to_do(refused: str) -> None:
    assert "marts.call_facts has other columns" in refused
    assert "['customer_turns']" in refused
    assert "remove the folder of published versions" in refused


def test_a_changed_threshold_changes_verdicts_and_the_version_of_knowledge(
    night: Copy, sampled: Settings
) -> None:
    assert ask(
        night, "SELECT is_heated FROM marts.call_facts WHERE call_id = 'T-1'"
    ) == [(True,)]
    query = "SELECT count(*) FILTER (is_heated), min(knowledge) FROM marts.call_facts WHERE call_id LIKE 'S-%'"
    heated, knowledge = ask(night, query)[0]
    with duckdb.connect(current_file(sampled.published), read_only=True) as before:
        heated_before, knowledge_before = before.sql(query).fetchall()[0]
    assert heated > heated_before
    assert knowledge != knowledge_before


def test_a_threshold_that_the_model_does_not_know_is_refused() -> None:
    shipped = (CHECKOUT / "data" / "thresholds.yaml").read_text(encoding="utf-8")
    unknown = "patience:\n  value: 1\n  unit: hours\n  reason: None.\n"
    assert parse(Thresholds, shipped, "thresholds.yaml").heated.value == 40
    with pytest.raises(
        KnowledgeError, match=r"thresholds\.yaml: patience: Extra inputs"
    ):
        parse(Thresholds, shipped + unknown, "thresholds.yaml")


def test_every_recipe_is_numbered_and_names_files_that_exist() -> None:
    text = (CHECKOUT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    recipes = text.split("## Recipes")[1].split("\n### ")[1:]
    assert len(recipes) == 7
    for recipe in recipes:
        numbers = [int(n) for n in re.findall(r"^(\d+)\. ", recipe, re.M)]
        assert numbers == list(range(1, len(numbers) + 1))
    named = re.findall(
        r"`((?:flows|transforms|expectations|dashboards|data|tests)/[\w./-]*)`", text
    )
    missing = [name for name in named if not (CHECKOUT / name).exists()]
    assert len(named) > 10
    assert missing == []
