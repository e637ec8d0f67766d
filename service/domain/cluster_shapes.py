"""Outlines of clusters, and planes put on the earth, for maps and GeoJSON."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.domain.errors import CrsError
from service.domain.scan.study import EARTH_RADIUS_KM

Floats = NDArray[np.float64]
Ring = list[tuple[float, float]]

_CORNERS = 64
_WGS84 = 4326
_WIDTH_DEG = 1.0  # of a plane of no known place, laid over the equator


def outline(cluster: dict[str, Any]) -> Ring:
    """Return the closed ring of a cluster, counter-clockwise, in the coordinates of its file.

    Args:
        cluster: From `point_clusters.clusters`: centre with lon and lat, or x and y; radius;
            perhaps shape and angle_deg.

    Returns:
        No corners for a cluster of one place.
    """
    centre, radius = cluster["centre"], float(cluster["radius"])
    if radius == 0:
        return []
    turns = 2 * np.pi * np.arange(_CORNERS) / _CORNERS
    if "lon" in centre:
        ring = _great_circle(centre["lon"], centre["lat"], radius, turns)
    else:
        along: Floats = radius * np.cos(turns)
        across = radius / float(cluster.get("shape", 1.0)) * np.sin(turns)
        angle = math.radians(float(cluster.get("angle_deg", 0.0)))
        x = centre["x"] + along * math.cos(angle) - across * math.sin(angle)
        y = centre["y"] + along * math.sin(angle) + across * math.cos(angle)
        ring = _pairs(x, y)
    return [*ring, ring[0]]


def _great_circle(lon: float, lat: float, chord_km: float, turns: Floats) -> Ring:
    """Return points a chord away on the sphere, in degrees."""
    angle = 2 * math.asin(min(chord_km / (2 * EARTH_RADIUS_KM), 1.0))
    latitude, bearing = math.radians(lat), np.pi / 2 - turns
    toward: Floats = math.cos(latitude) * math.sin(angle) * np.cos(bearing)
    sine: Floats = math.sin(latitude) * math.cos(angle) + toward
    east = np.arctan2(
        np.sin(bearing) * math.sin(angle) * math.cos(latitude),
        math.cos(angle) - math.sin(latitude) * sine,
    )
    longitude: Floats = np.round(lon + np.degrees(east), 7)
    latitudes = np.round(np.degrees(np.arcsin(sine)), 7)
    return _pairs(longitude, np.asarray(latitudes, np.float64))


def _pairs(first: Floats, second: Floats) -> Ring:
    return [(float(a), float(b)) for a, b in zip(first, second, strict=True)]


class OnEarth:
    """Turns coordinates of a plane into longitude and latitude."""

    def __init__(self, epsg: int) -> None:
        """Look the plane up.

        Raises:
            CrsError: There is no such system, or it is none of a plane.
        """
        # Only planes need it: degrees are on the earth already.
        from pyproj import CRS, Transformer  # noqa: PLC0415
        from pyproj.exceptions import CRSError  # noqa: PLC0415

        try:
            system = CRS.from_epsg(epsg)
        except CRSError as error:
            raise CrsError(
                f"there is no EPSG:{epsg}; the county's zone is one such as 4547"
            ) from error
        if not system.is_projected:
            raise CrsError(f"EPSG:{epsg} is no plane; name its columns by --lon and --lat")
        self.epsg = epsg
        self._transform = Transformer.from_crs(system, _WGS84, always_xy=True)

    def __call__(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Return longitude and latitude in degrees, WGS 84.

        Raises:
            CrsError: Some points lie where the plane does not reach.
        """
        lon, lat = self._transform.transform(x, y)
        if not (np.isfinite(lon).all() and np.isfinite(lat).all()):
            raise CrsError(
                f"some x and y lie outside EPSG:{self.epsg}; are they swapped, or of another zone?"
            )
        return lon, lat


class OnEquator:
    """Lays a plane of no known place over the equator, where a map distorts nothing visible."""

    def __init__(self, x: Floats, y: Floats) -> None:
        """Choose the scale at which all points fit."""
        self._x, self._y = (float(x.min() + x.max()) / 2, float(y.min() + y.max()) / 2)
        extent = max(float(np.ptp(x)), float(np.ptp(y)))
        self._scale = _WIDTH_DEG / extent if extent > 0 else 1.0

    def __call__(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Return stand-ins for longitude and latitude."""
        return (x - self._x) * self._scale, (y - self._y) * self._scale
