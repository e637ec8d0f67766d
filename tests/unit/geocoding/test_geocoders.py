"""One contract for every geocoder, one for every online service: on a real server of our own."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from shapely import box

from service.domain.datum import from_wgs84
from service.domain.errors import InvalidInputError, UnavailableError
from service.domain.gazetteer import Gazetteer
from service.domain.places import Datum, Level, Place
from service.domain.queries import AddressQuery
from service.geocoding.aliased import AliasedGeocoder
from service.geocoding.gazetteer import GazetteerGeocoder
from service.geocoding.given import GivenPointGeocoder
from service.geocoding.nominatim import Nominatim
from service.geocoding.online import OnlineGeocoder
from service.geocoding.port import Geocoder
from service.geocoding.provider import Answers, Line, Provider
from service.geocoding.tianditu import Tianditu
from service.settings import Settings
from service.workflows.ask_online import provider_of
from tests.unit.domain.addresses.test_locating import county_rows

BOUNDARY = box(113.9, 37.9, 114.5, 38.1)
KEY = "secret-key"
KNOWN = {"青石县云溪镇建设路5号": (114.02, 38.01), "青石县微矿路": (114.03, 38.0)}


@dataclass
class Town:
    """A server that knows a few addresses; what it answers can be spoilt."""

    url: str = ""
    asked: list[dict[str, list[str]]] = field(default_factory=list)
    spoilt: Callable[[], tuple[int, str]] | None = None


def nominatim_says(asked: dict[str, list[str]]) -> str:
    found = KNOWN.get(asked["q"][0])
    if found is None:
        return "[]"
    lon, lat = found
    edges = [str(lat - 0.001), str(lat + 0.001), str(lon - 0.001), str(lon + 0.001)]
    place = {"lat": str(lat), "lon": str(lon), "display_name": "某处", "boundingbox": edges}
    return json.dumps([place])


def tianditu_says(asked: dict[str, list[str]]) -> str:
    if asked.get("tk") != [KEY]:
        return json.dumps({"status": "301", "msg": "key"})
    found = KNOWN.get(json.loads(asked["ds"][0])["keyWord"])
    if found is None:
        return json.dumps({"status": "404", "msg": "no result"})
    lon, lat = found
    return json.dumps({"status": "0", "location": {"lon": lon, "lat": str(lat), "level": "道路"}})


@contextmanager
def serving(says: Callable[[dict[str, list[str]]], str]) -> Iterator[Town]:
    town = Town()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = parse_qs(urlsplit(self.path).query)
            town.asked.append(asked)
            status, text = town.spoilt() if town.spoilt else (200, says(asked))
            self.send_response(status)
            if status in {301, 302}:
                self.send_header("Location", "http://127.0.0.1:1/elsewhere")
            body = text.encode()
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:  # noqa: ANN401 - as the library calls it
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    town.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield town
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class Online:
    """A provider, its line, and the server behind it."""

    provider: Provider
    line: Line
    town: Town


@pytest.fixture(params=["nominatim", "tianditu"])
def online(request: pytest.FixtureRequest) -> Iterator[Online]:
    """Return every online service, speaking to a server of this test."""
    says = {"nominatim": nominatim_says, "tianditu": tianditu_says}[request.param]
    with serving(says) as town:
        line = Line({"127.0.0.1"}, per_second=1_000.0)
        provider: Provider = Nominatim(town.url, line)
        if request.param == "tianditu":
            provider = Tianditu(KEY, line, url=town.url)
        yield Online(provider, line, town)


def test_a_service_gives_a_point_in_its_datum_with_a_radius(online: Online) -> None:
    found = online.provider.find("青石县云溪镇建设路5号")

    assert found is not None
    assert (found.lon, found.lat) == (114.02, 38.01)
    assert found.datum is online.provider.datum
    assert 50 <= found.radius_m <= 300
    assert online.provider.find("青石县无此地") is None


def test_a_service_is_asked_once_for_one_address(online: Online) -> None:
    for _ in range(3):
        online.provider.find("青石县微矿路")
        online.provider.find("青石县无此地")

    assert len(online.town.asked) == 2


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (500, ""),
        (403, "{}"),
        (302, ""),
        (200, "<html>"),
        (200, "{}"),
        (200, '[{"lat": "x", "lon": 1}]'),
        (200, '{"status": "0", "location": {"lon": null, "lat": 3}}'),
        (200, '{"status": "301"}'),
    ],
)
def test_what_is_no_answer_is_unavailable_and_tells_no_key(
    online: Online, status: int, text: str
) -> None:
    online.town.spoilt = lambda: (status, text)

    with pytest.raises(UnavailableError) as caught:
        online.provider.find("青石县微矿路")

    online.town.spoilt = None
    assert online.provider.find("青石县微矿路") is not None  # the failure was not kept
    assert KEY not in str(caught.value)
    assert "127.0.0.1" in str(caught.value)


def test_a_service_that_is_not_there_is_unavailable() -> None:
    line = Line({"127.0.0.1"}, per_second=1_000.0)

    with pytest.raises(UnavailableError, match="does not answer"):
        Nominatim("http://127.0.0.1:1", line).find("青石县微矿路")


def test_a_host_that_is_not_allowed_is_not_asked(online: Online) -> None:
    online.line.hosts = {"example.org"}

    with pytest.raises(InvalidInputError, match="WANGGE_GEOCODER_HOSTS"):
        online.provider.find("青石县微矿路")
    assert online.town.asked == []


def test_a_service_is_asked_no_faster_than_allowed(online: Online) -> None:
    now, waited = [100.0], []

    def sleep(seconds: float) -> None:
        waited.append(round(seconds, 6))
        now[0] += seconds

    online.line.per_second, online.line.clock, online.line.sleep = 2.0, lambda: now[0], sleep
    for number in range(3):
        online.provider.find(f"某处{number}")

    assert waited == [0.5, 0.5]


def test_answers_outlive_the_run_and_hold_no_key(tmp_path: Path) -> None:
    path = tmp_path / "answers" / "tianditu.sqlite"
    with serving(tianditu_says) as town:
        for _ in range(2):
            line = Line({"127.0.0.1"}, 1_000.0, Answers(path))
            assert Tianditu(KEY, line, url=town.url).find("青石县微矿路") is not None
        assert len(town.asked) == 1

    assert KEY.encode() not in path.read_bytes()


def offline() -> GazetteerGeocoder:
    return GazetteerGeocoder(Gazetteer.from_rows(county_rows(), version="test"))


@pytest.fixture(params=["gazetteer", "given", "aliased", "nominatim", "tianditu"])
def geocoder(request: pytest.FixtureRequest) -> Iterator[Geocoder]:
    """Return every geocoder behind the port."""
    if request.param == "gazetteer":
        yield offline()
    elif request.param == "given":
        yield GivenPointGeocoder(BOUNDARY)
    elif request.param == "aliased":
        yield AliasedGeocoder(offline(), [])
    else:
        says = {"nominatim": nominatim_says, "tianditu": tianditu_says}[request.param]
        with serving(says) as town:
            line = Line({"127.0.0.1"}, per_second=1_000.0)
            provider: Provider = Nominatim(town.url, line)
            if request.param == "tianditu":
                provider = Tianditu(KEY, line, url=town.url)
            yield OnlineGeocoder(offline(), provider, boundary=BOUNDARY)


ADDRESSES = (
    "", "县" * 10_000, "12 Main Street", "😀", "12345", "１２３", "雲溪鎮北良都村", "青石县微矿路",
    "云溪镇与石桥乡交界处", "北京市朝阳区建国路1号", "青石县云溪镇建设路5号", "云溪镇北良都村",
)  # fmt: skip


def test_every_geocoder_answers_each_address_with_a_place_or_a_reason(geocoder: Geocoder) -> None:
    queries = [AddressQuery(address=address) for address in ADDRESSES]
    queries.append(
        AddressQuery(address="云溪镇", given=Place(lon=114.001, lat=38.001, datum=Datum.WGS84))
    )

    found = geocoder.locate_many(queries)

    assert len(found) == len(queries)
    for placement in found:
        assert placement.gazetteer_version.startswith(geocoder.version.split("+")[0])
        if placement.status == "placed":
            assert placement.level is not None
            assert placement.rule
            assert 0.8 <= placement.confidence <= 1.0
            assert not placement.is_pin or (placement.radius_m or 0) > 0
        else:
            assert placement.reason
            assert placement.reason_zh
            assert placement.reason_en
            assert (placement.level, placement.lon, placement.lat) == (None, None, None)
    assert geocoder.locate_many(queries) == found
    assert [geocoder.locate(query) for query in queries] == found


def test_a_point_inside_the_named_town_makes_a_placement_finer(online: Online) -> None:
    geocoder = OnlineGeocoder(offline(), online.provider, boundary=BOUNDARY)

    found = geocoder.locate(AddressQuery(address="青石县云溪镇建设路5号"))

    assert (found.level, found.rule, found.radius_m) == (Level.ROAD, "provider_in_town", 300)
    assert found.lon == pytest.approx(114.02)


def test_a_point_without_a_witness_is_a_candidate(online: Online) -> None:
    geocoder = OnlineGeocoder(offline(), online.provider, boundary=BOUNDARY)

    found = geocoder.locate(AddressQuery(address="青石县微矿路"))

    assert (found.status, found.reason) == ("review", "provider_unverified")
    assert found.candidates[-1].lon == pytest.approx(114.03)


def test_a_point_outside_the_county_changes_nothing(online: Online) -> None:
    geocoder = OnlineGeocoder(offline(), online.provider, boundary=box(100, 30, 101, 31))
    query = AddressQuery(address="青石县微矿路")

    assert geocoder.locate(query) == offline().locate(query)


def test_what_the_gazetteer_places_is_not_asked_for(online: Online) -> None:
    geocoder = OnlineGeocoder(offline(), online.provider, boundary=BOUNDARY)
    texts = ("云溪镇北良都村", "", "云溪镇与石桥乡交界处", "北京市朝阳区建国路1号")

    geocoder.locate_many([AddressQuery(address=text) for text in texts])

    assert online.town.asked == []


def test_when_the_service_fails_the_offline_answers_stay(online: Online) -> None:
    online.town.spoilt = lambda: (500, "")
    geocoder = OnlineGeocoder(offline(), online.provider, boundary=BOUNDARY)
    queries = [AddressQuery(address=f"青石县微矿路{number}号") for number in range(9)]

    assert geocoder.locate_many(queries) == offline().locate_many(queries)
    assert len(online.town.asked) == 3
    with pytest.raises(UnavailableError):
        geocoder.locate(queries[0])


def test_a_datum_other_than_wgs84_is_converted(monkeypatch: pytest.MonkeyPatch) -> None:
    """A compatible server of a vendor's data would answer in GCJ-02."""
    monkeypatch.setattr(Nominatim, "datum", Datum.GCJ02)
    with serving(nominatim_says) as town:
        provider = Nominatim(town.url, Line({"127.0.0.1"}, 1_000.0))
        geocoder = OnlineGeocoder(offline(), provider, boundary=BOUNDARY)
        found = geocoder.locate(AddressQuery(address="青石县微矿路"))

    lon, lat = from_wgs84(
        found.candidates[-1].lon or 0.0, found.candidates[-1].lat or 0.0, Datum.GCJ02
    )
    assert (float(lon), float(lat)) == pytest.approx((114.03, 38.0), abs=1e-9)


