"""A target list as GPX 1.1: waypoints in order of rank, for a phone without signal."""

import xml.etree.ElementTree as ET
from typing import Final

import pandas as pd
from geopandas import GeoDataFrame

from service.domain.places import PIN_LEVELS

_NAMESPACE: Final = "http://www.topografix.com/GPX/1/1"


def as_gpx(targets: GeoDataFrame, *, name: str) -> str:
    """Return the waypoints of those targets that stand at a known point.

    A place known only to its township is no stop on a route and is left out.

    Args:
        targets: name, level, lon, lat (WGS 84), risk_class, check_zh, in the order to be kept.
        name: What the list is called.
    """
    root = ET.Element("gpx", {"version": "1.1", "creator": "wangge", "xmlns": _NAMESPACE})
    ET.SubElement(ET.SubElement(root, "metadata"), "name").text = name
    columns = ["name", "level", "lon", "lat", "risk_class", "check_zh"]
    for number, row in enumerate(
        pd.DataFrame(targets)[columns].itertuples(index=False, name=None), start=1
    ):
        title, level, lon, lat, risk_class, check_zh = row
        if level not in PIN_LEVELS or pd.isna(lon):
            continue
        point = ET.SubElement(root, "wpt", {"lat": f"{lat:.6f}", "lon": f"{lon:.6f}"})
        ET.SubElement(point, "name").text = f"{number:02d} {title}"
        ET.SubElement(point, "desc").text = f"风险等级 {risk_class};{check_zh}"
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"
