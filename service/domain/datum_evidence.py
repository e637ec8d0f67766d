"""Which datum a file's coordinates are in, judged by the places its own texts name.

No rule about the numbers can tell WGS 84 from GCJ-02: both are plausible points a few hundred
metres apart. What can be compared is the distance to the village that each row's text names,
under each hypothesis. One row is near chance, so one row never decides, nor does one place: a
village's point may itself be wrong. The result is a proposal with its evidence; a person decides.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from service.domain.datum import distance_m, to_wgs84
from service.domain.places import PIN_LEVELS, Datum, Placement

# CGCS2000 is within about a metre of WGS 84, which stands for both.
HYPOTHESES = (Datum.WGS84, Datum.GCJ02, Datum.BD09)
MIN_ROWS = 10
MIN_PLACES = 5
# A row farther than this from its place is an error of some kind: how far no longer matters.
_TRUNCATED_AT_M = 3_000.0
# A file whose best datum leaves its rows this far off on average fits none.
_FITS_WITHIN_M = 2_000.0
# How many standard errors the second best must be farther off than the best. Simulated with 350 m
# of scatter and a tenth of outliers: 1 wrong proposal in 1,500 from ten rows, none from twenty.
_CLEARLY = 2.0
_HALF_TURN = 180.0
_MOST_LEAD = 1_000.0


class Witness(NamedTuple):
    """A row's own coordinates, in its file's degrees, and the place its text names (WGS 84)."""

    lon: float
    lat: float
    place: str
    place_lon: float
    place_lat: float


class Verdict(StrEnum):
    """What the evidence allows to say."""

    PROPOSED = "proposed"
    TOO_FEW = "too_few"
    TOO_CLOSE = "too_close"
    NONE_FITS = "none_fits"


@dataclass(frozen=True, slots=True, kw_only=True)
class DatumEvidence:
    """How far a file's rows are from their places under each datum.

    Attributes:
        verdict: Whether a datum is proposed, or why none is.
        proposed: The datum to put before a person; None unless the verdict is 'proposed'.
        rows: How many rows could be compared.
        places: How many different places they name.
        mean_m: Mean distance in metres by datum, each place counting once and no row for more
            than 3 km; empty when there was nothing to compare.
        lead_se: By how many standard errors the best datum leads the second best.
    """

    verdict: Verdict
    proposed: Datum | None
    rows: int
    places: int
    mean_m: dict[Datum, float]
    lead_se: float
    text_zh: str
    text_en: str

    @property
    def nearest(self) -> Datum | None:
        """The datum with the least mean distance, proposed or not; None without any row."""
        return min(self.mean_m, key=self.mean_m.__getitem__, default=None)

    def as_json(self) -> dict[str, object]:
        """Return the figures as a document: rows, places, mean_m by datum, lead_se."""
        return {
            "rows": self.rows,
            "places": self.places,
            "mean_m": {str(datum): round(metres, 1) for datum, metres in self.mean_m.items()},
            # JSON knows no infinity: points exactly on their places lead by any number.
            "lead_se": round(min(self.lead_se, _MOST_LEAD), 2),
        }


def witness(lon: float, lat: float, placement: Placement) -> Witness | None:
    """Return a row as a witness if its text alone is placed at a village or finer, else None.

    Args:
        lon: The row's own longitude as the file has it, in degrees of an unknown datum.
        lat: The row's own latitude, likewise.
        placement: Of the row's text, located without its coordinates.
    """
    if placement.level not in PIN_LEVELS or placement.lon is None or placement.lat is None:
        return None
    place = placement.village_code or f"{placement.lon:.6f},{placement.lat:.6f}"
    return Witness(lon, lat, place, placement.lon, placement.lat)


def infer_datum(witnesses: Iterable[Witness | None]) -> DatumEvidence:
    """Weigh the three datums against a file's places; rows without degrees are skipped."""
    known = [w for w in witnesses if w is not None and _are_degrees(w)]
    places = len({w.place for w in known})
    if not known:
        return _evidence(Verdict.TOO_FEW, 0, 0, {}, 0.0)
    off_m = _by_place(known)
    means = {datum: float(off_m[i].mean()) for i, datum in enumerate(HYPOTHESES)}
    best, second = np.argsort(off_m.mean(axis=1), kind="stable")[:2]
    lead = _lead(off_m[second] - off_m[best])
    if len(known) < MIN_ROWS or places < MIN_PLACES:
        verdict = Verdict.TOO_FEW
    elif means[HYPOTHESES[best]] > _FITS_WITHIN_M:
        verdict = Verdict.NONE_FITS
    else:
        verdict = Verdict.PROPOSED if lead >= _CLEARLY else Verdict.TOO_CLOSE
    return _evidence(verdict, len(known), places, means, lead)


