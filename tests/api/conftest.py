"""A client of the application on a small computed county."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import URL, Engine

from service.api.app import create_app
from tests.web import computed_county, settings


@pytest.fixture(scope="session")
def county_engine(admin_url: URL) -> Iterator[Engine]:
    with computed_county(admin_url) as engine:
        yield engine


@pytest.fixture
def client(county_engine: Engine) -> TestClient:
    return TestClient(create_app(settings(), county_engine), base_url="http://127.0.0.1")
