"""Thresholds and temperature weights: numbers with their reasons."""

from pydantic import Field

from transforms.knowledge.frozen import Frozen


class Threshold(Frozen):
    """One number, what it counts, and why it is this one."""

    value: float
    unit: str
    reason: str


class OwnedThreshold(Threshold):
    """A threshold by which people are listed: somebody has to answer for it."""

    owner: str = Field(min_length=1)


class WordList(Frozen):
    """Words that a source uses for one thing, and why these."""

    words: tuple[str, ...] = Field(min_length=1)
    reason: str


class Thresholds(Frozen):
    """Every number on which a verdict hangs; see `data/thresholds.yaml` for the reasons."""

    version: str
    heated: Threshold
    deescalated_share: Threshold
    complaint_link_hours: Threshold
    formal_complaint_days: Threshold
    stretch_seconds: Threshold
    stretch_words: Threshold
    account_share: Threshold
    interruption_seconds: Threshold
    restatement_overlap: Threshold
    restatement_min_words: Threshold
    closing_turns: Threshold
    boundary_turns: Threshold
    seek_support_turns: Threshold
    documented_hours: Threshold
    threat_hours: Threshold
    follow_up_days: Threshold
    shouting_capitals: Threshold
    shouting_exclamations: Threshold
    warmth_calls: Threshold
    warmth_share: Threshold
    transfer_minutes: Threshold
    case_days: Threshold
    issue_words: Threshold
    issue_similarity: Threshold
    issue_reach: Threshold
    chronic_complaints: OwnedThreshold
    chronic_days: OwnedThreshold
    chronic_probability: OwnedThreshold
    chronic_customers: OwnedThreshold
    trend_contacts: Threshold
    trend_deviations: Threshold
    review_days: Threshold
    smallest_group: Threshold
    ranked_calls: Threshold
    courtesy_words: Threshold
    content_characters: Threshold
    confirm_turns: Threshold
    break_minutes: Threshold
    warmth_deviations: Threshold
    let_down_contacts: Threshold
    serial_issues: Threshold
    abusive_calls: Threshold
    escalator_share: Threshold
    grave_temperature: Threshold
    long_open_days: Threshold
    before_turns: Threshold
    repeat_days: Threshold
    temperature_band: Threshold
    hour_band: Threshold
    case_mix_folds: Threshold
    case_mix_prior: Threshold
    case_mix_events: Threshold
    case_mix_base_calls: Threshold
    prompt_apology_seconds: Threshold
    association_cell: Threshold
    due_turn_words: Threshold
    late_call_days: Threshold
    grace_minutes: Threshold
    told_days: Threshold
    calls_out_days: Threshold
    identity_link: Threshold
    identity_review: Threshold
    identity_most_ids: Threshold
    security_words: WordList
    escalated_words: WordList
    transferred_words: WordList
    ended_by_agent_words: WordList
    closed_statuses: WordList
    grave_severities: WordList


class TemperatureWeight(Frozen):
    """Degrees that a cue adds to the customer's temperature, and why."""

    degrees: float = Field(ge=-100, le=100)
    reason: str


class Temperature(Frozen):
    """How cues become a temperature of 0-100 for each customer turn."""

    version: str
    decay: Threshold
    labels: dict[str, TemperatureWeight]
    severe_insult: TemperatureWeight
    capitals: TemperatureWeight
    exclamations: TemperatureWeight
