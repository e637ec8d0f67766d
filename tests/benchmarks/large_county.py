"""Invented counties of any size, filled by COPY: towns with enterprises round them, and records.

Nothing in them is real. Townships are the Voronoi areas of their towns; two thirds of the
enterprises stand round the towns, closer towards the middle, the others in villages.
"""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, cast

import numpy as np
import psycopg
import shapely
from numpy.typing import NDArray
from psycopg import sql
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from service.database.tables import AnalysisRow, CountyRow, PlanRow
from tests.factories import shape

DAY: Final = date(2012, 5, 6)
SIDE_DEGREES: Final = 0.5
_CHUNK = 50_000
_PRODUCTS = np.array(["baijiu", "fertiliser", "cement"])
_CELLS_A_SIDE = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class County:
    """What is filled: a square of half a degree whose south-west corner is given in degrees."""

    code: str
    west: float
    south: float
    enterprises: int
    townships: int = 17

    @property
    def area(self) -> shapely.Polygon:
        """The county's ground."""
        side = SIDE_DEGREES
        return shapely.box(self.west, self.south, self.west + side, self.south + side)


def fill(engine: Engine, county: County, seed: int = 1) -> None:
    """Make the county with its plan, register, places, two years of visits and analyses."""
    random = np.random.default_rng([seed, int(county.code)])
    towns = random.uniform(0.04, SIDE_DEGREES - 0.04, (county.townships, 2))
    towns += (county.west, county.south)
    with Session(engine) as session:
        plan_id, analyses = _frame(session, county)
        cursor = cast(
            "psycopg.Connection[Any]", session.connection().connection.driver_connection
        ).cursor()
        areas = _townships(towns, county.area)
        _copy(
            cursor,
            "township",
            ("county_code", "code", "code_system", "name", "name_en", "geometry"),
            (
                (county.code, _township(county, i), "own", f"第{i + 1}镇", "", _hex(area))
                for i, area in enumerate(areas)
            ),
        )
        _copy(cursor, "cell", _CELL, _cells(county, plan_id, towns))
        _register(cursor, county, random, towns)
        _events(cursor, county, random)
        for statement in (_TARGETS, _STATISTICS):
            cursor.execute(
                statement, {"county": county.code, "plan": plan_id, "day": DAY, **analyses}
            )
        session.commit()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE")


def _frame(session: Session, county: County) -> tuple[int, dict[str, uuid.UUID]]:
    session.add(
        CountyRow(
            code=county.code,
            name=f"虚构县{county.code}",
            code_system="own",
            is_fictional=True,
            reference_date=DAY,
            metric_epsg=4547,
            geometry=shape(county.area),
        )
    )
    session.flush()
    plan = PlanRow(
        county_code=county.code,
        code="2012",
        status="published",
        method="square",
        parameters={},
        valid_from=date(2012, 1, 1),
    )
    session.add(plan)
    session.flush()
    made = {}
    for kind in ("clusters", "targets", "gaps"):
        row = AnalysisRow(
            county_code=county.code, id=uuid.uuid4(), kind=kind, as_of=DAY, plan_id=plan.id,
            inputs={}, parameters={}, summary={},
        )  # fmt: skip
        session.add(row)
        made[kind] = row.id
    session.flush()
    return plan.id, made


def _townships(towns: NDArray[np.float64], ground: shapely.Polygon) -> list[shapely.Geometry]:
    """Return the part of the ground that is nearest to each town."""
    stops = [shapely.Point(town) for town in towns]
    whole = cast(
        "shapely.GeometryCollection",
        shapely.voronoi_polygons(shapely.MultiPoint(stops), extend_to=ground),
    )
    parts = list(whole.geoms)
    tree = shapely.STRtree(parts)
    mine = [parts[_nearest(tree, stop)].intersection(ground) for stop in stops]
    return [shapely.MultiPolygon([cast("shapely.Polygon", area)]) for area in mine]


def _nearest(tree: shapely.STRtree, stop: shapely.Point) -> int:
    return int(cast("np.int64", tree.nearest(stop)))


_CELL = (
    "county_code", "plan_id", "code", "code_system", "township_code", "name", "cell_type",
    "area_m2", "geometry",
)  # fmt: skip


def _cells(
    county: County, plan_id: int, towns: NDArray[np.float64]
) -> Iterator[tuple[object, ...]]:
    side = SIDE_DEGREES / _CELLS_A_SIDE
    for column in range(_CELLS_A_SIDE):
        for row in range(_CELLS_A_SIDE):
            west, south = county.west + column * side, county.south + row * side
            middle = np.array([west + side / 2, south + side / 2])
            nearest = int(((towns - middle) ** 2).sum(axis=1).argmin())
            area = shapely.multipolygons([shapely.box(west, south, west + side, south + side)])
            code = f"{county.code}{column:03}{row:03}"
            yield (
                county.code, plan_id, code, "own", _township(county, nearest), f"格{column}-{row}",
                "basic", 7_500_000.0, _hex(area),
            )  # fmt: skip


_ENTERPRISE = (
    "county_code", "id", "register_key", "name", "kind", "product", "address", "township_code",
    "status", "scale", "principal", "attributes",
)  # fmt: skip
_LOCATION = (
    "county_code", "enterprise_id", "status", "level", "confidence", "rule", "reason", "reason_zh",
    "township_code", "radius_m", "candidates", "gazetteer_version", "geometry",
)  # fmt: skip


