"""Real villages of a province, their addresses damaged by rule: placed right, or not placed."""

from pathlib import Path

import pytest

from gis_data.gazetteer import read_gazetteer
from service.domain.gazetteer import Gazetteer
from service.geocoding.gazetteer import GazetteerGeocoder
from tests.damaged_addresses import (
    Surroundings,
    Tally,
    Village,
    damage,
    every_loss,
    villages_of,
)

# Of the kinds that are far from their limits, a part of the villages says enough.
EVERY_VILLAGE = 9


class Province:
    """All counties of a real gazetteer, with the villages to damage."""

    def __init__(self, folder: Path) -> None:
        rows, datum = read_gazetteer(folder / "hebei_gazetteer" / "gazetteer_2016.csv.gz")
        self.geocoder = GazetteerGeocoder(Gazetteer.from_rows(rows, datum=datum))
        self.villages = villages_of(rows)
        self.around = Surroundings(self.villages)
        self.sample: list[Village] = self.villages[::EVERY_VILLAGE]

    def tally(self, kind: str, *, of_all: bool = False) -> Tally:
        """Locate the sample, or all villages, damaged in one way."""
        tally = Tally()
        for damaged in damage(kind, self.villages if of_all else self.sample, self.around):
            tally.add(damaged, self.geocoder.locate(damaged.query))
        assert tally.rows >= 5_000
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
    tally = province.tally("town deleted", of_all=True)

    assert tally.wrong == []
    # One village in fourteen of this province shares its name, but for a lost character at most,
    # with a village of another township; nearly all of those need a person.
    assert tally.placed >= 0.93 * tally.rows


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
    """A village's full name in its town is believed; the neighbour stands among the candidates."""
    tally = province.tally("character lost, town kept")

    assert tally.wrong_town == 0
    assert tally.wrong_village <= 0.0075 * tally.rows
    assert tally.truth_offered >= 0.99 * tally.wrong_village
    assert tally.placed >= 0.9 * tally.rows


def test_a_lost_character_and_a_lost_town_are_not_silently_wrong(province: Province) -> None:
    """Every village, every character in turn: no luck of the draw."""
    some = province.villages[::3]
    wrong = 0.0
    for damaged, weight in every_loss(some):
        found = province.geocoder.locate(damaged.query)
        if found.status == "placed" and found.township_code != damaged.truth.town_code:
            wrong += weight

    assert wrong <= 0.001 * len(some)
