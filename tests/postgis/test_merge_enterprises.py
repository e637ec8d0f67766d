"""Two rows merged into one, what imports make of it, and the undo that gives back every byte."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from gis_data.rows import Reading
from service.database import decisions
from service.database.tables import (
    EnterpriseRow,
    LicenceRow,
    LocationRow,
    QualityEventRow,
    RegisterRedirectRow,
)
from service.domain.errors import ConflictError, InvalidInputError, NotFoundError
from service.workflows.find_duplicates import call_distinct, find_duplicates
from service.workflows.import_enterprises import import_enterprises
from service.workflows.import_events import import_events
from service.workflows.merge_enterprises import MergeWish, merge
from service.workflows.undo_decision import undo
from tests.factories import (
    COUNTY,
    TODAY,
    make_analysis,
    make_county,
    make_enterprise,
    make_event,
    make_licence,
    make_township,
)
from tests.postgis.test_review_locations import locate

_TABLES = (
    "enterprise", "location", "licence", "quality_event", "review_item", "gap", "target",
    "register_redirect",
)  # fmt: skip


def everything(session: Session) -> dict[str, list[str]]:
    """Return every row of the register and of what hangs on it, as the database writes it."""
    session.flush()
    rows = "SELECT t::text FROM {} t ORDER BY t::text"
    return {table: list(session.scalars(text(rows.format(table)))) for table in _TABLES}


def a_doubled_enterprise(session: Session) -> tuple[int, int]:
    """Make one distillery twice: with its code, and again by hand as a den would be entered."""
    make_county(session)
    make_township(session)
    one = make_enterprise(
        session,
        "uscc:A",
        (114.1, 38.1),
        code="A",
        code_system="local",
        name="清泉酒坊",
        address="青石县乡镇100北沟村12号",
        principal="王芳",
        attributes={"supplier": "甲", "depth": [1, 2.5, None]},
        given_lon=114.123456789012,
        given_lat=38.1,
    )
    other = make_enterprise(
        session,
        "hand:1",
        (114.1001, 38.1),
        name="清泉酒坊(北沟)",
        address="青石县 乡镇100北沟村１２号",
        principal="王芳",
        credit_class=3,
    )
    make_licence(session, one, "business", number="N1")
    make_licence(session, other, "business", number="N1", issued_on=date(2011, 2, 3))
    make_licence(session, other, "food_production", number="N2", expires_on=date(2013, 1, 1))
    make_event(session, one, event_key="e1")
    make_event(session, other, event_key="e2", details={"a": "乙"})
    _results(session, other)
    return one, other


def _results(session: Session, number: int) -> None:
    analysis = make_analysis(session, "targets")
    session.execute(
        text(
            "INSERT INTO target (county_code, analysis_id, enterprise_id, rank_in_cell,"
            " rank_in_county, score, risk_class, check_zh, check_en, reasons)"
            " VALUES (:county, :analysis, :number, 1, 1, 1.1, 2, '', '', '[]')"
        ),
        {"county": COUNTY, "analysis": analysis, "number": number},
    )


def wish(one: int, other: int, *fields: str) -> MergeWish:
    return MergeWish(by="李静", survivor=one, absorbed=other, absorbed_fields=frozenset(fields))


def read(session: Session, path: Path, lines: list[str]) -> list[str]:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    reading = Reading(constants={"product": "baijiu"}, code_system="local")
    report = import_enterprises(session, path, reading, county=COUNTY)
    return list(report.notes)


def test_a_pair_is_found_with_its_reasons(session: Session) -> None:
    one, other = a_doubled_enterprise(session)

    (pair,) = find_duplicates(session, COUNTY)

    assert (pair.one.number, pair.other.number) == (one, other)
    assert {reason.key for reason in pair.reasons} == {
        "same_licence",
        "same_place_and_product",
        "same_principal",
        "alike_name",
    }
    assert 0.8 < pair.likelihood < 1


def test_rows_without_a_code_do_not_share_one(session: Session) -> None:
    make_county(session)
    make_enterprise(session, "coded", code="A", code_system="local", name="甲")
    for key in ("den:1", "den:2"):
        make_enterprise(session, key, kind="den", name=f"窝点{key}")

    assert find_duplicates(session, COUNTY) == []


def test_a_merge_gives_the_survivor_events_licences_and_chosen_fields(session: Session) -> None:
    one, other = a_doubled_enterprise(session)

    merge(session, COUNTY, wish(one, other, "credit_class"))

    session.expire_all()
    (row,) = session.scalars(select(EnterpriseRow)).all()
    assert (row.id, row.name, row.credit_class) == (one, "清泉酒坊", 3)
    events = select(QualityEventRow.event_key).where(QualityEventRow.enterprise_id == one)
    assert sorted(session.scalars(events)) == ["e1", "e2"]
    licences = session.scalars(select(LicenceRow.number).where(LicenceRow.enterprise_id == one))
    assert sorted(licences) == ["N1", "N2"]
    assert find_duplicates(session, COUNTY) == []


@pytest.mark.parametrize("fields", [(), ("name", "credit_class", "attributes"), ("place",)])
def test_merge_then_undo_gives_back_every_byte(session: Session, fields: tuple[str, ...]) -> None:
    one, other = a_doubled_enterprise(session)
    before = everything(session)

    decision = merge(session, COUNTY, wish(one, other, *fields))
    assert everything(session) != before
    undo(session, COUNTY, decision, by="王芳")

    assert everything(session) == before


def test_the_row_with_the_lower_number_may_be_the_one_that_goes(session: Session) -> None:
    one, other = a_doubled_enterprise(session)
    before = everything(session)

    decision = merge(session, COUNTY, wish(other, one, "code", "name"))
    session.expire_all()
    (row,) = session.scalars(select(EnterpriseRow)).all()
    assert (row.id, row.code, row.code_system) == (other, "A", "local")
    undo(session, COUNTY, decision, by="王芳")

    assert everything(session) == before


def test_the_place_of_the_other_row_comes_with_its_address(session: Session) -> None:
    one, other = a_doubled_enterprise(session)

    merge(session, COUNTY, wish(one, other, "place"))

    session.expire_all()
    where = select(LocationRow.geometry.ST_X()).where(LocationRow.enterprise_id == one)
    assert session.scalar(where) == pytest.approx(114.1001)


def test_an_import_does_not_bring_a_merged_row_back(session: Session, tmp_path: Path) -> None:
    make_county(session)
    lines = [
        "code,name,address,credit_class",
        "A,清泉酒坊,北沟村1号,2",
        "B,清泉酒厂,北沟村1号,3",
    ]
    read(session, tmp_path / "one.csv", lines)
    a, b = session.scalars(select(EnterpriseRow.id).order_by(EnterpriseRow.code)).all()
    merge(session, COUNTY, wish(a, b, "credit_class", "name"))

    notes = read(session, tmp_path / "two.csv", [*lines, "C,新来的,南沟村2号,1"])

    session.expire_all()
    kept = session.scalars(select(EnterpriseRow).order_by(EnterpriseRow.code)).all()
    assert [row.code for row in kept] == ["A", "C"]
    # What was chosen at the merge holds while the file says what it said then …
    assert (kept[0].name, kept[0].credit_class) == ("清泉酒厂", 3)
    assert "1 rows belong to enterprises they were merged into" in notes
    # … and a file that says something new is believed.
    read(session, tmp_path / "three.csv", [lines[0], "A,清泉酒业,北沟村1号,2"])
    session.expire_all()
    assert session.get_one(EnterpriseRow, (COUNTY, a)).name == "清泉酒业"


def test_records_about_a_merged_row_are_the_survivors(session: Session, tmp_path: Path) -> None:
    one, other = a_doubled_enterprise(session)
    merge(session, COUNTY, wish(one, other))
    path = tmp_path / "events.csv"
    path.write_text(
        "event_key,enterprise,kind,occurred_on,is_problem\n"
        "n1,hand:1,visit,2012-05-01,否\nn2,清泉酒坊(北沟),visit,2012-05-02,否\n",
        encoding="utf-8",
    )

    import_events(session, path, Reading(), county=COUNTY, as_of=TODAY)

    statement = select(QualityEventRow.enterprise_id).where(
        QualityEventRow.event_key.in_(("n1", "n2"))
    )
    assert session.scalars(statement).all() == [one, one]


def test_undo_after_an_import_separates_the_rows_and_keeps_what_is_new(
    session: Session, tmp_path: Path
) -> None:
    make_county(session)
    lines = ["code,name,address,food_production", "A,甲,北沟村1号,", "B,乙,北沟村1号,N2"]
    read(session, tmp_path / "one.csv", lines)
    a, b = session.scalars(select(EnterpriseRow.id).order_by(EnterpriseRow.code)).all()
    decision = merge(session, COUNTY, wish(a, b))
    read(session, tmp_path / "two.csv", [lines[0], "A,甲甲,北沟村1号,"])
    numbers = session.scalars(select(LicenceRow.number).where(LicenceRow.enterprise_id == a))
    assert numbers.all() == ["N2"]

    undo(session, COUNTY, decision, by="王芳")

    rows = session.execute(select(EnterpriseRow.id, EnterpriseRow.name).order_by(EnterpriseRow.id))
    assert [tuple(row) for row in rows] == [(a, "甲甲"), (b, "乙")]
    owners = session.execute(select(LicenceRow.enterprise_id, LicenceRow.number)).all()
    assert [tuple(row) for row in owners] == [(b, "N2")]
    assert session.scalars(select(RegisterRedirectRow)).all() == []


def test_merges_are_undone_in_their_order(session: Session) -> None:
    make_county(session)
    a, b, c = (make_enterprise(session, key, (114.1, 38.1)) for key in "abc")
    before = everything(session)
    first = merge(session, COUNTY, wish(b, c))
    second = merge(session, COUNTY, wish(a, b))

    with pytest.raises(ConflictError, match="undo that merge first"):
        undo(session, COUNTY, first, by="王芳")
    undo(session, COUNTY, second, by="王芳")
    undo(session, COUNTY, first, by="王芳")

    assert everything(session) == before


def test_not_duplicates_is_kept_and_not_asked_again_until_taken_back(session: Session) -> None:
    one, other = a_doubled_enterprise(session)

    decision = call_distinct(session, COUNTY, (other, one), by="李静")
    assert find_duplicates(session, COUNTY) == []

    undo(session, COUNTY, decision, by="李静")
    assert len(find_duplicates(session, COUNTY)) == 1


def test_a_merged_row_in_review_comes_back_into_the_queue(session: Session) -> None:
    one, _ = a_doubled_enterprise(session)
    empty = make_enterprise(session, "empty", address="")
    locate(session)
    before = everything(session)

    undo(session, COUNTY, merge(session, COUNTY, wish(one, empty)), by="王芳")

    assert before["review_item"]
    assert everything(session) == before


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"absorbed": 10**9}, NotFoundError),
        ({"absorbed": None}, InvalidInputError),
        ({"absorbed_fields": frozenset({"colour"})}, InvalidInputError),
        ({"by": " "}, InvalidInputError),
    ],
)
def test_a_merge_that_cannot_be_done_changes_nothing(
    session: Session, change: dict[str, object], error: type[Exception]
) -> None:
    one, other = a_doubled_enterprise(session)
    before = everything(session)
    values = {"by": "李静", "survivor": one, "absorbed": other, **change}
    if values["absorbed"] is None:
        values["absorbed"] = one

    with pytest.raises(error):
        merge(session, COUNTY, MergeWish(**values))  # type: ignore[arg-type]

    assert everything(session) == before
    assert decisions.history(session, COUNTY)[1] == 0
