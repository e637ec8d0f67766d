"""Everything on the page of one cluster."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from service.api.dependencies import Scope
from service.api.views.cluster_map import ClusterMap, cluster_map
from service.api.views.rows import plain_rows
from service.database import (
    analysis_facts,
    cluster_changes,
    cluster_frames,
    cluster_life,
    officers,
    township_statistics,
    townships,
)
from service.database.analysis_facts import AnalysisFacts
from service.domain.cluster_life import SIGNIFICANT_P

CHART_WIDTH, CHART_HEIGHT = 640.0, 150.0
_FOOT = 22.0
_OF_A_RUN = ("as_of", "cluster_id", "cases", "expected", "unresolved", "deciding_p")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterPage:
    """One cluster as it stood on a day.

    Attributes:
        cluster: As of `cluster_frames.objects`.
        map: Where it is.
        bars: The history chart: one bar a run, in SVG units.
        changes: Its history until the day.
        people: Officers who may lead, the proposed one first: staff_no, name, department.
        proposed: Staff numbers of the proposed lead and second, '' nobody.
        townships: Names of its townships.
        ranking: Of a township × product, its line of the ranking when last seen; None of a circle.
        facts: Of the run that saw it last.
    """

    cluster: dict[str, Any]
    map: ClusterMap
    bars: list[dict[str, Any]]
    changes: list[dict[str, Any]]
    people: list[dict[str, Any]]
    proposed: tuple[str, str]
    townships: list[str]
    ranking: dict[str, Any] | None
    facts: AnalysisFacts | None

    @property
    def is_township(self) -> bool:
        """Whether it is a township × product and not a circle of the scan."""
        return bool(self.cluster["kind"] == "township")

    @property
    def is_gone(self) -> bool:
        """Whether the newest run did not see it."""
        return bool(self.cluster["trend"] == "gone")


def page_of(scope: Scope, object_id: int) -> ClusterPage:
    """Return the page of a cluster.

    Raises:
        NotFoundError: There is no such cluster on the day.
    """
    found = cluster_frames.objects(scope.session, scope.code, scope.on, object_id=object_id)
    cluster = plain_rows(found)[0]
    seen = cluster_life.sightings(scope.session, scope.code, until=scope.on)
    history = cluster_changes.history(scope.session, scope.code, object_id)
    active = officers.active_on(scope.session, scope.code, scope.on)
    numbers = dict(zip(active["officer_id"], active["staff_no"], strict=True))
    proposed = tuple(
        str(numbers.get(cluster[f"proposed_{what}_officer_id"], "")) for what in ("lead", "second")
    )
    people = plain_rows(active[active["is_enforcement"] | (active["role"] == "township_leader")])
    names = townships.of_county(scope.session, scope.code).set_index("code")["name"]
    return ClusterPage(
        cluster=cluster,
        map=cluster_map(scope, cluster, found.geometry.iloc[0]),
        bars=_bars(plain_rows(seen[seen["object_id"] == object_id])),
        changes=plain_rows(history[history["on_day"] <= scope.on]),
        people=sorted(people, key=lambda one: (one["staff_no"] not in proposed, one["staff_no"])),
        proposed=(proposed[0], proposed[1]),
        townships=[str(names.get(code, code)) for code in cluster["township_codes"]],
        ranking=_ranking(scope, cluster) if cluster["kind"] == "township" else None,
        facts=analysis_facts.of_day(scope.session, scope.code, "clusters", cluster["last_seen"]),
    )


def _ranking(scope: Scope, cluster: dict[str, Any]) -> dict[str, Any] | None:
    table = township_statistics.latest(scope.session, scope.code, cluster["last_seen"])
    lines = plain_rows(table[table["object_id"] == cluster["object_id"]])
    return lines[0] if lines else None


def _bars(seen: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return one bar a run: problem producers, of them unresolved, and a line at expectation."""
    if not seen:
        return []
    most = max(max(one["cases"], one["expected"]) for one in seen)
    room, step = CHART_HEIGHT - 2 * _FOOT, CHART_WIDTH / max(len(seen), 6)
    bars = []
    for at, one in enumerate(seen):
        height, rest, line = (
            round(room * value / most, 1)
            for value in (one["cases"], one["unresolved"], one["expected"])
        )
        day: date = one["as_of"]
        bars.append(
            {
                "x": round(at * step + step * 0.15, 1),
                "width": round(step * 0.7, 1),
                "middle": round(at * step + step / 2, 1),
                "y": round(CHART_HEIGHT - _FOOT - height, 1),
                "height": height,
                "open_y": round(CHART_HEIGHT - _FOOT - rest, 1),
                "open_height": rest,
                "expected_y": round(CHART_HEIGHT - _FOOT - line, 1),
                "day": f"{day.month:02d}-{day.day:02d}",
                **{key: one[key] for key in _OF_A_RUN},
                "is_significant": one["deciding_p"] <= SIGNIFICANT_P,
            }
        )
    return bars
