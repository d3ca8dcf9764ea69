"""What speaks for each voice of a call being the agent's rather than the customer's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
import polars as pl

from transforms.contracts.staging import SPEAKER
from transforms.detection.text import normalise
from transforms.heard import Floats, Ints
from transforms.knowledge.lexicon import Lexicon, expand
from transforms.knowledge.roles import Phrases, Roles

UNLABELLED: Final = 100
"""Party of the first voice whose role the source doesn't tell; the others follow it."""
_PARTIES: Final = 512
"""More than there can be in a call: 255 voices, after 100."""
_SILENT: Final = ("ivr", "system")
_SHORTEST_NAME: Final = 3
HANDING_OVER: Final = "connect"
"""The group whose phrases put the customer through to someone else."""


def party() -> pl.Expr:
    """The party of a turn: its speaker's code, or the voice of one without a role."""
    voice = pl.col("voice").fill_null(0).cast(pl.UInt16)
    return (
        pl.when(pl.col("speaker") == "unknown")
        .then(voice + UNLABELLED)
        .otherwise(pl.col("speaker").cast(SPEAKER).to_physical().cast(pl.UInt16))
    )


def role_evidence(
    calls: pl.DataFrame,
    texts: pl.DataFrame,
    roles: Roles,
    lexicons: Mapping[str, Lexicon],
) -> pl.DataFrame:
    """One row for each party of a call in a spoken language.

    `call_no`, `party`, `first_turn`, `words`, `odds` (log-odds that the party is the agent
    and not the customer) and `hands_over` (turn that first puts the customer through).

    Args:
        calls: `call_no`, `direction`, `agent_name`, `spoken_language`.
        texts: the archive's rows of these calls, in (call_no, turn) order.
        roles: habits and their weights.
        lexicons: say how each language is written.
    """
    turns = _turns(calls, texts)
    told = turns["call_no"].to_numpy().astype(np.int64)
    keys, row_party = np.unique(
        told * _PARTIES + turns["party"].to_numpy(), return_inverse=True
    )
    place = _places(told)
    heard = _Phrases(roles, lexicons).heard(
        turns.with_row_index("row").filter(place < roles.heard_turns.value)
    )
    odds = _spoken(heard, row_party, len(keys), _outbound(turns, row_party), roles)
    odds += _form(turns, row_party, place, len(keys), roles)
    over = heard.filter(pl.col("group") == list(roles.groups).index(HANDING_OVER))
    rows = over["row"].to_numpy()
    return (
        turns.select("call_no", "party", "turn", "words", at=row_party)
        .group_by("at")
        .agg(
            pl.col("call_no", "party").first(),
            first_turn=pl.col("turn").min(),
            words=pl.col("words").sum(),
        )
        .sort("at")
        .with_columns(odds=odds)
        .join(
            pl.DataFrame({"at": row_party[rows], "turn": turns["turn"][rows]})
            .group_by("at")
            .agg(hands_over=pl.col("turn").min()),
            on="at",
            how="left",
            maintain_order="left",
        )
        .drop("at")
    )


def _turns(calls: pl.DataFrame, texts: pl.DataFrame) -> pl.DataFrame:
    """The turns of people, with what is known of their call."""
    known = calls.filter(pl.col("spoken_language").is_not_null()).select(
        "call_no",
        language="spoken_language",
        is_outbound=(pl.col("direction").str.to_lowercase() == "outbound").fill_null(
            value=False
        ),
        name=pl.col("agent_name").str.to_lowercase().str.extract(r"^\s*(\S+)"),
    )
    return (
        texts.filter(~pl.col("speaker").is_in(_SILENT))
        .join(known, on="call_no", how="inner", maintain_order="left", validate="m:1")
        .with_columns(
            party=party(), words=pl.col("text").str.count_matches(" ", literal=True) + 1
        )
    )


def _places(calls: Ints) -> Ints:
    """The place of each turn among those of its call."""
    opens = np.flatnonzero(np.diff(calls, prepend=-1))
    return np.arange(len(calls)) - np.repeat(opens, np.diff(opens, append=len(calls)))


