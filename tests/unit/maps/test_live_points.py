"""The layer of tiles and the counts beside it: own host only, and every enterprise counted once."""

import pandas as pd
import pytest

from maps.layers import EnterpriseTiles
from maps.layers.tiles import BREAKS
from maps.live_points import live_counts
from maps.model import PRODUCTS, LiveEnterprises
from service.domain.errors import InvalidInputError
from tests.unit.maps.factories import make_hotspot_input

_TILES = "/api/v1/tiles/enterprises/{z}/{x}/{y}.mvt"


@pytest.mark.parametrize(
    ("tiles", "records"),
    [
        ("https://tiles.example/{z}/{x}/{y}.mvt", "/records"),
        ("//tiles.example/{z}/{x}/{y}.mvt", "/records"),
        (_TILES, "https://records.example/"),
        ("/tiles/{z}/{x}.mvt", "/records"),
    ],
)
def test_an_address_elsewhere_or_without_its_places_is_refused(tiles: str, records: str) -> None:
    with pytest.raises(InvalidInputError):
        EnterpriseTiles(tiles=tiles, records=records)


def test_each_break_has_a_class_above_it_and_too_few_visits_one_of_its_own() -> None:
    layer = EnterpriseTiles(tiles=_TILES, records="/records")

    # Too few, zero, and one class above each break.
    assert len(layer.data["classes"]) == len(BREAKS) + 2
    assert layer.data["classes"][0]["label"]["en"] == "too few visits, not rated"


def test_counts_by_product_add_up_and_name_who_has_no_place() -> None:
    geography = make_hotspot_input().geography
    code = str(geography.townships["code"].iloc[0])
    name = str(geography.townships["name"].iloc[0])
    live = LiveEnterprises(
        tiles=_TILES,
        records="/records",
        counts=pd.DataFrame(
            [("baijiu", code, 10, 7), ("cement", code, 5, 5), ("cement", "nowhere", 2, 0)],
            columns=["product", "township_code", "existing", "placed"],
        ),
        unplaced=pd.DataFrame(
            [("baijiu", code, ["甲厂", "乙厂"]), ("cement", "nowhere", ["丙厂", "丁厂"])],
            columns=["product", "township_code", "names"],
        ),
    )

    counts = live_counts(live, geography, PRODUCTS)

    assert (counts["all"].existing, counts["all"].drawn, counts["all"].area_total) == (17, 12, 5)
    (baijiu,) = counts["baijiu"].area_only
    assert (baijiu.township, baijiu.n, baijiu.names) == (name, 3, "甲厂、乙厂……（共 3 户）")
    assert [row.township for row in counts["cement"].area_only] == ["不明 unknown"]
    assert counts["fertiliser"].existing == 0
