"""A provider's points beside the gazetteer's answers: finer where the text agrees, else a hint.

The gazetteer answers first, and a provider never overrules it. A point inside the township that
the text names makes a placement finer; for an address that waits for a person it is one more
candidate; outside the county, or far from what the text says, it is left out.
"""

import math
from collections.abc import Sequence
from dataclasses import replace

import shapely

from service.domain.addresses.explain import REASONS
from service.domain.addresses.score import RULES
from service.domain.datum import distance_m, in_wgs84
from service.domain.errors import UnavailableError
from service.domain.places import RADIUS_M, Candidate, Level, Place, Placement
from service.geocoding.port import AddressQuery, Geocoder
from service.geocoding.provider import Provider, ProviderPoint

# What a provider may know more of; an empty text or a conflict is for a person alone.
_HELPED = frozenset(
    {
        "county_only",
        "no_local_evidence",
        "village_unknown",
        "village_stem_only",
        "street_of_community",
        "town_unknown",
        "town_stem_only",
        "road_in_several_towns",
        "near_homonym",
        "village_ambiguous",
        "historic_alias",
    }
)
_RULE = "provider_in_town"
# So many failures in a row, and the rest of the addresses is not tried.
_PATIENCE = 3


class OnlineGeocoder:
    """Another geocoder's answers, with a provider's points where they help."""

    def __init__(self, inner: Geocoder, provider: Provider, *, boundary: shapely.Geometry) -> None:
        """Take the geocoder that answers first, the provider, and the county's line (WGS 84)."""
        self._inner = inner
        self._provider = provider
        self._boundary = boundary
        self._failed = 0

    @property
    def offline(self) -> Geocoder:
        """The geocoder that answers first, and asks nobody."""
        return self._inner

    @property
    def version(self) -> str:
        """The inner edition, and that a provider was asked: its answers change without notice."""
        return f"{self._inner.version}+{self._provider.name}"

    def locate(self, query: AddressQuery) -> Placement:
        """Return where the address is.

        Raises:
            UnavailableError: The provider does not answer.
        """
        return self._finer(query, self._inner.locate(query))

    def locate_many(self, queries: Sequence[AddressQuery]) -> list[Placement]:
        """Return one placement per query; what the provider fails on keeps its offline answer."""
        return [
            self._or_offline(query, placement)
            for query, placement in zip(queries, self._inner.locate_many(queries), strict=True)
        ]

    def _or_offline(self, query: AddressQuery, placement: Placement) -> Placement:
        if self._failed >= _PATIENCE:
            return placement
        try:
            found = self._finer(query, placement)
        except UnavailableError:
            self._failed += 1
            return placement
        self._failed = 0
        return found

    def _finer(self, query: AddressQuery, placement: Placement) -> Placement:
        coarse = placement.status == "placed" and placement.level is Level.TOWNSHIP
        if not coarse and placement.reason not in _HELPED:
            return placement
        found = self._provider.find(query.address)
        point = None if found is None else self._in_county(found)
        if found is None or point is None:
            return placement
        if coarse:
            return self._inside_town(placement, found, point)
        return self._as_candidate(placement, found, point)

    def _in_county(self, found: ProviderPoint) -> Place | None:
        if not (math.isfinite(found.lon) and math.isfinite(found.lat)):
            return None
        point = in_wgs84(Place(lon=found.lon, lat=found.lat, datum=found.datum))
        inside = shapely.intersects_xy(self._boundary, point.lon, point.lat)
        return point if inside else None

    def _inside_town(self, placement: Placement, found: ProviderPoint, point: Place) -> Placement:
        """Make a township's placement finer; a point as coarse as it is says nothing new."""
        if placement.lon is None or placement.lat is None or placement.radius_m is None:
            return placement
        away = float(distance_m(placement.lon, placement.lat, point.lon, point.lat))
        level = _level_of(found.radius_m)
        if away > placement.radius_m or level not in {Level.ROAD, Level.VILLAGE}:
            return placement
        return replace(
            placement,
            level=level,
            lon=point.lon,
            lat=point.lat,
            radius_m=max(found.radius_m, RADIUS_M[Level.ROAD]),
            rule=_RULE,
            confidence=min(placement.confidence, RULES[_RULE]),
            gazetteer_version=self.version,
        )

    def _as_candidate(self, placement: Placement, found: ProviderPoint, point: Place) -> Placement:
        reason = "provider_unverified"
        zh, en = REASONS[reason]
        candidate = Candidate(
            code="",
            name=found.label or self._provider.name,
            township="",
            county=placement.county,
            level=_level_of(found.radius_m),
            confidence=0.0,
            lon=point.lon,
            lat=point.lat,
        )
        return replace(
            placement,
            reason=reason,
            reason_zh=zh,
            reason_en=en,
            candidates=(*placement.candidates, candidate),
            gazetteer_version=self.version,
        )


def _level_of(radius_m: float) -> Level:
    """Return the level of a point so far off; a building is not believed without the text."""
    if radius_m <= RADIUS_M[Level.ROAD]:
        return Level.ROAD
    if radius_m <= RADIUS_M[Level.VILLAGE]:
        return Level.VILLAGE
    return Level.TOWNSHIP if radius_m <= 3 * RADIUS_M[Level.TOWNSHIP] else Level.COUNTY
