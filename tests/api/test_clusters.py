"""Clusters over HTTP: lists, one with its history, who leads."""

import pytest
from fastapi.testclient import TestClient

BASE = "/api/v1/clusters"


def first_id(client: TestClient) -> int:
    items = client.get(f"{BASE}/objects").json()["items"]
    return int(items[-1]["object_id"])


def test_the_day_s_clusters_tell_their_object(client: TestClient) -> None:
    item = client.get(BASE).json()["items"][0]

    assert item["object_id"] in {
        one["object_id"] for one in client.get(f"{BASE}/objects").json()["items"]
    }
    assert item["state"] == "open"
    assert item["trend"] == "new"
    assert item["first_seen"] == "2012-05-06"
    assert item["excess"] == pytest.approx(item["cases"] - item["expected"])
    assert item["robustness"]["variants"] == 10
    assert {visit["enterprise_id"] for visit in item["next_visits"]} <= set(item["enterprise_ids"])


def test_one_cluster_comes_with_what_runs_saw_and_every_change(client: TestClient) -> None:
    told = client.get(f"{BASE}/{first_id(client)}").json()

    assert told["cluster"]["object_id"] == first_id(client)
    assert [one["as_of"] for one in told["sightings"]] == ["2012-05-06"]
    assert told["changes"][0]["now_is"] == "open"
    assert "期望" in told["changes"][0]["why_zh"]


def test_an_unknown_cluster_is_a_problem_document(client: TestClient) -> None:
    answer = client.get(f"{BASE}/999999")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_agreeing_a_lead_takes_it_off_the_list_of_those_without(client: TestClient) -> None:
    number = first_id(client)
    before = client.get(f"{BASE}/objects?without_lead=true").json()["items"]
    body = {"lead": "A01", "approved_by": "县领导小组"}

    first = client.post(f"{BASE}/{number}/lead", json=body)
    again = client.post(f"{BASE}/{number}/lead", json=body)

    after = client.get(f"{BASE}/objects?without_lead=true").json()["items"]
    assert number in {one["object_id"] for one in before}
    assert number not in {one["object_id"] for one in after}
    assert first.status_code == 200
    assert first.json()["changes"][0]["by_whom"] == "县领导小组"
    assert again.json() == {"changes": []}
    listed = client.get(f"{BASE}?without_lead=true").json()["items"]
    assert number not in {one["object_id"] for one in listed}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"lead": "A01"},
        {"lead": "A01", "approved_by": ""},
        {"lead": "A01", "approved_by": "x\u0000"},
        {"lead": "A01", "approved_by": "x" * 101},
        {"lead": "A01", "approved_by": "x", "extra": 1},
        {"lead": "A01", "second": "A01", "approved_by": "x"},
        [],
    ],
)
def test_a_lead_that_says_too_little_is_refused(client: TestClient, body: object) -> None:
    answer = client.post(f"{BASE}/{first_id(client)}/lead", json=body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_page_of_another_host_cannot_agree_a_lead(client: TestClient) -> None:
    answer = client.post(
        f"{BASE}/{first_id(client)}/lead",
        json={"lead": "A01", "approved_by": "x"},
        headers={"Origin": "http://evil.example"},
    )
    assert answer.status_code == 403


def test_townships_are_ranked_by_product(client: TestClient) -> None:
    rows = client.get(f"{BASE}/townships").json()["items"]

    assert {row["product"] for row in rows} == {"baijiu", "cement"}
    for product in ("baijiu", "cement"):
        shares = [row["concentration"] for row in rows if row["product"] == product]
        assert sum(shares) == pytest.approx(1.0)
    judged = client.get(f"{BASE}/townships?verdict=few").json()["items"]
    assert {row["verdict"] for row in judged} <= {"few"}


def test_objects_are_of_two_kinds_and_both_are_counted_without_a_lead(client: TestClient) -> None:
    items = client.get(f"{BASE}/objects").json()["items"]
    leaderless = client.get(f"{BASE}/objects?without_lead=true").json()["items"]

    (town,) = (one for one in items if one["kind"] == "township")
    assert town["township"].startswith("西乡")
    assert (town["llr"], town["p_gumbel"], town["radius_m"]) == (None, None, None)
    assert town["q"] <= 0.05
    assert town["object_id"] in {one["object_id"] for one in leaderless}
    assert {one["kind"] for one in client.get(BASE).json()["items"]} == {"window"}
    ranked = client.get(f"{BASE}/townships").json()["items"]
    assert [one["object_id"] for one in ranked if one["object_id"]] == [town["object_id"]]
    told = client.get(f"{BASE}/{town['object_id']}").json()
    assert told["sightings"][0]["deciding_p"] == town["q"]
    assert told["changes"][0]["now_is"] == "open"
