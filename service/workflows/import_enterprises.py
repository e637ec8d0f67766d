"""Register files → enterprises with their licences."""

from collections.abc import Hashable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
from sqlalchemy.orm import Session

from gis_data import refusals
from gis_data.register import Register, read_register
from gis_data.rows import Reading
from service.database import counties, datums
from service.database.loading import enterprises, townships
from service.database.loading.defaults import fill_defaults
from service.domain.enterprises import LICENCE_KINDS
from service.workflows.follow_merges import Merges, merges_of
from service.workflows.geocoders import geocoder_of
from service.workflows.importing import ImportReport, Intake, begin, finish
from service.workflows.propose_datums import propose_datums

_COLUMNS = (
    "register_key",
    "code",
    "code_system",
    "name",
    "kind",
    "product",
    "address",
    "status",
    "scale",
    "credit_class",
    "given_lon",
    "given_lat",
    "given_datum",
    "principal",
    "attributes",
)


def import_enterprises(
    session: Session, path: Path, reading: Reading, *, county: str | None = None
) -> ImportReport:
    """Load enterprises; one that is there already, by its code, is brought up to date.

    Coordinates are kept as given, with their datum; locating comes afterwards.

    Raises:
        FileRefusedError: No row can be used.
        InvalidInputError: The file cannot be read, or its columns are shifted.
    """
    at = counties.chosen(session, county)
    intake, already = begin(session, "enterprises", at.code, path, reading)
    if already is not None:
        return already
    register = read_register(path, reading)
    warned, homes = _townships(session, at.code, register.enterprises["township"])
    merges = merges_of(session, at.code)
    rows, merged = merges.rows(_rows(intake, register.enterprises, homes))
    counts = enterprises.save_enterprises(session, rows)
    _save_licences(session, at.code, register, merges)
    fill_defaults(session, at.code)
    report = finish(
        session,
        intake,
        register.rows,
        kept=len(rows) + merged,
        refused=register.refused,
        warned=refusals.together(register.warned, warned),
        notes=[
            *register.rows.notes,
            counts.in_words(),
            *_remarks(register),
            *([f"{merged} rows belong to enterprises they were merged into"] if merged else []),
        ],
    )
    return replace(report, notes=[*report.notes, *_datum_notes(session, at.code, intake)])


def _datum_notes(session: Session, county_code: str, intake: Intake) -> list[str]:
    """Weigh the file's coordinates where their datum is unsure, and say what a person can do."""
    propose_datums(session, county_code, geocoder_of(session, county_code))
    found = datums.proposals(session, county_code)
    mine = found[(found["batch_id"] == intake.id) & (found["status"] == "open")]
    return [_datum_note(row) for row in mine.to_dict("records")]


def _datum_note(row: Mapping[Hashable, Any]) -> str:
    said = f"stated {row['stated']}" if row["stated"] else "not stated, so they are not used yet"
    how = f"wangge import datum accept {row['id']}" + ("" if row["proposed"] else " --datum …")
    return f"datum of {row['points']} points ({said}): {row['text_en']}; decide with `{how}`"


def township_notes(
    names: pd.Series, known: dict[str, str]
) -> tuple[pd.DataFrame, list[str | None]]:
    """Return the code of each township named, with a warning for every name not known."""
    warned = refusals.Collector()
    homes: list[str | None] = []
    unpadded = {code.lstrip("0"): code for code in known.values()}
    for line, name in names.items():
        code = known.get(name) or unpadded.get(str(name).lstrip("0")) if name else None
        homes.append(code)
        if name and code is None:
            warned.add(int(str(line)), "township", name, _UNKNOWN_TOWNSHIP)
    return warned.frame(), homes


_UNKNOWN_TOWNSHIP = refusals.Reason(
    "本县没有这个乡镇，已留空",
    "the county has no such township; it was left empty",
    "填乡镇名称或代码",
    "give the township's name or code",
)


def _townships(
    session: Session, county_code: str, names: pd.Series
) -> tuple[pd.DataFrame, list[str | None]]:
    return township_notes(names, townships.township_codes(session, county_code))


def _rows(intake: Intake, frame: pd.DataFrame, homes: list[str | None]) -> list[dict[str, Any]]:
    """Return what goes into the table."""
    columns = [frame[name].astype("object") for name in _COLUMNS]
    return [
        {
            "county_code": intake.county_code,
            **{
                name: None if value is None or value is pd.NA else value
                for name, value in zip(_COLUMNS, row, strict=True)
            },
            "township_code": home,
            "batch_id": intake.id,
        }
        for row, home in zip(zip(*columns, strict=True), homes, strict=True)
    ]


def _save_licences(session: Session, county_code: str, register: Register, merges: Merges) -> None:
    """Replace the licences of the enterprises in a file that lists licences at all."""
    if not any(kind in register.rows.rows for kind in LICENCE_KINDS):
        return
    known = enterprises.enterprise_ids(session, county_code).set_index("register_key")["id"]
    listed = zip(
        register.enterprises["register_key"], register.enterprises["licences"], strict=True
    )
    held = {
        int(known[key]): _without_repeats(licences)
        for key, licences in merges.licences(dict(listed)).items()
    }
    enterprises.replace_licences(session, county_code, held)


def _without_repeats(licences: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return list({(each["kind"], each["number"]): each for each in licences}.values())


def _remarks(register: Register) -> list[str]:
    """Return what a sender wants to know beside the refused rows."""
    remarks = []
    merged = int((register.merged - 1).sum())
    if merged:
        remarks.append(
            f"{merged} lines name an enterprise again and were merged into "
            f"{len(register.merged)} enterprises"
        )
    pointless = int(register.enterprises["given_lon"].isna().sum())
    if pointless:
        remarks.append(f"{pointless} enterprises have no point; `wangge locate` places them")
    return remarks
