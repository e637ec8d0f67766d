"""Which town the county's seat is in, when no one has said so."""

from service.domain.addresses.index import CountyIndex, Town
from service.domain.addresses.names import VillageKind
from service.domain.datum import distance_m

_MAX_M = 3_000.0
_CLEARLY_NEARER = 2.0
_CLEARLY_MORE = 0.5


def likely_seat(index: CountyIndex, county_point: tuple[float, float] | None) -> Town | None:
    """Return the seat's town if two independent facts name the same one, else None.

    The county's own point (WGS 84 degrees; its government) must lie within 3 km of the town's
    and twice as far from any other's, and more than half of all communities must be in that
    town. A guess from codes or names is not good enough: it puts a county town's streets
    elsewhere.
    """
    near, urban = _nearest(index, county_point), _most_communities(index)
    return near if near is not None and near is urban else None


def _nearest(index: CountyIndex, point: tuple[float, float] | None) -> Town | None:
    if point is None:
        return None
    far = sorted(
        (float(distance_m(point[0], point[1], town.lon, town.lat)), town.code, town)
        for town in index.towns
        if town.lon is not None and town.lat is not None
    )
    if len(far) < len(index.towns) or not far or far[0][0] > _MAX_M:
        return None
    return far[0][2] if len(far) == 1 or far[1][0] >= _CLEARLY_NEARER * far[0][0] else None


def _most_communities(index: CountyIndex) -> Town | None:
    count: dict[str, int] = {}
    towns: dict[str, Town] = {}
    for village in index.villages:
        if village.parts.kind is VillageKind.COMMUNITY:
            towns[village.town.code] = village.town
            count[village.town.code] = count.get(village.town.code, 0) + 1
    if not count:
        return None
    most = max(sorted(count), key=count.__getitem__)
    return towns[most] if count[most] > _CLEARLY_MORE * sum(count.values()) else None
