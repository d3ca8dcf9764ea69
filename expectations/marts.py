"""What the marts must hold before they are published."""

from datetime import datetime

from expectations import (
    agent_marts,
    customer_marts,
    escalation_marts,
    identity_marts,
    promise_marts,
)
from expectations.suite import Suite, between, never, one_of, refers
from transforms.contracts import marts
from transforms.contracts.call_marts import ROLES, VERDICTS_KEPT
from transforms.contracts.staging import SPEAKERS
from transforms.contracts.validity_marts import MARKS, TEXTS


def suites(as_of: datetime) -> tuple[Suite, ...]:
    """One suite for each mart.

    Args:
        as_of: the moment against which freshness is told.
    """
    return (
        call_facts(as_of),
        mended_speakers(),
        verdicts(),
        *escalation_marts.suites(),
        *promise_marts.suites(),
        spans(),
        temperatures(),
        call_transcripts(),
        agent_adherence(),
        escalation_rates(),
        *agent_marts.suites(),
        *identity_marts.suites(),
        *customer_marts.suites(),
        playbook_steps(),
        validity(),
        step_validity(),
        data_quality(),
        run_history(),
    )


def call_facts(as_of: datetime) -> Suite:
    """A call is heated or not, or it says why nobody can tell."""
    return Suite(
        marts.CALL_FACTS,
        (
            between("temperature_peak", 0, 100),
            between("temperature_start", 0, 100),
            between("temperature_end", 0, 100),
            between("duration_seconds", 0, None),
            never(
                "assessed, or unassessable with its reason",
                "SELECT call_id FROM {batch} WHERE (is_heated IS NULL)"
                " <> (unassessable IS NOT NULL)",
            ),
            one_of("roles", tuple(ROLES.categories)),
            between("roles_confidence", 0, 1),
            never(
                "labels that seem exchanged are not scored",
                "SELECT call_id FROM {batch}"
                " WHERE roles = 'seem exchanged' AND unassessable IS NULL",
            ),
            never(
                "only heated calls are de-escalated or not",
                "SELECT call_id FROM {batch}"
                " WHERE (is_deescalated IS NOT NULL) <> coalesce(is_heated, false)",
            ),
            never(
                "no temperature ends over its peak",
                "SELECT call_id FROM {batch} WHERE temperature_end > temperature_peak"
                " OR temperature_start > temperature_peak",
            ),
            never(
                "freshness: the last call is at most three days before as-of",
                "SELECT max(started_at) AS last_call FROM {batch} HAVING max(started_at)"
                f" < TIMESTAMPTZ '{as_of.isoformat()}' - INTERVAL 3 DAY",
                warn=True,
            ),
        ),
    )


def verdicts() -> Suite:
    """A verdict has its call; met and violated have their evidence, missed its reason."""
    return Suite(
        marts.VERDICTS,
        (
            refers("call_id", marts.CALL_FACTS, "call_id"),
            one_of("verdict", VERDICTS_KEPT),
            never(
                "only a person's correction is kept as not applicable, and it says so",
                "SELECT call_id, behaviour FROM {batch} WHERE machine_verdict IS NULL"
                " AND verdict = 'not_applicable'"
                " OR machine_verdict IS NOT NULL AND reason IS NULL",
            ),
            never(
                "met and violated say by what cue or rule",
                "SELECT call_id, behaviour FROM {batch}"
                " WHERE verdict <> 'missed' AND cue IS NULL AND reason IS NULL",
            ),
            never(
                "missed says why",
                "SELECT call_id, behaviour FROM {batch}"
                " WHERE verdict = 'missed' AND reason IS NULL",
            ),
            never(
                "a span is not empty",
                'SELECT call_id, behaviour FROM {batch} WHERE "end" <= start',
            ),
        ),
    )


def mended_speakers() -> Suite:
    """A mended speaker is one of ours, in a call whose roles were mended."""
    return Suite(
        marts.MENDED_SPEAKERS,
        (
            one_of("speaker", SPEAKERS),
            never(
                "only calls with mended roles have mended speakers",
                "SELECT call_no FROM {batch} WHERE call_no NOT IN (SELECT call_no FROM"
                " marts.call_facts WHERE roles IN ('exchanged', 'inferred'))",
            ),
        ),
    )


def spans() -> Suite:
    """What was heard belongs to a call, and is not empty."""
    return Suite(
        marts.SPANS,
        (
            refers("call_no", marts.CALL_FACTS, "call_no"),
            never(
                "a span is not empty",
                'SELECT call_no, turn, label FROM {batch} WHERE "end" <= start',
            ),
        ),
    )


def temperatures() -> Suite:
    """A temperature belongs to a call, and is one of 0-100."""
    return Suite(
        marts.TEMPERATURES,
        (
            refers("call_no", marts.CALL_FACTS, "call_no"),
            between("temperature", 0, 100),
        ),
    )


