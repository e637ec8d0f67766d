"""Counts brought up to date change by change are those that are made anew."""

# ruff: noqa: S608 - names of tables are constants of this module

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import URL, Engine, create_engine, text
from sqlalchemy.orm import Session

from service.database import tile_counts, tile_facts, tile_rollup
from service.database.migrate import upgrade
from tests.conftest import temporary_database
from tests.factories import COUNTY, TODAY, make_analysis, make_enterprise
from tests.random_county import make_random_county

_TABLES = ("enterprise_fact", "tile_total", "tile_week", "register_count", "tile_bin")


def _counts(session: Session, day: date = TODAY) -> dict[str, list[Any]]:
    """Return every row of a day's counts, without its own number, in order."""
    snapshot = tile_rollup.refresh(session, COUNTY, day)
    return {
        table: sorted(
            session.scalars(
                text(
                    f"SELECT (to_jsonb(counted) - 'id' - 'snapshot_id' - 'results')::text"
                    f" FROM {table} AS counted WHERE snapshot_id = :snapshot"
                ),
                {"snapshot": snapshot.id},
            )
        )
        for table in _TABLES
    }


def _made_anew(session: Session, day: date = TODAY) -> dict[str, list[Any]]:
    tile_rollup.clear(session, COUNTY)
    return _counts(session, day)


@pytest.fixture
def found_whole(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return a list that grows whenever the facts of all enterprises are found."""
    calls: list[int] = []
    find_all = tile_facts.find_all

    def noted(session: Session, values: dict[str, Any]) -> None:
        calls.append(values["snapshot_id"])
        find_all(session, values)

    monkeypatch.setattr(tile_facts, "find_all", noted)
    return calls


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_counts_after_changes_are_those_made_anew(
    session: Session, seed: int, found_whole: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a low limit of a tile, tiles become full and cease to be."""
    monkeypatch.setattr(tile_counts, "RAW_LIMIT", 30)
    county = make_random_county(session, seed)
    yesterday = TODAY - timedelta(days=1)
    before = _counts(session)
    _counts(session, yesterday)
    assert len(found_whole) == 2

    for _ in range(6):
        for _ in range(int(county.random.integers(1, 8))):
            county.change()
        after, earlier = _counts(session), _counts(session, yesterday)
        assert len(found_whole) == 2
        assert after == _made_anew(session)
        assert earlier == _made_anew(session, yesterday)
        _counts(session)
        del found_whole[2:]

    assert after != before


def test_a_tile_that_becomes_full_is_counted_by_square_and_back(
    session: Session, found_whole: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tile_counts, "RAW_LIMIT", 30)
    make_random_county(session, 1, enterprises=40)
    _counts(session)
    # Each time less than a quarter of the register, so that counts are changed, not made anew.
    full = [make_enterprise(session, f"town{n}", (114.1, 38.1)) for n in range(9)]
    _counts(session)
    for batch in range(4):
        full += [make_enterprise(session, f"{batch}-{n}", (114.1, 38.1)) for n in range(9)]
        grown = _counts(session)
    assert any('"level": 18' in row for row in grown["tile_bin"])
    assert len(found_whole) == 1
    assert grown == _made_anew(session)

    for start in range(0, len(full), 9):
        session.execute(
            text("DELETE FROM enterprise WHERE id = ANY(:ids)"), {"ids": full[start : start + 9]}
        )
        shrunk = _counts(session)
    assert not any('"level": 18' in row for row in shrunk["tile_bin"])
    assert shrunk == _made_anew(session)


def test_what_changes_every_row_makes_the_counts_anew(
    session: Session, found_whole: list[int]
) -> None:
    make_random_county(session, 1, enterprises=40)
    before = _counts(session)

    session.execute(text("UPDATE cell SET geometry = ST_Translate(geometry, 0.02, 0)"))
    moved = _counts(session)
    make_analysis(session, "targets")
    ranked = _counts(session)

    assert len(found_whole) == 3
    assert moved["register_count"] != before["register_count"]
    assert all('"risk_class": 0' in row for row in ranked["tile_total"])


def test_an_analysis_that_no_count_depends_on_costs_none(
    session: Session, found_whole: list[int]
) -> None:
    make_random_county(session, 1, enterprises=40)
    first = tile_rollup.refresh(session, COUNTY, TODAY)

    make_analysis(session, "gaps")
    again = tile_rollup.refresh(session, COUNTY, TODAY)

    assert (again.id, len(found_whole)) == (first.id, 1)
    assert again.data_version > first.data_version


@pytest.fixture
def engine_of_its_own(admin_url: URL) -> Iterator[Engine]:
    """Return an engine on a database that may be committed to."""
    with temporary_database(admin_url) as url:
        engine = create_engine(url, connect_args={"options": "-c jit=off"})
        try:
            upgrade(engine)
            yield engine
        finally:
            engine.dispose()


def test_a_change_that_commits_while_counts_are_renewed_is_not_lost(
    engine_of_its_own: Engine,
) -> None:
    with Session(engine_of_its_own) as reader, Session(engine_of_its_own) as writer:
        county = make_random_county(writer, 1)
        writer.commit()
        _counts(reader)
        reader.commit()
        for _ in range(3):
            county.change()
        writer.flush()
        unseen = writer.execute(text("SELECT count(*) FROM enterprise_change")).scalar()
        seen = reader.execute(text("SELECT count(*) FROM enterprise_change")).scalar()
        assert (bool(unseen), seen) == (True, 0)

        make_enterprise(reader, "another", (114.1, 38.1))
        _counts(reader)  # takes the notes of what it sees; the writer's are not among them
        writer.commit()
        reader.commit()

        after = _counts(reader)
        assert after == _made_anew(reader)


def test_counts_of_a_change_that_is_taken_back_are_taken_back_too(session: Session) -> None:
    county = make_random_county(session, 1)
    before = _counts(session)

    with session.begin_nested() as savepoint:
        county.change()
        _counts(session)
        savepoint.rollback()

    assert _counts(session) == before == _made_anew(session)
