"""What is known about an enterprise on a day, before it is weighed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from service.domain.scoring_licences import Licence


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How often something happened, when last, and what the last one said."""

    times: int
    last_on: date
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterMark:
    """The strongest cluster that an enterprise stands in."""

    product: str
    rank: int
    p: float


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterpriseFacts:
    """Everything that is known about an enterprise on a day and weighs in its score.

    Attributes:
        kind: producer, seller or den.
        is_active: Whether it still works; a closed one owes neither licences nor visits.
        is_precise: Whether it is placed to its village or better.
        record: Signs of the last three years, by name as in the score table.
        rectifications: Those past their date and open, `last_on` the oldest date.
    """

    enterprise_id: int
    kind: str
    product: str
    register_key: str = ""
    is_active: bool = True
    is_precise: bool = True
    attributes: Mapping[str, object] = field(default_factory=dict)
    licences: tuple[Licence, ...] = ()
    record: Mapping[str, Tally] = field(default_factory=dict)
    rectifications: Tally | None = None
    last_visit_on: date | None = None
    cluster: ClusterMark | None = None
