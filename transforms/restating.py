"""Where an agent retells the problem in the customer's own words, without a restating cue."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from transforms.detection.text import normalise
from transforms.heard import NEVER, Heard, Ints, Mask
from transforms.knowledge.thresholds import Thresholds

Hashes = npt.NDArray[np.uint64]

_MIX: Final = np.uint64(0x9E3779B97F4A7C15)
"""Spreads call numbers over 64 bits, so that a word in two calls is two keys."""


@dataclass(frozen=True)
class Account:
    """Where customers tell, and where solutions begin, by call.

    Attributes:
        calls: calls to look at; in each the account is answered.
        start: place where the account starts.
        end: place of the turn that answers it.
        solution: the hit of the first solution, or NEVER.
        solution_turn: its place, or NEVER.
    """

    calls: Mask
    start: Ints
    end: Ints
    solution: Ints
    solution_turn: Ints


def retelling_turns(heard: Heard, account: Account, thresholds: Thresholds) -> Ints:
    """Places of turns that retell the account in its own words, before a solution.

    A turn retells when the customer has said enough of its distinct content words (long
    words, by their first letters) since the account began.
    """
    turns = heard.turns_by["staff"]
    call = heard.call_of[turns]
    until = np.minimum(account.solution_turn, heard.end - 1)
    after = (turns >= account.end[call]) & (turns <= until[call])
    turns = turns[account.calls[call] & after]
    if not len(turns):
        return turns
    told = heard.turns_by["customer"]
    call = heard.call_of[told]
    told = told[(told >= account.start[call]) & (told < heard.last_place(turns)[call])]
    length = int(thresholds.content_characters.value)
    row, stem = _stems(_before_solution(heard, account, turns), length)
    told_row, told_stem = _stems(heard.text_at(told), length)
    shared = _told_before(
        stem ^ _spread(heard.call_of[turns[row]]),
        turns[row],
        told_stem ^ _spread(heard.call_of[told[told_row]]),
        told[told_row],
    )
    of_all = np.bincount(row, minlength=len(turns))
    of_shared = np.bincount(row[shared], minlength=len(turns))
    enough = of_shared >= thresholds.restatement_min_words.value
    return turns[enough & (of_shared >= thresholds.restatement_overlap.value * of_all)]


def _told_before(words: Hashes, places: Ints, told: Hashes, told_places: Ints) -> Mask:
    """Which words, each a hash with its call, the customer has said before their place."""
    order = np.lexsort((told_places, told))
    firsts = np.flatnonzero(np.diff(told[order], prepend=~told[order[:1]]))
    known, since = told[order][firsts], told_places[order][firsts]
    at = np.minimum(np.searchsorted(known, words), max(len(known) - 1, 0))
    if not len(known):
        return np.zeros(len(words), dtype=np.bool_)
    return (known[at] == words) & (since[at] < places)


def _spread(calls: Ints) -> Hashes:
    return calls.astype(np.uint64) * _MIX


def _before_solution(heard: Heard, account: Account, turns: Ints) -> pl.Series:
    """The turns' texts, each up to where the first solution is offered in it."""
    texts = heard.text_at(turns)
    solution = account.solution[heard.call_of[turns]]
    offers = np.flatnonzero(solution != NEVER)
    here = offers[heard.hit_turn[solution[offers]] == turns[offers]]
    until = np.full(len(turns), NEVER)
    until[here] = heard.hit_start[solution[here]]
    frame = pl.DataFrame({"text": texts, "until": until})
    return frame.select(pl.col("text").str.slice(0, pl.col("until")))["text"]


def content_stems(texts: pl.Series, length: int) -> pl.DataFrame:
    """One row for each content word of each text, in order: `row` of the text, `stem`.

    Words of at least so many characters carry content in all our languages; only their
    first letters are kept, since endings inflect.
    """
    words = normalise(texts, fold=True).str.strip_chars(" ").str.split(" ")
    return (
        pl.DataFrame({"row": np.arange(len(texts)), "word": words})
        .explode("word", empty_as_null=False)
        .filter(pl.col("word").str.len_chars() >= length)
        .select("row", stem=pl.col("word").str.slice(0, length))
    )


def _stems(texts: pl.Series, length: int) -> tuple[Ints, Hashes]:
    """Distinct content words of each text by their first letters: its row, and a hash."""
    frame = content_stems(texts, length).with_columns(pl.col("stem").hash()).unique()
    return frame["row"].to_numpy(), frame["stem"].to_numpy()