def _are_degrees(row: Witness) -> bool:
    """Whether both numbers can be degrees, even if swapped; NaN and metres cannot."""
    return abs(row.lon) <= _HALF_TURN and abs(row.lat) <= _HALF_TURN


def _by_place(known: Sequence[Witness]) -> NDArray[np.float64]:
    """Return the truncated distances in metres, a row per hypothesis and a column per place."""
    lon, lat, place_lon, place_lat = (
        np.array([getattr(w, name) for w in known])
        for name in ("lon", "lat", "place_lon", "place_lat")
    )
    _, place = np.unique([w.place for w in known], return_inverse=True)
    count = np.bincount(place)
    off_m = [
        np.minimum(distance_m(*to_wgs84(lon, lat, d), place_lon, place_lat), _TRUNCATED_AT_M)
        for d in HYPOTHESES
    ]
    return np.array([np.bincount(place, weights=metres) / count for metres in off_m])


def _lead(farther_m: NDArray[np.float64]) -> float:
    """Return the mean of the paired differences in standard errors; 0 where there is no spread."""
    if len(farther_m) < MIN_PLACES:
        return 0.0
    error = float(farther_m.std(ddof=1)) / np.sqrt(len(farther_m))
    mean = float(farther_m.mean())
    if error == 0.0:
        return float("inf") if mean > 0 else 0.0
    return mean / float(error)


def _evidence(
    verdict: Verdict, rows: int, places: int, means: dict[Datum, float], lead: float
) -> DatumEvidence:
    ranked = sorted(means, key=means.__getitem__)
    zh, en = _SAID[verdict]
    if ranked:
        zh += "；平均相距：" + "，".join(f"{_NAMES[d]} {means[d]:,.0f} 米" for d in ranked)
        en += "; mean distance: " + ", ".join(f"{_NAMES[d]} {means[d]:,.0f} m" for d in ranked)
    return DatumEvidence(
        verdict=verdict,
        proposed=ranked[0] if verdict is Verdict.PROPOSED else None,
        rows=rows,
        places=places,
        mean_m=means,
        lead_se=lead,
        text_zh=f"可与地名对照 {rows} 行、{places} 处：{zh}",
        text_en=f"{rows} rows compared with {places} places: {en}",
    )


_NAMES = {Datum.WGS84: "WGS 84", Datum.GCJ02: "GCJ-02", Datum.BD09: "BD-09"}
_SAID = {
    Verdict.PROPOSED: (
        "建议采用相距最近的坐标系，请核定",
        "the nearest datum is proposed; confirm it",
    ),
    Verdict.TOO_FEW: (
        f"太少，至少需 {MIN_ROWS} 行、{MIN_PLACES} 处",
        f"too few, at least {MIN_ROWS} rows and {MIN_PLACES} places are needed",
    ),
    Verdict.TOO_CLOSE: (
        "差别不足以判断，请补充行数或询问来源",
        "too close to tell; bring more rows or ask where the file comes from",
    ),
    Verdict.NONE_FITS: (
        "三种坐标系都不符，请检查经纬度列",
        "no datum fits; check the longitude and latitude columns",
    ),
}
