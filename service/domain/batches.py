"""The three batches of a campaign (规范一批、办证一批、取缔一批): who belongs where, who is done.

Everyone with something to put right belongs to exactly one batch: by the disposition on record
once there is one, and until then by the way that is open to them. A den cannot be licensed, so it
is to be banned; a producer without its licence is to get it; whoever else had a problem is to put
it right.
"""

from enum import StrEnum
from typing import Final


class Batch(StrEnum):
    """The batches, in the order of the county's plan."""

    STANDARDISED = "standardised"
    LICENSED = "licensed"
    BANNED = "banned"


# The dispositions that close a batch; the finer words stand for the batch that they end in.
_OF_DISPOSITION: Final[dict[str, Batch]] = {
    "standardised": Batch.STANDARDISED,
    "merged": Batch.STANDARDISED,
    "licensed": Batch.LICENSED,
    "banned": Batch.BANNED,
    "closed": Batch.BANNED,
    "revoked": Batch.BANNED,
}


def batch_of_disposition(disposition: str | None) -> Batch | None:
    """Return the batch that a disposition ends in; None for none, or one that ends nothing."""
    return _OF_DISPOSITION.get(disposition or "")


def ending_dispositions() -> frozenset[str]:
    """Return the dispositions that close a batch."""
    return frozenset(_OF_DISPOSITION)


def open_batch(*, kind: str, is_short: bool, has_problem: bool) -> Batch | None:
    """Return the batch of an enterprise without a disposition; None with nothing to put right.

    Args:
        kind: producer, seller or den.
        is_short: A required licence is missing or expired.
        has_problem: A visit, sample test or violation found something in the period.
    """
    if kind == "den":
        return Batch.BANNED
    if is_short:
        return Batch.LICENSED
    return Batch.STANDARDISED if has_problem else None
