"""The marts of fair comparison, from what the candidate and the warehouse hold of all days."""

from itertools import chain

import polars as pl

from flows.warehouse import Warehouse
from transforms.case_mix import case_mix
from transforms.contracts.agent_marts import (
    CALL_TIMING,
    CASE_MIX,
    CASE_MIX_RELIABILITY,
    EXPECTED_ESCALATIONS,
    STEP_ASSOCIATIONS,
)
from transforms.contracts.staging import INCIDENTS
from transforms.expected_escalations import expectations
from transforms.knowledge.bundle import Knowledge
from transforms.step_exposures import (
    association_marks,
    order_exposures,
    outcomes,
    step_exposures,
)
from transforms.what_works import step_associations

_VERDICTS = "SELECT call_id, behaviour, parameters, verdict FROM marts.verdicts"


def comparison_marts(
    candidate: Warehouse,
    warehouse: Warehouse,
    knowledge: Knowledge,
    facts: pl.DataFrame,
    step_validity: pl.DataFrame,
    as_of: int,
) -> dict[str, pl.DataFrame]:
    """The marts of expected escalations and of what goes with a good end, by name.

    Args:
        candidate: marts of the days.
        warehouse: incidents.
        knowledge: playbooks, thresholds, and what was measured of detection.
        facts: `marts.call_facts` of all days.
        step_validity: `marts.step_validity`.
        as_of: the last moment in the data, in microseconds.
    """
    thresholds = knowledge.thresholds
    mix = case_mix(facts, warehouse.read_table(INCIDENTS), thresholds)
    expected = expectations(mix, thresholds)
    exposures = chain(
        step_exposures(
            facts,
            candidate.read(_VERDICTS),
            knowledge.playbooks,
            knowledge.assignments,
        ),
        order_exposures(candidate.read_table(CALL_TIMING), thresholds),
    )
    associations = step_associations(
        mix,
        outcomes(facts, as_of, thresholds),
        exposures,
        association_marks(step_validity, knowledge.validity, knowledge.lexicons),
        thresholds,
    )
    return {
        EXPECTED_ESCALATIONS.name: expected.expected,
        CASE_MIX.name: expected.case_mix,
        CASE_MIX_RELIABILITY.name: expected.reliability,
        STEP_ASSOCIATIONS.name: associations,
    }
