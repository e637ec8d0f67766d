"""What places of a county were called before: candidates for a person, never an answer.

Codes are used again for other villages and old townships were split, so that a former name says
where to look and no more. One that a place bears today is that place: it is looked up first.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple

from pandas import DataFrame

from service.domain.addresses.index import CountyIndex, Town, Village
from service.domain.addresses.names import TownMatch, plain, town_forms, village_name

_LEVELS = {"former_township": True, "former_town": True, "former_village": False}
_CODE_DIGITS = 12


class Former(NamedTuple):
    """A former name: whose code it had, and the township of today it may lie in ('' unknown)."""

    code: str
    name: str
    is_town: bool
    town_code: str


def split_former(rows: DataFrame) -> tuple[DataFrame, list[Former]]:
    """Return the rows of today's places, and the former names (levels former_township/_village)."""
    if "level" not in rows:
        return rows, []
    is_former = rows["level"].isin(list(_LEVELS))
    found = [_former(row) for row in rows[is_former].to_dict("records")]
    return rows[~is_former], sorted(found)


def _former(row: dict[Any, Any]) -> Former:
    said = [row.get(key) for key in ("parent", "township_code")]
    town = next((str(value) for value in said if value and value == value), "")  # noqa: PLR0124
    town = town.ljust(_CODE_DIGITS, "0") if town else ""
    return Former(str(row["code"]), str(row["name"]), _LEVELS[row["level"]], town)


class FormerNames:
    """One county's former names by the ways they are written."""

    def __init__(self, names: Iterable[Former]) -> None:
        """Arrange the names."""
        self._written: defaultdict[str, list[Former]] = defaultdict(list)
        for former in names:
            for form in _forms(former):
                self._written[form].append(former)

    def places(self, index: CountyIndex, written: str) -> list[Town | Village]:
        """Return what a former name may be today: a village by its code, then townships."""
        found: dict[Town | Village, None] = {}
        for former in self._written.get(plain(written), ()):
            found |= dict.fromkeys(_today(index, former))
        return list(found)


def _forms(former: Former) -> set[str]:
    name = plain(former.name)
    if former.is_town:
        return {form for form, how in town_forms(name).items() if how is not TownMatch.STEM}
    stem = village_name(name).stem
    return {name, f"{stem}村", f"{stem}社区"}


def _today(index: CountyIndex, former: Former) -> list[Town | Village]:
    code = former.code.ljust(_CODE_DIGITS, "0")
    towns = [t for t in index.towns if t.code.ljust(_CODE_DIGITS, "0") == former.town_code]
    if former.is_town:
        return [*towns]
    villages = [v for v in index.villages if v.code.ljust(_CODE_DIGITS, "0") == code]
    return [*villages, *towns]
