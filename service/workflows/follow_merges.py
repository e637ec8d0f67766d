"""What merges mean for files that come afterwards: no merged row comes back, no choice is lost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
from sqlalchemy.orm import Session

from service.database import duplicates
from service.database.tables import RegisterRedirectRow

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Merges:
    """The merges in force in a county, by the register key that went."""

    gone: Mapping[str, RegisterRedirectRow] = field(default_factory=dict)

    def survivor(self, key: str) -> str:
        """Return the key that a key has become; itself when it was not merged."""
        while key in self.gone:
            key = self.gone[key].survivor_key
        return key

    def rows(self, rows: Sequence[Row]) -> tuple[list[Row], int]:
        """Return a file's register rows without merged ones, and how many these were.

        A survivor's column that was chosen at the merge stays as chosen while the file still says
        what it said then; a file that says something new is believed.
        """
        kept = [row for row in rows if row["register_key"] not in self.gone]
        chosen: dict[str, dict[str, Mapping[str, Any]]] = {}
        for redirect in self.gone.values():
            chosen.setdefault(redirect.survivor_key, {}).update(redirect.fields)
        return [_as_chosen(row, chosen.get(row["register_key"], {})) for row in kept], len(
            rows
        ) - len(kept)

    def licences(self, held: Mapping[str, Sequence[Row]]) -> dict[str, list[Row]]:
        """Return licences by key, those of merged rows with their survivor's.

        A file that lists the survivor and no longer the other keeps the licences that came over.
        """
        united: dict[str, list[Row]] = {}
        for key, licences in held.items():
            united.setdefault(self.survivor(key), []).extend(licences)
        for key, redirect in self.gone.items():
            survivor = self.survivor(key)
            if survivor in held and key not in held:
                united[survivor].extend(redirect.licences)
        return united

    def known(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return a register (id, register_key, code, name, product) with the names of merged rows.

        A record that names the row that went is one of the survivor's.
        """
        by_key = frame.set_index("register_key")
        more = [
            {
                "id": by_key.loc[self.survivor(key), "id"],
                "register_key": key,
                "code": redirect.code,
                "name": redirect.name,
                "product": by_key.loc[self.survivor(key), "product"],
            }
            for key, redirect in self.gone.items()
            if self.survivor(key) in by_key.index
        ]
        return pd.concat([frame, pd.DataFrame(more)], ignore_index=True) if more else frame


def merges_of(session: Session, county_code: str) -> Merges:
    """Return the merges in force in a county."""
    return Merges({row.register_key: row for row in duplicates.redirects(session, county_code)})


def _as_chosen(row: Row, chosen: Mapping[str, Mapping[str, Any]]) -> Row:
    changed = {
        column: values["is"]
        for column, values in chosen.items()
        if column in row and row[column] == values["was"]
    }
    return {**row, **changed}
