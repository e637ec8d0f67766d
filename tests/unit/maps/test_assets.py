import folium
import folium.plugins
import pytest

from maps.assets import AssetNotFoundError, UnvendoredAssetError, inline_script, read_asset, resolve
from maps.county_map import CountyMap
from maps.publish import to_html
from service.domain.errors import InvalidInputError, UnavailableError

_BOUNDS = (114.0, 37.0, 115.0, 38.0)


@pytest.mark.parametrize(
    "address",
    [
        "https://cdn.example/npm/jquery@3/jquery.min.js",
        "https://cdn.example/npm/leaflet@2.0.0/dist/leaflet.js",
        "//cdn.example/leaflet.js",
        "vendor/leaflet/../../../pyproject.toml",
    ],
)
def test_an_unknown_address_is_refused_by_name(address: str) -> None:
    with pytest.raises(UnvendoredAssetError) as refused:
        resolve(address)
    assert refused.value.address == address


def test_leaflet_of_any_host_is_answered_by_our_copy() -> None:
    found = resolve("https://cdn.example/npm/leaflet@1.9.3/dist/leaflet.js")
    assert found.name == "vendor/leaflet/leaflet.js"
    assert b"Leaflet 1.9.4" in found.content


def test_a_name_outside_the_table_is_not_looked_up_on_disk() -> None:
    with pytest.raises(AssetNotFoundError):
        read_asset("maps/js/../../pyproject.toml")


def test_missing_packages_say_what_to_run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: pytest.TempPathFactory
) -> None:
    monkeypatch.setattr("maps.assets._PACKAGES", tmp_path)
    read_asset.cache_clear()
    with pytest.raises(UnavailableError, match="scripts/run"):
        read_asset("vendor/leaflet/leaflet.js")
    read_asset.cache_clear()


def test_inlined_scripts_cannot_end_their_element() -> None:
    for name in ("vendor/leaflet/leaflet.js", "maps/js/core.js", "maps/js/page.js"):
        text = inline_script(read_asset(name))
        assert "</script" not in text
        assert "<!--" not in text


def test_a_default_folium_map_is_refused() -> None:
    with pytest.raises(UnvendoredAssetError):
        to_html(folium.Map(tiles=None))


def test_a_plugin_that_loads_from_elsewhere_is_refused() -> None:
    county_map = CountyMap(bounds=_BOUNDS)
    full_screen = folium.plugins.Fullscreen()  # type: ignore[no-untyped-call]
    full_screen.add_to(county_map)
    with pytest.raises(UnvendoredAssetError):
        to_html(county_map)


def test_tiles_of_another_host_are_stopped_by_the_policy() -> None:
    county_map = CountyMap(bounds=_BOUNDS)
    folium.TileLayer("https://tiles.example/{z}/{x}/{y}.png", attr="x").add_to(county_map)
    html = to_html(county_map)
    assert "img-src data: blob:;" in html
    assert "connect-src 'none'" in html


def test_a_folium_popup_is_refused_because_its_text_would_run() -> None:
    county_map = CountyMap(bounds=_BOUNDS)
    folium.CircleMarker([37.5, 114.5], popup="${alert(1)}").add_to(county_map)
    with pytest.raises(InvalidInputError, match="Popup"):
        to_html(county_map)


def test_a_live_map_links_to_static_and_carries_the_nonce() -> None:
    html = to_html(CountyMap(bounds=_BOUNDS), mode="live", nonce="bm9uY2Vub25jZQ==")
    assert '<script src="/static/vendor/leaflet/leaflet.js?v=' in html
    assert '<link rel="stylesheet" href="/static/maps/css/page.css?v=' in html
    executable = html.count("<script") - html.count('<script type="application/json"')
    assert html.count('nonce="bm9uY2Vub25jZQ=="') == executable
    assert "Content-Security-Policy" not in html


@pytest.mark.parametrize("nonce", ["", 'x" onload="', "short"])
def test_a_nonce_that_could_break_out_is_refused(nonce: str) -> None:
    with pytest.raises(InvalidInputError):
        to_html(CountyMap(bounds=_BOUNDS), mode="live", nonce=nonce)


def test_unknown_mode_and_language_are_refused() -> None:
    with pytest.raises(InvalidInputError):
        to_html(CountyMap(bounds=_BOUNDS), mode="pdf")
    with pytest.raises(InvalidInputError):
        to_html(CountyMap(bounds=_BOUNDS), lang="fr")


def test_save_writes_the_same_offline_file(tmp_path: pytest.TempPathFactory) -> None:
    county_map = CountyMap(bounds=_BOUNDS)
    path = f"{tmp_path}/map.html"
    county_map.save(path)
    with open(path, encoding="utf-8") as file:  # noqa: PTH123 - folium's own way in and out
        assert file.read() == to_html(county_map)
