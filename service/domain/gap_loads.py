"""How much work each officer has, and who nearby could take some more."""

import math
from dataclasses import dataclass, replace
from typing import Final

from service.domain.gap_model import CountyDay

_EARTH_RADIUS_KM: Final = 6371.0088


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """An officer, the visits a month that their cells require, and where they start from.

    `possible` is their share of the visits to enterprises that are known to a township alone,
    spread evenly over its cells: nobody knows whose they are, so they are not `required`.
    """

    officer_id: int
    name: str
    is_enforcement: bool
    capacity: float
    required: float
    enterprises: int
    by_cell: dict[str, float]
    lon: float | None
    lat: float | None
    possible: float = 0.0

    @property
    def spare(self) -> float:
        """Visits a month that could be added; negative when overloaded."""
        return self.capacity - self.required


@dataclass(frozen=True, slots=True, kw_only=True)
class Relief:
    """Somebody who could take over, and how far from there they sit, in a straight line."""

    name: str
    km: float
    spare: float


class Workloads:
    """The work of every officer on a day: each enterprise counts for its cell's lead."""

    def __init__(self, day: CountyDay) -> None:
        """Add up the visits that the policy requires, by officer and by cell."""
        self.required_by_cell: dict[str, float] = {}
        by_officer: dict[int, dict[str, float]] = {}
        counts: dict[int, int] = {}
        for each in day.enterprises:
            if each.cell_code is None:
                continue
            risk_class = day.scores[each.enterprise_id].risk_class
            visits = day.policies.visits_per_month(each.product, risk_class)
            self._add(self.required_by_cell, each.cell_code, visits)
            lead = day.holders.of(each.cell_code, "lead", each.product)
            if lead is not None:
                self._add(by_officer.setdefault(lead.officer_id, {}), each.cell_code, visits)
                counts[lead.officer_id] = counts.get(lead.officer_id, 0) + 1
        self.possible_by_officer = _possible(day)
        self.all = tuple(
            replace(each, possible=self.possible_by_officer.get(each.officer_id, 0.0))
            for each in self._workloads(day, by_officer, counts)
        )

    @staticmethod
    def _add(totals: dict[str, float], key: str, visits: float) -> None:
        totals[key] = totals.get(key, 0.0) + visits

    @staticmethod
    def _workloads(
        day: CountyDay, by_officer: dict[int, dict[str, float]], counts: dict[int, int]
    ) -> list[Workload]:
        columns = [
            "officer_id",
            "name",
            "is_enforcement",
            "capacity_visits_per_month",
            "lon",
            "lat",
        ]
        return [
            Workload(
                officer_id=int(officer_id),
                name=name,
                is_enforcement=bool(enforces),
                capacity=float(capacity),
                required=sum(by_officer.get(int(officer_id), {}).values()),
                enterprises=counts.get(int(officer_id), 0),
                by_cell=by_officer.get(int(officer_id), {}),
                lon=_known(lon),
                lat=_known(lat),
            )
            for officer_id, name, enforces, capacity, lon, lat in day.officers[columns].itertuples(
                index=False, name=None
            )
        ]

    def nearest_relief(
        self, lon: float, lat: float, *, needed: float, besides: frozenset[int] = frozenset()
    ) -> Relief | None:
        """Return the nearest enforcement officer who can make `needed` more visits a month.

        Args:
            lon: Degrees east, WGS 84, of the place to be taken over.
            lat: Degrees north.
            needed: Visits a month.
            besides: Officers who are not asked.
        """
        offers = [
            Relief(name=each.name, km=distance_km(lon, lat, each.lon, each.lat), spare=each.spare)
            for each in self.all
            if each.is_enforcement
            and each.officer_id not in besides
            and each.spare >= needed
            and each.lon is not None
            and each.lat is not None
        ]
        return min(offers, key=lambda offer: (offer.km, offer.name), default=None)


def _possible(day: CountyDay) -> dict[int, float]:
    """Share out the visits to enterprises without a cell over the leads of their township."""
    cells: dict[str, list[str]] = {}
    for cell in day.cell_by_code.values():
        cells.setdefault(cell.township_code, []).append(cell.code)
    shares: dict[int, float] = {}
    for each in day.enterprises:
        around = cells.get(each.seen_in_township or "", [])
        if each.cell_code is not None or not around:
            continue
        risk_class = day.scores[each.enterprise_id].risk_class
        visits = day.policies.visits_per_month(each.product, risk_class)
        for code in around:
            lead = day.holders.of(code, "lead", each.product)
            if lead is not None:
                shares[lead.officer_id] = shares.get(lead.officer_id, 0.0) + visits / len(around)
    return shares


def distance_km(lon: float, lat: float, other_lon: float, other_lat: float) -> float:
    """Return the great-circle distance of two WGS 84 points in kilometres (haversine)."""
    south, north = math.radians(lat), math.radians(other_lat)
    half_lat = math.sin((north - south) / 2) ** 2
    half_lon = math.sin(math.radians(other_lon - lon) / 2) ** 2
    chord = half_lat + math.cos(south) * math.cos(north) * half_lon
    return 2 * _EARTH_RADIUS_KM * math.asin(math.sqrt(chord))


def relief_zh(relief: Relief | None) -> str:
    """Return who could take over, in Chinese."""
    if relief is None:
        return "全县执法人员均无余力,需增派人员或调减网格"
    return f"最近且有余力者:{relief.name}(直线 {relief.km:.1f} 公里,月余力 {relief.spare:.1f} 次)"


def relief_en(relief: Relief | None) -> str:
    """Return who could take over, in English."""
    if relief is None:
        return "no enforcement officer has spare capacity: add staff or cut the cells anew"
    return (
        f"nearest with spare capacity: {relief.name} ({relief.km:.1f} km in a straight line, "
        f"{relief.spare:.1f} visits a month to spare)"
    )


def _known(value: float) -> float | None:
    return None if value is None or math.isnan(value) else float(value)
