"""What a call says as one hash: the same for the same content, whatever its format."""

import hashlib
from itertools import pairwise
from typing import Any, Final

import numpy as np
import polars as pl

from flows.intake.call_rules import TEXT_FIELDS

_TURN_WIDTH: Final = np.dtype([("speaker", "u1"), ("start", "<f4"), ("end", "<f4")])
_TURN_END: Final = "\x1f"
_FIELD_END: Final = "\x1e"


def content_hashes(
    calls: pl.DataFrame,
    counts: np.ndarray[Any, Any],
    turns: pl.DataFrame,
    codes: pl.Series,
    texts: list[str],
) -> pl.Series:
    """BLAKE2b of what each call says, whatever its key order or format.

    When it was exported is left out: the same call sent again is the same call.
    """
    said = calls.select(
        pl.concat_str(
            pl.col(
                "call_id",
                *TEXT_FIELDS,
                "started_at",
                "zone",
                "ended_at",
                "vulnerable",
                "extra",
            )
            .to_physical()
            .cast(pl.String)
            .fill_null("\0"),
            separator=_FIELD_END,
        )
    ).to_series()
    shape = np.empty(len(texts), _TURN_WIDTH)
    shape["speaker"] = codes.to_numpy()
    shape["start"] = turns["start_seconds"].fill_null(-1).to_numpy()
    shape["end"] = turns["end_seconds"].fill_null(-1).to_numpy()
    packed, width = shape.tobytes(), _TURN_WIDTH.itemsize
    bounds = [0, *np.cumsum(counts).tolist()]
    hashes: list[str] = []
    for (first, last), head in zip(pairwise(bounds), said, strict=True):
        digest = hashlib.blake2b(
            _TURN_END.join(texts[first:last]).encode(), digest_size=16
        )
        digest.update(packed[first * width : last * width])
        digest.update(head.encode())
        hashes.append(digest.hexdigest())
    return pl.Series(hashes, dtype=pl.String)
