"""Coordinates that came with a row: believed only where the text supports them."""

import math
from dataclasses import replace
from typing import NamedTuple

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
# So far the datums of China are apart at most.
_UNKNOWN_DATUM_M = 1_300.0
_DEGREE_M = 85_000.0  # of longitude in the latitudes of China's middle: errs on the wide side
_CHINA_LON = (73.0, 136.0)
_COUNTY_ONLY = frozenset({"county_only", "road_in_several_towns"})
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
    fault, point = _fault(query, answer.index, boundary)
    if fault or point is None:
        return _refused(answer, finding, fault, point)
    if query.datum_undecided:
        return _by_text_alone(answer, finding, point)
    if finding.reason:
        return _by_point_alone(answer, finding, point, surely_inside=boundary is not None)
    return _beside_text(answer, finding, point)


def _fault(
    query: AddressQuery, index: CountyIndex | None, boundary: shapely.Geometry | None
) -> tuple[str, Place | None]:
    """Return why coordinates are no place of the county, '' if they are; and the place."""
    given = query.given
    if given is None:
        return query.coordinate_flaw, None
    if not (math.isfinite(given.lon) and math.isfinite(given.lat)):
        return "coordinate_not_finite", None
    if _swapped(given):
        return "coordinate_swapped", None
    point = in_wgs84(given)
    slack_m = _UNKNOWN_DATUM_M if query.datum_undecided else 0.0
    if _in_county(index, point, boundary, slack_m) is False:
        return "coordinate_outside_county", point
    return "", point


def _by_text_alone(answer: Answer, finding: Finding, point: Place) -> Placement:
    """Place by the text where nobody knows the datum of the given coordinates.

    They still speak against a text from which they are farther than any datum explains; a row
    that only they could place waits for the decision on their file.
    """
    if finding.reason in _NOTHING_LOCAL | _COUNTY_ONLY:
        return _refused(answer, finding, "coordinate_datum_undecided", point)
    if finding.reason:
        return review(answer, finding)
    place = _named_point(finding)
    if place is not None and place.away_m(point) > place.limit_m + _UNKNOWN_DATUM_M:
        return _refused(answer, finding, "coordinate_text_conflict", point)
    return placed(answer, finding)


def _swapped(place: Place) -> bool:
    """Whether the two numbers make a point of China only the other way round."""
    return (
        _CHINA_LAT[0] <= place.lon <= _CHINA_LAT[1] and _CHINA_LON[0] <= place.lat <= _CHINA_LON[1]
    )


def _in_county(
    index: CountyIndex | None, point: Place, boundary: shapely.Geometry | None, slack_m: float
) -> bool | None:
    """Whether the point is in the county's polygon or box, or so near; None if neither is known."""
    if boundary is not None:
        off = shapely.distance(boundary, shapely.Point(point.lon, point.lat))
        return bool(off * _DEGREE_M <= slack_m)
    box = index.box if index is not None else None
    if box is None:
        return None
    west, south, east, north = box
    return (
        west - _BOX_MARGIN_DEG <= point.lon <= east + _BOX_MARGIN_DEG
        and south - _BOX_MARGIN_DEG <= point.lat <= north + _BOX_MARGIN_DEG
    )


class _Named(NamedTuple):
    """The place that the text names: its point in WGS 84, and how far from it a row may stand."""

    lon: float
    lat: float
    limit_m: float
    rule: str

    def away_m(self, point: Place) -> float:
        return float(distance_m(point.lon, point.lat, self.lon, self.lat))


def _named_point(finding: Finding) -> _Named | None:
    village, town = finding.village, finding.town
    if village is not None and village.lon is not None and village.lat is not None:
        return _Named(village.lon, village.lat, _FROM_VILLAGE_M, "coordinate_witnessed")
    if town is not None and town.lon is not None and town.lat is not None:
        limit_m = max(_FROM_TOWN_M, town.radius_m)
        return _Named(town.lon, town.lat, limit_m, "coordinate_in_town")
    return None


def _beside_text(answer: Answer, finding: Finding, point: Place) -> Placement:
    """Compare the point with the place the text names."""
    place = _named_point(finding)
    if place is None:
        return _refused(answer, finding, "coordinate_unwitnessed", point)
    if place.away_m(point) > place.limit_m:
        return _refused(answer, finding, "coordinate_text_conflict", point)
    return _at(answer, replace(finding, rule=place.rule), point, Level.ROOFTOP)


def _by_point_alone(
    answer: Answer, finding: Finding, point: Place, *, surely_inside: bool
) -> Placement:
    """The text says no more than the county; the point counts only inside its very line."""
    if finding.reason in _COUNTY_ONLY and surely_inside and answer.scope.from_text:
        return _at(answer, Finding("coordinate_in_county"), point, Level.ROAD)
    reason = finding.reason
    if reason in _NOTHING_LOCAL | _COUNTY_ONLY:
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
