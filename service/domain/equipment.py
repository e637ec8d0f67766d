"""Equipment that the state has ordered eliminated (cement: kilns and mills), by date.

Source: the county programmes implementing State Council document 2010 no. 7: vertical shaft and
hollow dry kilns by the end of 2010, grinding mills below 2.5 m by the end of 2011 and below 3.0 m
by the end of 2012.
"""

from collections.abc import Mapping
from datetime import date
from typing import Final

_KILNS: Final[dict[str, tuple[str, str]]] = {
    "vertical_shaft": ("机立窑", "vertical shaft kiln"),
    "机立窑": ("机立窑", "vertical shaft kiln"),
    "立窑": ("机立窑", "vertical shaft kiln"),
    "hollow_dry": ("干法中空窑", "hollow dry kiln"),
    "干法中空窑": ("干法中空窑", "hollow dry kiln"),
}
_KILNS_ENDED: Final = date(2010, 12, 31)
# Last day allowed, and the diameter in metres below which a mill had to go.
_MILLS: Final = ((date(2012, 12, 31), 3.0), (date(2011, 12, 31), 2.5))


def eliminated_equipment(attributes: Mapping[str, object], *, on: date) -> tuple[str, str] | None:
    """Return eliminated equipment that an enterprise is known to use, in Chinese and English."""
    kiln = _KILNS.get(str(attributes.get("kiln_type", "")).strip())
    if kiln is not None and on > _KILNS_ENDED:
        return kiln
    diameter_m = _number(attributes.get("mill_diameter_m"))
    for last_day, limit_m in _MILLS:
        if diameter_m is not None and on > last_day and diameter_m < limit_m:
            return f"直径 {diameter_m:g} 米磨机", f"grinding mill of {diameter_m:g} m"
    if attributes.get("eliminated_equipment"):
        name = str(attributes["eliminated_equipment"])
        return ("登记的淘汰设备", "as registered") if name == "True" else (name, name)
    return None


def _number(value: object) -> float | None:
    try:
        return float(str(value))
    except ValueError:
        return None