@pytest.mark.parametrize(
    ("chosen", "what"),
    [
        ({}, "no online service"),
        ({"geocoder": "nominatim"}, "WANGGE_GEOCODER_URL"),
        ({"geocoder": "tianditu", "tianditu_key": None}, "WANGGE_TIANDITU_KEY"),
    ],
)
def test_providers_are_off_and_say_what_they_need(
    tmp_path: Path, chosen: dict[str, Any], what: str
) -> None:
    settings = Settings(_env_file=None, home=tmp_path, **chosen)

    with pytest.raises(InvalidInputError, match=what):
        provider_of(settings)
    assert settings.geocoder == chosen.get("geocoder", "off")


def test_a_provider_of_the_settings_may_ask_the_named_hosts_alone(tmp_path: Path) -> None:
    with serving(nominatim_says) as town:
        settings = Settings(
            _env_file=None,
            home=tmp_path,
            geocoder="nominatim",
            geocoder_url=town.url,
            geocoder_hosts="127.0.0.1, example.org",
        )
        assert provider_of(settings).find("青石县微矿路") is not None
        nobody = settings.model_copy(update={"geocoder_hosts": "", "home": tmp_path / "b"})
        with pytest.raises(InvalidInputError, match="not among those allowed"):
            provider_of(nobody).find("青石县微矿路")
