"""The base map over HTTP: byte ranges, and a policy that names another host only when asked to."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from service.api.app import create_app
from service.settings import Settings
from service.workflows.make_base_map import base_map_path, write_base_map
from tests.factories import COUNTY
from tests.web import settings

_KEY = "abcdef0123456789abcdef0123456789"
_ADDRESS = f"/api/v1/base/{COUNTY}.pmtiles"


def _client(engine: Engine, home: Path, **changes: object) -> TestClient:
    own: Settings = settings().model_copy(update={"home": home, **changes})
    return TestClient(create_app(own, engine), base_url="http://127.0.0.1")


@pytest.fixture
def home(county_engine: Engine, tmp_path: Path) -> Path:
    with Session(county_engine) as session:
        write_base_map(session, COUNTY, base_map_path(tmp_path, COUNTY))
    return tmp_path


def test_the_base_map_is_answered_in_ranges(county_engine: Engine, home: Path) -> None:
    client = _client(county_engine, home)
    whole = client.get(_ADDRESS)
    part = client.get(_ADDRESS, headers={"Range": "bytes=0-126"})

    assert part.status_code == 206
    assert part.content == whole.content[:127]
    assert part.headers["content-range"] == f"bytes 0-126/{len(whole.content)}"
    assert part.headers["etag"] == whole.headers["etag"]


@pytest.mark.parametrize("name", ["000000", "..%2f..%2fsecrets", "x" * 300])
def test_another_name_is_no_file(county_engine: Engine, home: Path, name: str) -> None:
    answer = _client(county_engine, home).get(f"/api/v1/base/{name}.pmtiles")
    assert answer.status_code == 404


def test_without_a_base_map_live_maps_inline_the_shapes(
    county_engine: Engine, tmp_path: Path
) -> None:
    client = _client(county_engine, tmp_path)
    assert "wangge map base" in client.get(_ADDRESS).text
    assert ".pmtiles" not in client.get("/api/v1/maps/coverage").text


def test_a_live_map_asks_for_the_base_map_and_a_carried_one_does_not(
    county_engine: Engine, home: Path
) -> None:
    client = _client(county_engine, home)
    assert f"{_ADDRESS}?v=" in client.get("/api/v1/maps/coverage").text
    assert ".pmtiles" not in client.get("/api/v1/maps/coverage?mode=file").text


def test_tianditu_is_named_only_where_the_county_wants_it(
    county_engine: Engine, home: Path
) -> None:
    key = {"tianditu_key": SecretStr(_KEY)}
    for changes in ({}, key, {"tianditu_tiles": True}):
        answer = _client(county_engine, home, **changes).get("/api/v1/maps/coverage")
        assert "tianditu.gov.cn" not in answer.headers["content-security-policy"]
        assert "tianditu.gov.cn" not in answer.text

    client = _client(county_engine, home, **key, tianditu_tiles=True)
    answer = client.get("/api/v1/maps/coverage")
    policy = answer.headers["content-security-policy"]
    assert "img-src 'self' data: blob: https://t0.tianditu.gov.cn" in policy
    assert policy.count("tianditu.gov.cn") == 8
    assert f"tk={_KEY}" in answer.text
    carried = client.get("/api/v1/maps/coverage?mode=file").text
    assert "tianditu.gov.cn" not in carried
    assert _KEY not in carried
