"""Real villages of a province, their addresses damaged by rule: placed right, or not placed."""

from pathlib import Path

import pytest

from gis_data.gazetteer import read_gazetteer
from service.domain.gazetteer import Gazetteer
from service.geocoding.gazetteer import GazetteerGeocoder
from tests.damaged_addresses import Surroundings, Tally, Village, damage, villages_of

# Enough counties to meet every trap, few enough for every run of the tests.
EVERY_COUNTY = 18
EVERY_VILLAGE = 2


class Province:
    """Some counties of a real gazetteer, with the villages to damage."""

    def __init__(self, folder: Path) -> None:
        rows, datum = read_gazetteer(folder / "hebei_gazetteer" / "gazetteer_2016.csv.gz")
        counties = sorted(rows.loc[rows["level"] == "county", "code"].str[:6])[::EVERY_COUNTY]
        upper = rows["level"].isin(["province", "city", "county"])
        rows = rows[upper | rows["code"].str[:6].isin(counties)]
        self.geocoder = GazetteerGeocoder(Gazetteer.from_rows(rows, datum=datum))
        villages = villages_of(rows)
        self.around = Surroundings(villages)
        self.sample: list[Village] = villages[::EVERY_VILLAGE]

    def tally(self, kind: str) -> Tally:
        """Locate the sample, damaged in one way."""
        tally = Tally()
        for damaged in damage(kind, self.sample, self.around):
            tally.add(damaged, self.geocoder.locate(damaged.query))
        assert tally.rows >= 500
        return tally


@pytest.fixture(scope="module")
def province(shared_data: Path) -> Province:
    return Province(shared_data)


@pytest.mark.parametrize("kind", ["intact", "tail deleted", "full width and spaces"])
def test_whole_addresses_are_placed_and_never_wrong(province: Province, kind: str) -> None:
    tally = province.tally(kind)

    assert tally.wrong == []
    assert tally.placed >= 0.99 * tally.rows
    assert tally.given >= 0.97 * tally.rows


def test_without_the_town_none_is_in_a_wrong_one(province: Province) -> None:
    tally = province.tally("town deleted")

    assert tally.wrong == []
    # One village in fourteen of this province shares its name, but for a lost character at most,
    # with a village of another township; those need a person.
    assert tally.placed >= 0.91 * tally.rows


def test_a_town_that_contradicts_the_village_is_caught(province: Province) -> None:
    tally = province.tally("town contradicts")

    assert tally.rows - tally.placed >= 0.995 * tally.rows


def test_a_homophone_in_the_named_town_finds_its_village(province: Province) -> None:
    tally = province.tally("homophone, town kept")

    assert tally.wrong_town == 0
    assert tally.given >= 0.95 * tally.rows
    assert tally.wrong_village <= 0.001 * tally.given


def test_a_lost_character_in_the_named_town_seldom_gives_another_village(
    province: Province,
) -> None:
    """A village's full name in its town is believed: what is left may be a neighbour's."""
    tally = province.tally("character lost, town kept")

    assert tally.wrong_town == 0
    assert tally.wrong_village <= 0.015 * tally.rows
    assert tally.placed >= 0.9 * tally.rows


def test_a_lost_character_and_a_lost_town_are_not_silently_wrong(province: Province) -> None:
    tally = province.tally("character lost, town deleted")

    assert len(tally.wrong) <= 0.001 * tally.rows
