"""What a live map asks the service for while it is looked at: addresses, and the counts behind."""

from datetime import date
from typing import Final
from urllib.parse import urlencode

from sqlalchemy.orm import Session

from maps.model import LiveEnterprises
from service.database import tile_rollup, tile_totals

_TILES: Final = "/api/v1/tiles/enterprises/{z}/{x}/{y}.mvt"
_RECORDS: Final = "/api/v1/enterprises"
# As many as a card can hold.
_NAMES, _NAME_LENGTH = 40, 60


def live_enterprises(session: Session, county_code: str, on: date) -> LiveEnterprises:
    """Return where a map of the day gets its enterprises, and how many there are."""
    snapshot = tile_rollup.refresh(session, county_code, on)
    kept = urlencode({"county": county_code, "on": on.isoformat()})
    return LiveEnterprises(
        tiles=f"{_TILES}?{kept}",
        records=f"{_RECORDS}?{kept}&format=geojson",
        counts=tile_totals.counts(session, county_code, snapshot),
        unplaced=tile_totals.unplaced_names(
            session, county_code, limit=_NAMES, length=_NAME_LENGTH
        ),
    )
