"""Who is the agent and who the customer: labels that seem exchanged, and voices without any."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from transforms.contracts.call_marts import ROLES
from transforms.contracts.staging import SPEAKER, SPEAKERS
from transforms.knowledge.lexicon import Lexicon
from transforms.knowledge.roles import Roles
from transforms.role_evidence import UNLABELLED, party, role_evidence

_AGENT: Final = SPEAKERS.index("agent")
_CUSTOMER: Final = SPEAKERS.index("customer")
_SUPERVISOR: Final = SPEAKERS.index("supervisor")
_A_PAIR: Final = 2
_NOT_LABELLED: Final = "speakers are not labelled as agent and customer"

TOLD: Final = pl.Schema({"call_no": pl.UInt32, "is_exchanged": pl.Boolean})
"""What is known of a call's labels: by a person's word, or mended before."""


@dataclass(frozen=True)
class RolesFound:
    """The roles of some calls.

    Attributes:
        calls: one row a call: `call_no`, `roles` (see `ROLES`), `roles_confidence`
            (probability that the roles as scored are right; null where nothing tells),
            `roles_doubt` (why the call cannot be assessed; null if it can).
        parties: one row for each party with another role than exported: `call_no`,
            `party`, `role`.
    """

    calls: pl.DataFrame
    parties: pl.DataFrame

    def mended(self, texts: pl.DataFrame) -> pl.DataFrame:
        """The archive's rows with the roles found as their speakers."""
        if self.parties.is_empty():
            return texts
        return (
            texts.with_columns(party=party())
            .join(
                self.parties,
                on=["call_no", "party"],
                how="left",
                maintain_order="left",
                validate="m:1",
            )
            .with_columns(speaker=pl.coalesce("role", "speaker"))
            .drop("party", "role")
        )


def find_roles(
    calls: pl.DataFrame,
    texts: pl.DataFrame,
    roles: Roles,
    lexicons: Mapping[str, Lexicon],
    told: pl.DataFrame,
    *,
    fix: bool,
) -> RolesFound:
    """Find the roles of some calls: `RolesFound.calls` in the order of `calls`.

    Args:
        calls: `staging.calls` with `spoken_language`.
        texts: the archive's rows of these calls, in (call_no, turn) order.
        roles: habits, weights, and how sure is sure.
        lexicons: say how each language is written.
        told: see `TOLD`; goes before what is found.
        fix: exchange labels that seem exchanged.
    """
    evidence = role_evidence(calls, texts, roles, lexicons)
    known = calls.select("call_no").join(
        told, on="call_no", how="left", maintain_order="left", validate="1:1"
    )
    labelled = _labelled(known, evidence, roles, fix=fix)
    inferred, supervisors = _inferred(known, evidence, roles)
    found = pl.concat([labelled, inferred], how="diagonal")
    status = pl.col("roles").cast(ROLES).fill_null("as labelled")
    return RolesFound(
        calls=known.select("call_no")
        .join(
            found.select("call_no", "roles", "roles_confidence", "roles_doubt"),
            on="call_no",
            how="left",
            maintain_order="left",
            validate="1:1",
        )
        .with_columns(status, pl.col("roles_confidence").cast(pl.Float32)),
        parties=pl.concat([_assigned(found), supervisors]).select(
            pl.col("call_no"),
            pl.col("party").cast(pl.UInt16),
            role=pl.col("role").replace_strict(
                dict(enumerate(SPEAKERS)), return_dtype=SPEAKER
            ),
        ),
    )


def _assigned(found: pl.DataFrame) -> pl.DataFrame:
    """The parties that take the agent's and the customer's role."""
    mended = found.filter(pl.col("roles").is_in(["exchanged", "inferred"]))
    sides = [
        # Who has a label beside a voice without one keeps it.
        mended.filter(
            (pl.col("roles") == "exchanged") | (pl.col(side) >= UNLABELLED)
        ).select("call_no", party=side, role=pl.lit(role, dtype=pl.Int32))
        for side, role in (("agent", _AGENT), ("customer", _CUSTOMER))
    ]
    return pl.concat(sides)


def _probability(odds: pl.Expr) -> pl.Expr:
    return 1 / (1 + (-odds).exp())


def _of_100(probability: pl.Expr) -> pl.Expr:
    return (probability * 100).floor().clip(0, 99).cast(pl.UInt8)


def _labelled(
    known: pl.DataFrame, evidence: pl.DataFrame, roles: Roles, *, fix: bool
) -> pl.DataFrame:
    """Calls with an agent and a customer: whether their labels are exchanged."""
    sides = [
        evidence.filter(pl.col("party") == code).select("call_no", odds="odds")
        for code in (_AGENT, _CUSTOMER)
    ]
    seems = pl.col("odds") < -roles.exchanged_odds.value
    exchanged = pl.coalesce("is_exchanged", seems & pl.lit(fix))
    flagged = seems & pl.col("is_exchanged").is_null() & ~exchanged
    return (
        sides[0]
        .join(sides[1], on="call_no", suffix="_customer", validate="1:1")
        .join(known, on="call_no", validate="1:1")
        .with_columns(odds=pl.col("odds") - pl.col("odds_customer"))
        .with_columns(
            roles=pl.when(exchanged)
            .then(pl.lit("exchanged"))
            .when(flagged)
            .then(pl.lit("seem exchanged"))
            .otherwise(pl.lit("as labelled")),
            roles_confidence=_probability(
                pl.when(exchanged).then(-pl.col("odds")).otherwise("odds")
            ),
            roles_doubt=pl.when(flagged).then(
                pl.format(
                    "the labels of agent and customer seem exchanged ({} of 100): run"
                    " `coolhead nightly --fix-roles`, or say so by `coolhead roles`",
                    _of_100(_probability(-pl.col("odds"))),
                )
            ),
            # The label 'customer' is the agent's, and the other way round.
            agent=pl.lit(_CUSTOMER, dtype=pl.Int32),
            customer=pl.lit(_AGENT, dtype=pl.Int32),
        )
    )


