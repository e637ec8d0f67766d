"""Coordinates that came with a row: believed only where the text supports them."""

import math
from dataclasses import replace

import shapely

from service.domain.addresses.answer import Answer, placed, review
from service.domain.addresses.index import CountyIndex
from service.domain.addresses.resolve import Finding
from service.domain.datum import distance_m, in_wgs84
from service.domain.places import RADIUS_M, Candidate, Level, Place, Placement
from service.domain.queries import AddressQuery

# How far from the named village a point may be; a village's land reaches about so far.
_FROM_VILLAGE_M = 3_000.0
# How far from the named town's point; nine tenths of all villages lie nearer than this.
_FROM_TOWN_M = 12_000.0
_BOX_MARGIN_DEG = 0.2
_CHINA_LON = (73.0, 136.0)
_NOTHING_LOCAL = frozenset({"county_only", "no_local_evidence"})
_CHINA_LAT = (3.0, 54.5)


def check_given(
    query: AddressQuery, answer: Answer, finding: Finding, boundary: shapely.Geometry | None
) -> Placement:
    """Return the given point as the placement if it is sound, else a review that says why.

    Args:
        query: With ``given`` in any datum, or ``coordinate_flaw``.
        answer: Read in one county.
        finding: What the text alone comes to.
        boundary: The county's polygon in WGS 84, if known; else the box around its places counts.
    """
    if query.given is None:
        return _refused(answer, finding, query.coordinate_flaw, None)
    if not (math.isfinite(query.given.lon) and math.isfinite(query.given.lat)):
        return _refused(answer, finding, "coordinate_not_finite", None)
    if _swapped(query.given):
        return _refused(answer, finding, "coordinate_swapped", None)
    point = in_wgs84(query.given)
    inside = _in_county(answer.index, point, boundary)
    if inside is False:
        return _refused(answer, finding, "coordinate_outside_county", point)
    if finding.reason:
        return _by_point_alone(answer, finding, point, surely_inside=boundary is not None)
    return _beside_text(answer, finding, point)


def without_datum(finding: Finding) -> Finding:
    """Return what the text comes to where nobody knows the datum of the given coordinates.

    They are not used; a row that only they could place waits for the decision on their file.
    """
    if finding.reason in _NOTHING_LOCAL:
        return replace(finding, reason="coordinate_datum_undecided")
    return finding


def _swapped(place: Place) -> bool:
    """Whether the two numbers make a point of China only the other way round."""
    return (
        _CHINA_LAT[0] <= place.lon <= _CHINA_LAT[1] and _CHINA_LON[0] <= place.lat <= _CHINA_LON[1]
    )


def _in_county(
    index: CountyIndex | None, point: Place, boundary: shapely.Geometry | None
) -> bool | None:
    """Whether the point is in the county's polygon or box; None when neither is known."""
    if boundary is not None:
        return bool(shapely.intersects_xy(boundary, point.lon, point.lat))
    box = index.box if index is not None else None
    if box is None:
        return None
    west, south, east, north = box
    return (
        west - _BOX_MARGIN_DEG <= point.lon <= east + _BOX_MARGIN_DEG
        and south - _BOX_MARGIN_DEG <= point.lat <= north + _BOX_MARGIN_DEG
    )


def _beside_text(answer: Answer, finding: Finding, point: Place) -> Placement:
    """Compare the point with the place the text names."""
    village, town = finding.village, finding.town
    if village is not None and village.lon is not None and village.lat is not None:
        away = float(distance_m(point.lon, point.lat, village.lon, village.lat))
        limit, rule = _FROM_VILLAGE_M, "coordinate_witnessed"
    elif town is not None and town.lon is not None and town.lat is not None:
        away = float(distance_m(point.lon, point.lat, town.lon, town.lat))
        limit, rule = max(_FROM_TOWN_M, town.radius_m), "coordinate_in_town"
    else:
        return _refused(answer, finding, "coordinate_unwitnessed", point)
    if away > limit:
        return _refused(answer, finding, "coordinate_text_conflict", point)
    return _at(answer, replace(finding, rule=rule), point, Level.ROOFTOP)


def _by_point_alone(
    answer: Answer, finding: Finding, point: Place, *, surely_inside: bool
) -> Placement:
    """The text says no more than the county; the point counts only inside its very line."""
    if finding.reason == "county_only" and surely_inside and answer.scope.from_text:
        return _at(answer, Finding("coordinate_in_county"), point, Level.ROAD)
    reason = finding.reason
    if reason in _NOTHING_LOCAL:
        reason = "coordinate_unwitnessed"
    return _refused(answer, finding, reason, point)


def _at(answer: Answer, finding: Finding, point: Place, level: Level) -> Placement:
    base = placed(answer, finding)
    if base.status == "review":
        return base
    return replace(base, level=level, lon=point.lon, lat=point.lat, radius_m=RADIUS_M[level])


def _refused(answer: Answer, finding: Finding, reason: str, point: Place | None) -> Placement:
    """Return a review whose candidates are what the text says and where the point is."""
    base = review(answer, replace(finding, reason=reason))
    if point is None:
        return base
    own = Candidate(
        code="",
        name="",
        township="",
        county="",
        level=Level.ROOFTOP,
        confidence=0.0,
        lon=point.lon,
        lat=point.lat,
    )
    return replace(base, candidates=(*base.candidates, own))