def _register(
    cursor: psycopg.Cursor[Any],
    county: County,
    random: np.random.Generator,
    towns: NDArray[np.float64],
) -> None:
    n = county.enterprises
    # A few towns are large: Zipf's law, as towns have it.
    weights = 1 / np.arange(1, len(towns) + 1)
    town = random.choice(len(towns), n, p=weights / weights.sum())
    low = np.array([county.west, county.south])
    villages = low + random.uniform(0.01, SIDE_DEGREES - 0.01, (400, 2))
    in_town = random.random(n) < 2 / 3
    spread = np.where(in_town, 0.018, 0.004)[:, None]
    places = np.where(in_town[:, None], towns[town], villages[random.integers(0, 400, n)])
    places = places + random.normal(0, spread, (n, 2))
    places = np.clip(places, low + 1e-4, low + SIDE_DEGREES - 1e-4)
    stops = shapely.STRtree([shapely.Point(town) for town in towns])
    nearest = np.asarray(stops.nearest(np.asarray(shapely.points(places))))
    product = _PRODUCTS[random.choice(3, n, p=(0.5, 0.3, 0.2))]
    draw = random.random(n)
    status = np.where(draw < 0.02, "review", "placed")
    level = np.where(draw < 0.05, "township", np.where(draw < 0.3, "village", "rooftop"))
    _copy(
        cursor,
        "enterprise",
        _ENTERPRISE,
        (
            (
                county.code, first_id(county) + i, f"k{i}", f"第{i}号虚构厂", "producer",
                product[i], f"虚构路{i % 997}号", _township(county, int(nearest[i])), "active", "",
                "", "{}",
            )
            for i in range(n)
        ),
    )  # fmt: skip
    points = shapely.to_wkb(
        shapely.set_srid(shapely.points(places), 4326), hex=True, include_srid=True
    )
    _copy(
        cursor,
        "location",
        _LOCATION,
        (
            (
                county.code, first_id(county) + i, status[i], level[i], 0.9, "bench", "", "",
                _township(county, int(nearest[i])), 50.0, "[]", "bench", points[i],
            )
            for i in range(n)
        ),
    )  # fmt: skip
    cursor.execute("ANALYZE enterprise, location")


_EVENT = (
    "county_code", "event_key", "enterprise_id", "kind", "product", "occurred_on", "is_problem",
    "result", "inspector", "level", "details",
)  # fmt: skip


def _events(cursor: psycopg.Cursor[Any], county: County, random: np.random.Generator) -> None:
    """Visit two thirds of the enterprises once or more; a tenth of the visits find a problem."""
    n = county.enterprises
    visited = random.integers(0, n, n)
    days = [DAY - timedelta(days=back) for back in range(540)]
    when = random.integers(0, len(days), n)
    is_bad = random.random(n) < 0.1
    _copy(
        cursor,
        "quality_event",
        _EVENT,
        (
            (
                county.code, f"v{i}", first_id(county) + int(visited[i]), "visit", "baijiu",
                days[when[i]], bool(is_bad[i]), "", "", "", "{}",
            )
            for i in range(n)
        ),
    )  # fmt: skip


def first_id(county: County) -> int:
    """Return the number of the county's first enterprise."""
    return int(county.code) % 1000 * 10_000_000 + 1


def _township(county: County, number: int) -> str:
    return f"{county.code}{number:03}"


def _hex(area: shapely.Geometry) -> str:
    return str(shapely.to_wkb(shapely.set_srid(area, 4326), hex=True, include_srid=True))


def _copy(
    cursor: psycopg.Cursor[Any],
    table: str,
    columns: Sequence[str],
    rows: Iterator[tuple[object, ...]],
) -> None:
    named = sql.SQL(", ").join(sql.Identifier(column) for column in columns)
    with cursor.copy(
        sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), named)
    ) as copy:
        for row in rows:
            copy.write_row(row)


_TARGETS = """
INSERT INTO target (county_code, analysis_id, enterprise_id, rank_in_cell, rank_in_county, score,
                    risk_class, check_zh, check_en, reasons)
SELECT county_code, %(targets)s, id, 1, row_number() OVER (ORDER BY id), 50,
       1 + (id * 7919 %% 10 > 5)::int + (id * 7919 %% 10 > 7)::int + (id * 7919 %% 10 > 8)::int,
       '', '', '[]'
FROM enterprise WHERE county_code = %(county)s
"""
_STATISTICS = """
INSERT INTO cell_statistic (county_code, analysis_id, product, cell_code, enterprises, visits,
                            problems, expected, gi_class)
SELECT cell.county_code, %(clusters)s, coalesce(fact.product, 'all'), cell.code,
       coalesce(sum(fact.n), 0), coalesce(sum(fact.visits), 0), coalesce(sum(fact.problems), 0),
       coalesce(sum(fact.visits), 0) * 0.1, 'none'
FROM cell JOIN (
    SELECT here.code, enterprise.product, count(DISTINCT enterprise.id) AS n,
           count(event.id) AS visits, count(event.id) FILTER (WHERE event.is_problem) AS problems
    FROM location
    JOIN cell AS here ON here.county_code = location.county_code
                     AND ST_Intersects(here.geometry, location.geometry)
    JOIN enterprise ON enterprise.county_code = location.county_code
                   AND enterprise.id = location.enterprise_id
    LEFT JOIN quality_event AS event ON event.county_code = location.county_code
          AND event.enterprise_id = location.enterprise_id AND event.occurred_on <= %(day)s
    WHERE location.county_code = %(county)s
    GROUP BY here.code, enterprise.product
) AS fact ON fact.code = cell.code
WHERE cell.county_code = %(county)s AND cell.plan_id = %(plan)s
GROUP BY GROUPING SETS ((cell.county_code, cell.code, fact.product), (cell.county_code, cell.code))
"""
