"""A small computed county behind the web service, for tests of the API and of the pages."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import uvicorn
from shapely import box
from sqlalchemy import URL, Engine
from sqlalchemy.orm import Session

from service.api.app import create_app
from service.settings import Settings
from service.workflows.find_clusters import ClusterOptions, find_clusters
from service.workflows.find_gaps import find_gaps
from service.workflows.rank_targets import rank_targets
from tests.conftest import migrated_database
from tests.factories import (
    COUNTY,
    EAST,
    TODAY,
    WEST,
    make_campaign,
    make_cell,
    make_county,
    make_enterprise,
    make_event,
    make_licences,
    make_officer,
    make_plan,
    make_responsibility,
    make_township,
    shape,
)

# Everything that has run as code somewhere: HTML, attributes, JavaScript, templates.
ATTACK = (
    "</script><script>window.ran=1;alert(1)</script><img src=x onerror='window.ran=1;alert(2)'>"
    "${(window.ran=1,alert(3))}`+alert(4)+`{{ 7*7*1234567 }}{% raw %}<!--\"'&"
)
WEST_CELL, EAST_CELL = f"{WEST}200001", f"{EAST}200001"


def settings() -> Settings:
    """Return settings that read no file of the developer."""
    return Settings(_env_file=None, database_url=None, county=None)


@contextmanager
def computed_county(admin_url: URL) -> Iterator[Engine]:
    """Make a database with a county of two townships, its analyses computed and committed."""
    with migrated_database(admin_url) as engine:
        with Session(engine) as session:
            fill(session)
            session.commit()
        yield engine


def fill(session: Session) -> None:
    """Make the county: problems in the west, a hostile name in every column of text."""
    make_county(session, name_en="Qingshi County")
    make_campaign(session)
    west, east = box(114.0, 38.0, 114.2, 38.2), box(114.2, 38.0, 114.4, 38.2)
    make_township(session, WEST, name=f"西乡{ATTACK}", geometry=shape(west))
    make_township(session, EAST, name="东乡", geometry=shape(east))
    plan = make_plan(session)
    cells = [
        make_cell(session, plan, WEST_CELL, west, name=f"西格{ATTACK}"),
        make_cell(session, plan, EAST_CELL, east, township_code=EAST),
    ]
    officer = make_officer(session, name=f"赵{ATTACK}", township_code=WEST)
    make_responsibility(session, cells[0], officer)
    for number in range(40):
        _enterprise(session, number)
    options = ClusterOptions(replications=99, variants=10)
    find_clusters(session, COUNTY, on=TODAY, options=options)
    find_gaps(session, COUNTY, on=TODAY)
    rank_targets(session, COUNTY, on=TODAY)


def _enterprise(session: Session, number: int) -> None:
    """Insert a producer with three tests; the first eight stand close together and fail."""
    is_bad = number < 8
    at = (114.1 + 0.001 * number, 38.1) if is_bad else (114.25 + 0.003 * number, 38.05)
    enterprise = make_enterprise(
        session,
        f"e{number}",
        at,
        name=f"酒厂{number}{ATTACK if number == 0 else ''}",
        address=f"西乡{ATTACK}",
        township_code=WEST if is_bad else EAST,
        product="baijiu" if number % 4 else "cement",
    )
    if number % 3:
        make_licences(session, enterprise)
    for day in (3, 10, 17):
        make_event(
            session,
            enterprise,
            date(2012, 4, day),
            kind="sample_test",
            is_problem=is_bad,
            result=ATTACK if is_bad else "合格",
        )


@contextmanager
def served(engine: Engine) -> Iterator[str]:
    """Serve the application on a free port of this machine; return host and port."""
    config = uvicorn.Config(
        create_app(settings(), engine), host="127.0.0.1", port=0, log_level="warning"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 30
    while not server.started:
        if time.monotonic() > deadline:
            raise RuntimeError("the server did not start")
        time.sleep(0.02)
    host, port = server.servers[0].sockets[0].getsockname()[:2]
    try:
        yield f"{host}:{port}"
    finally:
        server.should_exit = True
        thread.join(timeout=10)