def _inferred(
    known: pl.DataFrame, evidence: pl.DataFrame, roles: Roles
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Calls that lack a side and have voices without a role; and supervisors among these."""
    voices = _voices(evidence, roles)
    pairs = _pairs(voices).join(known, on="call_no", validate="1:1")
    told = pl.col("is_exchanged").fill_null(value=False)
    is_first = ((pl.col("odds") >= 0) | pl.col("is_fixed")) != told
    sure = pl.col("odds").abs()
    pairs = pairs.with_columns(
        agent=pl.when(is_first).then("first").otherwise("second"),
        customer=pl.when(is_first).then("second").otherwise("first"),
        certain=_probability(pl.when("is_fixed").then(pl.col("odds")).otherwise(sure)),
    )
    others = voices.filter(pl.col("order") > 1).join(
        pairs.select("call_no", "agent", "is_fixed"), on="call_no", validate="m:1"
    )
    over = voices.select("call_no", "hands_over", agent=pl.col("party"))
    others = others.join(over, on=["call_no", "agent"], how="left", suffix="_agent")
    after = (pl.col("first_turn") > pl.col("hands_over_agent")).fill_null(value=False)
    strangers = others.filter(~after).select("call_no", is_crowded=pl.lit(value=True))
    found = _judged(pairs, strangers.unique(), roles)
    inferred = found.filter(pl.col("roles") != "not inferred").select("call_no")
    supervisors = others.filter(after).join(inferred, on="call_no", how="semi")
    role = pl.lit(_SUPERVISOR, dtype=pl.Int32)
    return found, supervisors.select("call_no", "party", role=role)


def _voices(evidence: pl.DataFrame, roles: Roles) -> pl.DataFrame:
    """Parties of calls that lack a side, in order of appearance, but for stray ones."""
    code = pl.col("party")
    lacking = (
        (code >= UNLABELLED).any()
        & ~(code.is_in([_AGENT, _SUPERVISOR]).any() & (code == _CUSTOMER).any())
    ).over("call_no")
    share = pl.col("words") / pl.col("words").sum().over("call_no")
    few = pl.len().over("call_no") == _A_PAIR
    said = few | (code < UNLABELLED) | (share >= roles.stray_share.value)
    return (
        evidence.filter(lacking)
        .filter(said)
        .sort("call_no", "first_turn")
        .with_columns(
            pl.col("party").cast(pl.Int32),
            order=pl.int_range(pl.len()).over("call_no"),
        )
    )


def _pairs(voices: pl.DataFrame) -> pl.DataFrame:
    """One row a call: its first two parties, and the log-odds that the first is the agent.

    Where one of them has a role, `first` is the agent, or the one who is left to be.
    """
    first, second = (voices.filter(pl.col("order") == n) for n in (0, 1))
    both = first.select("call_no", "party", "odds").join(
        second.select("call_no", "party", "odds"),
        on="call_no",
        how="left",
        suffix="_2",
        validate="1:1",
    )
    turned = (pl.col("party") == _CUSTOMER) | pl.col("party_2").is_in(
        [_AGENT, _SUPERVISOR]
    ).fill_null(value=False)
    odds = pl.col("odds") - pl.col("odds_2")
    return both.select(
        "call_no",
        first=pl.when(turned).then("party_2").otherwise("party"),
        second=pl.when(turned).then("party").otherwise("party_2"),
        odds=pl.when(turned).then(-odds).otherwise(odds),
        is_fixed=(pl.min_horizontal("party", "party_2") < UNLABELLED),
    )


def _judged(pairs: pl.DataFrame, strangers: pl.DataFrame, roles: Roles) -> pl.DataFrame:
    """The pairs with `roles`, `roles_confidence` and `roles_doubt`."""
    alone, crowded = pl.col("second").is_null(), pl.col("is_crowded").is_not_null()
    unsure = pl.col("certain") < roles.inferred_confidence.value
    why = (
        pl.when(alone | pl.col("first").is_null())
        .then(pl.lit(_NOT_LABELLED))
        .when(crowded)
        .then(
            pl.lit(
                f"{_NOT_LABELLED}; more than two voices speak, and no hand-over is heard"
            )
        )
        .when(unsure)
        .then(
            pl.format(
                f"{_NOT_LABELLED}, and who is who is not certain ({{}} of 100)",
                _of_100(pl.col("certain")),
            )
        )
    )
    exchanged = pl.col("is_exchanged").fill_null(value=False)
    status = (
        pl.when(pl.col("roles_doubt").is_not_null())
        .then(pl.lit("not inferred"))
        .when(exchanged)
        .then(pl.lit("exchanged"))
        .otherwise(pl.lit("inferred"))
    )
    return (
        pairs.join(strangers, on="call_no", how="left", validate="1:1")
        .with_columns(roles_doubt=why)
        .with_columns(
            roles=status,
            roles_confidence=pl.when(~alone).then(
                pl.when(exchanged).then(1 - pl.col("certain")).otherwise("certain")
            ),
        )
        .select(
            "call_no", "roles", "roles_confidence", "roles_doubt", "agent", "customer"
        )
    )