def _outbound(turns: pl.DataFrame, row_party: Ints) -> Ints:
    return np.unique(row_party[turns["is_outbound"].to_numpy()])


@dataclass(frozen=True)
class _Phrases:
    """Hears the phrases of all groups."""

    roles: Roles
    lexicons: Mapping[str, Lexicon]

    def heard(self, turns: pl.DataFrame) -> pl.DataFrame:
        """One row for each turn and group of which it has a phrase: `row`, `group`."""
        parts = [
            self._heard(str(language), part)
            for (language,), part in turns.partition_by(
                "language", as_dict=True
            ).items()
            if str(language) in self.roles.phrases
        ]
        schema = {"row": pl.UInt32, "group": pl.UInt32}
        return pl.concat([pl.DataFrame(schema=schema), *parts])

    def _heard(self, language: str, turns: pl.DataFrame) -> pl.DataFrame:
        fold = self.lexicons[language].fold_diacritics
        group_of = self._written(language, fold=fold)
        lines = normalise(turns["text"], fold=fold)
        found = lines.str.extract_many(list(group_of), overlapping=True)
        return (
            turns.select("row", phrase=found)
            .explode("phrase", empty_as_null=False)
            .drop_nulls("phrase")
            .select(
                pl.col("row").cast(pl.UInt32),
                group=pl.col("phrase").replace_strict(group_of, return_dtype=pl.UInt32),
            )
            .unique(maintain_order=True)
        )

    def _written(self, language: str, *, fold: bool) -> Mapping[str, int]:
        said = self.roles.phrases[language]
        numbers = {group: n for n, group in enumerate(self.roles.groups)}
        grouped = tuple((numbers[group], phrases) for group, phrases in said.items())
        return _wordings(grouped, fold=fold)


@cache
def _wordings(
    grouped: tuple[tuple[int, Phrases], ...], *, fold: bool
) -> dict[str, int]:
    """Every wording as lines have it, with the number of its group."""
    wordings = [
        (wording, group)
        for group, phrases in grouped
        for phrase in phrases
        for wording in expand(phrase)
    ]
    lines = normalise(pl.Series([wording for wording, _ in wordings]), fold=fold)
    return {line: group for line, (_, group) in zip(lines, wordings, strict=True)}


def _spoken(
    heard: pl.DataFrame, row_party: Ints, parties: int, outbound: Ints, roles: Roles
) -> Floats:
    """Log-odds by what each party says."""
    groups = list(roles.groups.values())
    key = row_party[heard["row"].to_numpy()] * len(groups) + heard["group"].to_numpy()
    counts = np.bincount(key, minlength=parties * len(groups))
    counts = counts.reshape(parties, len(groups))
    capped = np.minimum(counts, [group.most for group in groups])
    signs = {"agent": 1.0, "customer": -1.0}
    odds = capped * np.array([signs[group.side] * group.weight for group in groups])
    callers = np.array([group.of_caller for group in groups])
    odds[np.ix_(outbound, np.flatnonzero(callers))] = 0
    return odds.sum(axis=1)


def _form(
    turns: pl.DataFrame, row_party: Ints, place: Ints, parties: int, roles: Roles
) -> Floats:
    """Log-odds by who opens, who tells the matter, and who says the agent's name."""
    odds = np.zeros(parties)
    inbound = ~turns["is_outbound"].to_numpy()
    opening = np.flatnonzero((place == 0) & inbound)
    odds[row_party[opening]] += roles.opens.weight
    early = turns.select("call_no", "text", "name", "words").with_row_index("row")
    early = early.filter(place < roles.opening_turns.value)
    longest = early.sort("words", descending=True, maintain_order=True)
    odds[row_party[_first_rows(longest)]] -= roles.statement.weight
    naming = early.filter(
        pl.col("name").str.len_chars() >= _SHORTEST_NAME,
        pl.col("text").str.to_lowercase().str.contains(pl.col("name"), literal=True),
    )
    odds[row_party[_first_rows(naming)]] += roles.names_itself.weight
    return odds


def _first_rows(turns: pl.DataFrame) -> Sequence[int] | Ints:
    return turns.unique("call_no", keep="first", maintain_order=True)["row"].to_numpy()
