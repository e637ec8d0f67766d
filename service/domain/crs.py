"""The coordinate systems in use: EPSG:4326 in storage, the county's metric zone for computing."""

import math

from geopandas import GeoDataFrame
from pyproj import CRS

from service.domain.errors import CrsError

STORAGE_EPSG = 4326

# The rough box of mainland China in degrees; outside it a county computes in its UTM zone.
_CHINA_LON = (73.0, 136.0)
_CHINA_LAT = (17.0, 54.5)


def metric_epsg(lon: float, lat: float) -> int:
    """Return the EPSG code in which distances around a WGS 84 point are computed, in metres.

    Inside China the CGCS2000 three-degree Gauss-Kruger zone without zone prefix (EPSG:4534 to
    4554, central meridians 75 to 135 degrees east), elsewhere the UTM zone.
    """
    in_china = _CHINA_LON[0] <= lon <= _CHINA_LON[1] and _CHINA_LAT[0] <= lat <= _CHINA_LAT[1]
    if in_china:
        meridian = min(135, max(75, 3 * round(lon / 3)))
        return 4534 + (meridian - 75) // 3
    zone = math.floor((lon + 180) / 6) % 60 + 1
    return (32600 if lat >= 0 else 32700) + zone


def require_metric(frame: GeoDataFrame) -> None:
    """Refuse a frame whose coordinates are not metres.

    Raises:
        CrsError: The frame has no CRS, or one measured in anything but metres.
    """
    if frame.crs is None:
        raise CrsError("the frame has no CRS; set the one its source file declares")
    unit = CRS.from_user_input(frame.crs).axis_info[0].unit_name
    if unit != "metre":
        raise CrsError(f"{frame.crs.to_string()} is measured in {unit}s; reproject to metres first")
