"""A geocoder for registers that bring their own points, where no gazetteer is loaded."""

from collections.abc import Sequence

import shapely

from service.domain.datum import to_wgs84
from service.domain.places import RADIUS_M, Level, Placement
from service.geocoding.port import AddressQuery

_VERSION = "given-points-1"
# GCJ-02 and BD-09 lie up to about 1.3 km from WGS 84: so far the point may be off until a person
# has said its datum. Without a gazetteer there is nothing else to place a row by.
_UNSURE_M = 1_300.0


class GivenPointGeocoder:
    """Takes a register's own coordinates when they lie in the county; knows no address."""

    def __init__(self, boundary: shapely.Geometry) -> None:
        """Take the county's polygon in WGS 84."""
        self._boundary = boundary
        shapely.prepare(boundary)

    @property
    def version(self) -> str:
        """What placements name as their source."""
        return _VERSION

    def locate(self, query: AddressQuery) -> Placement:
        """Return the given point, or a review that says why not."""
        given = query.given
        if given is None:
            return _review(
                "no_point",
                "无坐标,也未载入地名库,无法定位",
                "no coordinates, and no gazetteer is loaded to look the address up in",
            )
        (lon,), (lat,) = to_wgs84([given.lon], [given.lat], given.datum)
        if not shapely.intersects_xy(self._boundary, lon, lat):
            return _review(
                "outside_county",
                f"坐标({lon:.5f}, {lat:.5f})不在本县",
                f"the point ({lon:.5f}, {lat:.5f}) lies outside the county",
            )
        unsure = query.datum_undecided
        return Placement(
            status="placed",
            level=Level.VILLAGE if unsure else Level.ROOFTOP,
            confidence=0.8 if unsure else 0.9,
            rule="given_point_datum_undecided" if unsure else "given_point",
            lon=float(lon),
            lat=float(lat),
            radius_m=_UNSURE_M if unsure else RADIUS_M[Level.ROOFTOP],
            gazetteer_version=_VERSION,
        )

    def locate_many(self, queries: Sequence[AddressQuery]) -> list[Placement]:
        """Return one placement per query, in the order of the queries."""
        return [self.locate(query) for query in queries]


def _review(reason: str, zh: str, en: str) -> Placement:
    return Placement(
        status="review",
        level=None,
        confidence=0.0,
        rule="given_point",
        reason=reason,
        reason_zh=zh,
        reason_en=en,
        gazetteer_version=_VERSION,
    )
