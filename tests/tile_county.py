"""A county of two townships for tests of tiles, and what is asked of its tiles."""

import math
from dataclasses import replace
from typing import Any

from shapely import box
from sqlalchemy import text
from sqlalchemy.orm import Session

from service.database import tiles
from service.database.tiles import TileFilter, TileQuestion
from service.domain.readers import Reader
from service.domain.tile_address import TileAddress
from tests.factories import COUNTY, EAST, TODAY, WEST, make_county, make_township, shape
from tests.mvt import Feature, read_tile


def tile_at(lon: float, lat: float, z: int) -> tuple[int, int]:
    """Return column and row of the tile round a point (degrees, WGS 84)."""
    x = (lon + 180) / 360 * 2**z
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * 2**z
    return int(x), int(y)


def over_the_west(z: int) -> TileAddress:
    """Return the tile round the middle of the western township."""
    return TileAddress(z, *tile_at(114.1, 38.1, z))


Z6, Z10, Z12 = (over_the_west(z) for z in (6, 10, 12))


def two_townships(session: Session) -> Session:
    """Insert two townships side by side, each filling half of the county."""
    make_county(session)
    make_township(session, WEST, geometry=shape(box(114.0, 38.0, 114.2, 38.2)))
    make_township(session, EAST, geometry=shape(box(114.2, 38.0, 114.4, 38.2)))
    return session


def ask(address: TileAddress = Z12, **changes: Any) -> TileQuestion:  # noqa: ANN401
    """Return a question of somebody inside for the enterprises of today."""
    reader = changes.pop("reader", Reader())
    layer = changes.pop("layer", "enterprises")
    wanted = replace(TileFilter(on=TODAY), **changes)
    return TileQuestion(
        county_code=COUNTY, layer=layer, address=address, wanted=wanted, reader=reader
    )


def features_of(session: Session, question: TileQuestion) -> list[Feature]:
    """Return the features of the layer asked for."""
    return read_tile(tiles.cut(session, question)).get(question.layer, [])


def summary_of(session: Session, question: TileQuestion) -> dict[str, Any]:
    """Return what the tile says of itself: how it is drawn, and its counts."""
    (feature,) = read_tile(tiles.cut(session, question))["summary"]
    return dict(feature.properties)


def insert_many(session: Session, count: int, *, spread: float) -> None:
    """Insert producers by the thousand, on a spiral round a point; spread in degrees."""
    session.execute(
        text(
            "INSERT INTO enterprise (county_code, register_key, name, kind, product, address,"
            " township_code, status, scale, principal, attributes)"
            " SELECT :county, 'many' || i, '厂' || i, 'producer',"
            " (ARRAY['baijiu', 'cement'])[1 + i % 2], '', :township, 'active', '', '', '{}'"
            " FROM generate_series(1, :count) AS i"
        ),
        {"county": COUNTY, "township": WEST, "count": count},
    )
    session.execute(text("ANALYZE enterprise"))
    session.execute(
        text(
            "INSERT INTO location (county_code, enterprise_id, status, level, confidence, rule,"
            " reason, reason_zh, township_code, candidates, gazetteer_version, geometry)"
            " SELECT county_code, id, 'placed', 'rooftop', 1, 'given', '', '', township_code,"
            " '[]', 'test', ST_SetSRID(ST_Translate(ST_MakePoint(:spread * sqrt(r) * cos(i),"
            " :spread * sqrt(r) * sin(i)), 114.1, 38.1), 4326)"
            " FROM (SELECT *, row_number() OVER () AS i, (row_number() OVER ()) /"
            " CAST(:count AS float) AS r FROM enterprise WHERE register_key LIKE 'many%') AS e"
        ),
        {"spread": spread, "count": count},
    )
    session.execute(text("ANALYZE location"))


def insert_target(session: Session, analysis: object, enterprise_id: int, risk_class: int) -> None:
    """Rank an enterprise with its risk class."""
    session.execute(
        text(
            "INSERT INTO target (county_code, analysis_id, enterprise_id, rank_in_cell,"
            " rank_in_county, score, risk_class, check_zh, check_en, reasons)"
            " VALUES (:county, :analysis, :enterprise, 1, 1, 1, :risk_class, '', '', '[]')"
        ),
        {
            "county": COUNTY,
            "analysis": analysis,
            "enterprise": enterprise_id,
            "risk_class": risk_class,
        },
    )
