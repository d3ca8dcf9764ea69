"""What is needed to find a call's language: neighbours, sample size, certainty."""

from transforms.knowledge.frozen import Frozen
from transforms.knowledge.thresholds import Threshold


class Languages(Frozen):
    """How the language of a call is found; see `data/languages.yaml` for the reasons."""

    version: str
    neighbours: tuple[str, ...]
    same_as: dict[str, str]
    sample_characters: Threshold
    min_confidence: Threshold
    switch_words: Threshold
