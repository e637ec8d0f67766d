"""One group of the review queue with everything that helps a person decide."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pandas import DataFrame
from sqlalchemy.orm import Session

from service.database import review_places, reviews
from service.database.frames import missing_as_none
from service.database.reviews import Filter
from service.domain.errors import NotFoundError
from service.domain.review_evidence import Hints, Option, options_of

# So many rows of one group are weighed and shown; the others are served by pages.
ROWS_SHOWN = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group with its rows (as `reviews.items`) and the places that it may mean."""

    key: str
    rows: DataFrame
    total: int
    options: list[Option]

    @property
    def first(self) -> Mapping[str, Any]:
        """A row that stands for what all have in common: reason and token."""
        row: dict[Any, Any] = self.rows.iloc[0].to_dict()
        return {str(name): value for name, value in row.items()}

    @property
    def road(self) -> str:
        """The road that all rows name, '' where they have something else in common."""
        kind, token = self.rows[["token_kind", "token"]].iloc[0]
        return str(token) if kind == "road" else ""


def read_group(session: Session, county_code: str, wanted: Filter) -> Group:
    """Return a group of the queue as narrowed by a filter that names it.

    Raises:
        NotFoundError: Nothing of it waits (any more).
    """
    rows, total = reviews.items(session, county_code, wanted, limit=ROWS_SHOWN)
    if rows.empty:
        raise NotFoundError(f"no row of the group {wanted.group!r} waits; load the queue again")
    records: list[dict[str, Any]] = [
        {str(key): value for key, value in row.items()}
        for row in missing_as_none(rows).to_dict("records")
    ]
    hints = _hints(session, county_code, str(records[0]["token_kind"]), str(records[0]["token"]))
    return Group(key=wanted.group, rows=rows, total=total, options=options_of(records, hints))


def _hints(session: Session, county_code: str, kind: str, token: str) -> Hints:
    known = review_places.towns(session, county_code)
    towns = {
        str(row["township_code"]): {str(key): value for key, value in row.items()}
        for row in missing_as_none(known).to_dict("records")
    }
    road_m, placed = {}, {}
    if kind == "road":
        road = review_places.road_towns(session, county_code, token)
        road_m = dict(zip(road["township_code"], road["metres"].astype(float), strict=True))
    if kind in {"road", "unknown_town", "unknown_village", "town"} and token:
        like = review_places.placed_with(session, county_code, token)
        placed = dict(zip(like["township_code"], like["rows"].astype(int), strict=True))
    return Hints(towns=towns, road_m=road_m, placed=placed)
