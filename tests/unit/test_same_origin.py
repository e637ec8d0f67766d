"""A page of another host can read nothing of us, and change nothing either."""

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from service.api.same_origin import SameOrigin


@pytest.fixture
def client() -> TestClient:
    app = FastAPI()

    @app.api_route("/thing", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
    def change() -> dict[str, str]:
        return {"status": "done"}

    app.add_middleware(SameOrigin)
    return TestClient(app, base_url="http://127.0.0.1:8000")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "http://127.0.0.1:9000"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "http://evil.example"},
    ],
    ids=lambda headers: " ".join(headers.values()),
)
def test_a_foreign_page_changes_nothing(
    client: TestClient, method: str, headers: dict[str, str]
) -> None:
    answer = client.request(method, "/thing", headers=headers)

    assert answer.status_code == 403
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == 403


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://127.0.0.1:8000"},
        {"Origin": "http://127.0.0.1:8000", "Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
    ],
    ids=lambda headers: " ".join(headers.values()) or "a program",
)
def test_our_own_pages_and_programs_may(client: TestClient, headers: dict[str, str]) -> None:
    assert client.post("/thing", headers=headers).status_code == 200


def test_reading_is_left_to_the_other_guards(client: TestClient) -> None:
    assert client.get("/thing", headers={"Origin": "http://evil.example"}).status_code == 200