def call_transcripts() -> Suite:
    """Every turn shown has its speaker; `staging.utterances` proves the key."""
    return Suite(
        marts.CALL_TRANSCRIPTS,
        (
            # The view itself sees to the evidence, which is the dearest to read.
            never(
                "a call, turn, text, known speaker; a temperature of 0-100",
                "SELECT call_id, turn FROM {batch} WHERE call_id IS NULL OR day IS NULL"
                " OR turn IS NULL OR text IS NULL"
                f" OR coalesce(speaker::VARCHAR, '') NOT IN {SPEAKERS!r}"
                " OR temperature NOT BETWEEN 0 AND 100",
            ),
        ),
        unique=False,
        is_view=True,
    )


def agent_adherence() -> Suite:
    """Counts are of known steps, and no day is counted twice."""
    return Suite(
        marts.AGENT_ADHERENCE,
        (
            refers("playbook", marts.PLAYBOOK_STEPS, "playbook"),
            never(
                "a row counts something",
                "SELECT agent_id, step FROM {batch}"
                " WHERE met + missed + violated + not_observable = 0",
            ),
        ),
    )


def escalation_rates() -> Suite:
    """Parts are no greater than the whole."""
    return Suite(
        marts.ESCALATION_RATES,
        (
            never(
                "heated <= assessable <= calls, escalated <= calls, and so on",
                "SELECT agent_id, day FROM {batch} WHERE heated > assessable"
                " OR assessable > calls OR deescalated > heated"
                " OR heated_escalated > least(heated, escalated) OR escalated > calls"
                " OR complaints > calls OR breaches > breach_checks OR breached > calls",
            ),
        ),
    )


def playbook_steps() -> Suite:
    """What cannot be observed says why."""
    return Suite(
        marts.PLAYBOOK_STEPS,
        (
            between("weight", 0, None),
            never(
                "an unobservable step has its reason",
                "SELECT playbook, step FROM {batch}"
                " WHERE NOT is_observable AND coalesce(reason, '') = ''",
            ),
        ),
    )


def validity() -> Suite:
    """Figures lie within their bounds and intervals, and each mark rests on something."""
    return Suite(
        marts.VALIDITY,
        (
            one_of("mark", MARKS),
            one_of("text", TEXTS),
            one_of("unit", ("utterance", "call", "stretch")),
            *(between(rate, 0, 1) for rate in ("precision", "recall", "f1")),
            *(between(rate, -1, 1) for rate in ("kappa", "ac1")),
            never(
                "positives = true positives + false negatives, and no more than the rows",
                "SELECT label, language, source FROM {batch} WHERE positives > rows"
                " OR positives <> true_positives + false_negatives",
            ),
            never(
                "excused <= false alarms <= rows",
                "SELECT label, language, source FROM {batch}"
                " WHERE excused > false_alarms OR false_alarms > rows",
            ),
            never(
                "one row of each label and language decides its mark",
                "SELECT label, language FROM {batch} WHERE text <> 'negatives'"
                " GROUP BY ALL HAVING count(*) FILTER (is_deciding) > 1",
            ),
            never(
                "proven rests on text that people labelled",
                "SELECT label, language FROM {batch}"
                " WHERE is_deciding AND mark = 'proven' AND text <> 'human'",
            ),
        ),
    )


def step_validity() -> Suite:
    """Every mark says why, and what keeps it from being proven."""
    return Suite(
        marts.STEP_VALIDITY,
        (
            one_of("mark", MARKS),
            one_of("decided_by", ("evaluation", "reviewers")),
            refers("playbook", marts.PLAYBOOK_STEPS, "playbook"),
            never(
                "a mark has its reason",
                "SELECT playbook, step, language FROM {batch} WHERE reason = ''",
            ),
            never(
                "only what has labels, or reviewers, is less than proven",
                "SELECT playbook, step FROM {batch} WHERE mark = 'provisional'"
                " AND len(weakest) = 0 AND decided_by = 'evaluation'",
            ),
        ),
    )


def data_quality() -> Suite:
    """Every outcome is one of three, and said in words where it is not passed."""
    return Suite(
        marts.DATA_QUALITY,
        (
            one_of("severity", ("block", "warn")),
            one_of("outcome", ("passed", "failed", "errored")),
        ),
        unique=False,
    )


def run_history() -> Suite:
    """Every call read is stored, known or in quarantine."""
    return Suite(
        marts.RUN_HISTORY,
        (
            never(
                "calls in = new + repeated + rejected",
                "SELECT run_id FROM {batch}"
                " WHERE calls_in <> calls_new + calls_repeated + calls_rejected",
            ),
        ),
    )
