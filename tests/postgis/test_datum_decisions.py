"""A file that does not say its datum: proposed from its own places, decided by a person."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from shapely import Point
from sqlalchemy import select
from sqlalchemy.orm import Session

from gis_data.rows import Reading
from service.database import datums, enterprises
from service.database.tables import EnterpriseRow, LocationRow
from service.domain.datum import distance_m, from_wgs84
from service.domain.errors import InvalidInputError, NotFoundError
from service.domain.places import Datum
from service.workflows.decide_datums import accept, refuse, reopen
from service.workflows.import_enterprises import import_enterprises
from service.workflows.locate_enterprises import geocoder_of, locate_enterprises
from tests.factories import COUNTY, WEST, make_county, make_place, make_township, shape
from tests.unit.gis_data.files import credit_code

VILLAGES = ["北沟", "东湾", "南岭", "西坡", "石桥", "柳林", "双井", "大庙"]
ROWS = 24


def at(number: int) -> tuple[float, float]:
    """Return the point of a village in WGS 84."""
    return 114.05 + 0.04 * (number % 8), 38.05 + 0.015 * (number % 7)


def a_county(session: Session) -> None:
    make_county(session)
    make_township(session, name="龙泉乡")
    make_place(session, f"{WEST}000", level="township", name="龙泉乡")
    for number, name in enumerate(VILLAGES):
        code = f"{WEST}{201 + number}"
        make_place(session, code, name=f"{name}村", location=shape(Point(at(number))))


def a_file(folder: Path, datum: Datum, *, rows: int = ROWS) -> Path:
    """Write a register whose points are in a datum that it does not name."""
    rng = np.random.default_rng(7)
    lines = ["统一社会信用代码,企业名称,产品,地址,经度,纬度"]
    for row in range(rows):
        village = row % len(VILLAGES)
        lon, lat = from_wgs84(*at(village), datum)
        lon, lat = lon + rng.normal(0, 0.002), lat + rng.normal(0, 0.002)
        address = f"青石县龙泉乡{VILLAGES[village]}村"
        lines.append(f"{credit_code(row)},酒坊{row},白酒,{address},{lon:.6f},{lat:.6f}")
    path = folder / "register.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def located(session: Session) -> list[LocationRow]:
    session.expire_all()
    return list(session.scalars(select(LocationRow).order_by(LocationRow.enterprise_id)))


def only_proposal(session: Session) -> dict[str, Any]:
    (row,) = datums.proposals(session, COUNTY).to_dict("records")
    return {str(key): value for key, value in row.items()}


@pytest.mark.parametrize("datum", [Datum.WGS84, Datum.GCJ02, Datum.BD09])
def test_the_datum_of_a_file_is_proposed_with_its_evidence(
    session: Session, tmp_path: Path, datum: Datum
) -> None:
    a_county(session)

    report = import_enterprises(session, a_file(tmp_path, datum), Reading(), county=COUNTY)

    row = only_proposal(session)
    assert (row["status"], row["verdict"], row["proposed"]) == ("open", "proposed", str(datum))
    assert (row["points"], row["evidence"]["rows"], row["evidence"]["places"]) == (24, 24, 8)
    assert f"wangge import datum accept {row['id']}" in "\n".join(report.notes)


def test_undecided_coordinates_place_nothing_and_are_kept_as_given(
    session: Session, tmp_path: Path
) -> None:
    a_county(session)
    import_enterprises(session, a_file(tmp_path, Datum.GCJ02), Reading(), county=COUNTY)

    report = locate_enterprises(session, COUNTY, geocoder_of(session, COUNTY))

    assert report.placed == {"village": ROWS}
    assert report.datums_to_decide == 1
    given = session.scalars(select(EnterpriseRow.given_datum)).all()
    assert set(given) == {None}


def test_accepting_locates_the_file_again_and_undo_takes_it_back(
    session: Session, tmp_path: Path
) -> None:
    a_county(session)
    import_enterprises(session, a_file(tmp_path, Datum.GCJ02), Reading(), county=COUNTY)
    locate_enterprises(session, COUNTY, geocoder_of(session, COUNTY))
    before = [(row.level, str(row.geometry)) for row in located(session)]
    number = only_proposal(session)["id"]

    assert accept(session, COUNTY, number, by="王") == ROWS

    rows = located(session)
    assert {row.level for row in rows} == {"rooftop"}
    frame = enterprises.located(session, COUNTY, 0)
    off_m = distance_m(
        frame.geometry.x, frame.geometry.y, *np.array([at(i % 8) for i in range(ROWS)]).T
    )
    assert off_m.mean() < 400  # the scatter of the file; 600 m and more in the wrong datum
    assert only_proposal(session)["decided"] == "gcj02"
    # Nothing overrules a decision: neither a second run nor fresh evidence.
    assert locate_enterprises(session, COUNTY, geocoder_of(session, COUNTY)).placed == {
        "rooftop": ROWS
    }

    reopen(session, COUNTY, number)
    assert [(row.level, str(row.geometry)) for row in located(session)] == before


def test_a_refused_file_is_placed_by_its_text_alone(session: Session, tmp_path: Path) -> None:
    a_county(session)
    import_enterprises(session, a_file(tmp_path, Datum.GCJ02), Reading(), county=COUNTY)

    refuse(session, COUNTY, only_proposal(session)["id"])

    assert {row.level for row in located(session)} == {"village"}
    assert only_proposal(session)["status"] == "refused"


def test_a_stated_datum_is_believed_and_doubted_only_where_its_places_speak_against_it(
    session: Session, tmp_path: Path
) -> None:
    a_county(session)
    right = a_file(tmp_path, Datum.GCJ02)
    import_enterprises(session, right, Reading(datum=Datum.GCJ02), county=COUNTY)
    assert datums.proposals(session, COUNTY).empty

    import_enterprises(session, right, Reading(datum=Datum.WGS84), county=COUNTY)

    row = only_proposal(session)
    assert (row["stated"], row["proposed"], row["status"]) == ("wgs84", "gcj02", "open")
    report = locate_enterprises(session, COUNTY, geocoder_of(session, COUNTY))
    assert report.placed == {"rooftop": ROWS}


def test_a_few_rows_propose_nothing_and_a_person_must_name_the_datum(
    session: Session, tmp_path: Path
) -> None:
    a_county(session)
    import_enterprises(session, a_file(tmp_path, Datum.BD09, rows=4), Reading(), county=COUNTY)
    row = only_proposal(session)
    assert (row["verdict"], row["proposed"]) == ("too_few", None)

    with pytest.raises(InvalidInputError, match="name the datum"):
        accept(session, COUNTY, row["id"])
    assert accept(session, COUNTY, row["id"], datum=Datum.BD09) == 4


def test_the_evidence_grows_when_the_gazetteer_comes_later(
    session: Session, tmp_path: Path
) -> None:
    make_county(session)
    make_township(session, name="龙泉乡")
    import_enterprises(session, a_file(tmp_path, Datum.BD09), Reading(), county=COUNTY)
    assert only_proposal(session)["verdict"] == "too_few"
    make_place(session, f"{WEST}000", level="township", name="龙泉乡")
    for number, name in enumerate(VILLAGES):
        code = f"{WEST}{201 + number}"
        make_place(session, code, name=f"{name}村", location=shape(Point(at(number))))

    locate_enterprises(session, COUNTY, geocoder_of(session, COUNTY))

    assert only_proposal(session)["proposed"] == "bd09"


def test_there_is_no_deciding_what_was_never_proposed(session: Session) -> None:
    make_county(session)

    with pytest.raises(NotFoundError, match="wangge import datum list"):
        accept(session, COUNTY, 7)
