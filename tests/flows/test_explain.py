"""A call explained alone has the verdicts that its whole night gave it."""

import polars as pl

from flows import publish
from flows.candidate import open_published
from flows.knowledge import load_knowledge
from flows.score import Scorer
from flows.settings import Settings
from flows.warehouse import open_database
from transforms.contracts.raw import RAW
from transforms.contracts.staging import STAGING
from transforms.corrections import CORRECTIONS
from transforms.detection.detect import Detector

_VERDICTS = ("call_id", "behaviour", "parameters", "verdict")


def test_every_sample_call_alone_is_judged_as_in_its_night(sampled: Settings) -> None:
    knowledge = load_knowledge(sampled.knowledge)
    detector = Detector(knowledge.lexicons, knowledge.languages)
    path = publish.current_file(sampled.published)
    layers = (*RAW, *STAGING)
    with (
        open_database(sampled.warehouse, layers, read_only=True) as warehouse,
        open_published(sampled, path, read_only=True) as published,
    ):
        as_of = published.read(
            "SELECT max(as_of) AS as_of FROM marts.run_history"
        ).item()
        none = pl.DataFrame(schema=CORRECTIONS)
        scorer = Scorer(sampled, warehouse, published, knowledge, detector, as_of, none)
        calls = warehouse.read(
            "SELECT day, call_id FROM staging.calls ORDER BY call_id"
        )
        alone = [
            scorer.score([day], call_id)[2].verdicts for day, call_id in calls.rows()
        ]
        night = published.read(
            "SELECT call_id, behaviour, parameters, verdict::VARCHAR AS verdict"
            " FROM marts.verdicts"
        )
    told = pl.concat(alone).select(*_VERDICTS[:3], pl.col("verdict").cast(pl.String))
    assert told.height > 1000
    assert told.sort(_VERDICTS).equals(night.sort(_VERDICTS))
