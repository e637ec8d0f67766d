"""The default geocoder: the county's own gazetteer, no network."""

from collections.abc import Sequence
from dataclasses import replace

import shapely

from service.domain.addresses.engine import AddressLocator
from service.domain.gazetteer import Gazetteer
from service.domain.places import Placement
from service.geocoding.port import AddressQuery


class GazetteerGeocoder:
    """Locates addresses in a gazetteer; opens no file and no connection."""

    def __init__(
        self,
        gazetteer: Gazetteer,
        *,
        county_code: str | None = None,
        seat_town: str = "",
        boundary: shapely.Geometry | None = None,
    ) -> None:
        """Take the gazetteer and what the operator knows of the county.

        Args:
            gazetteer: The places.
            county_code: The register's county, used for queries that bring none.
            seat_town: Code or name of the town the county's seat is in; '' to let the gazetteer's
                own evidence decide, if it does.
            boundary: The county's polygon in WGS 84, to check given coordinates.
        """
        codes = gazetteer.county_codes
        self._version = gazetteer.version
        self._county_code = county_code or (codes[0] if len(codes) == 1 else None)
        key = (self._county_code or "")[:6]
        self._locator = AddressLocator(
            gazetteer,
            seats={key: seat_town} if seat_town else None,
            boundaries={key: boundary} if boundary is not None else None,
        )

    @property
    def version(self) -> str:
        """The edition of the gazetteer, which every placement names."""
        return self._version

    def locate(self, query: AddressQuery) -> Placement:
        """Return where the address is, or a review with its reason."""
        if query.county_code is None and self._county_code is not None:
            query = replace(query, county_code=self._county_code)
        return self._locator.locate(query)

    def locate_many(self, queries: Sequence[AddressQuery]) -> list[Placement]:
        """Return one placement per query, in the order of the queries."""
        return [self.locate(query) for query in queries]
