"""The register → pairs of rows that may be one enterprise, for a person to judge."""

from collections.abc import Mapping
from typing import Any

from pandas import DataFrame
from sqlalchemy.orm import Session

from service.database import decisions, duplicates
from service.database.frames import missing_as_none
from service.domain.addresses.normalise import Normaliser, fingerprint
from service.domain.duplicates import Enterprise, Pair, find_pairs
from service.domain.errors import InvalidInputError
from service.domain.places import Level
from service.workflows.decision_parts import enterprise_of

_FOLD = Normaliser()
_LEAST_SIGNS = 6


def find_duplicates(session: Session, county_code: str) -> list[Pair]:
    """Return the pairs to look at, the likeliest first, without those a person called different."""
    table = missing_as_none(duplicates.register(session, county_code))
    records: list[dict[Any, Any]] = table.to_dict("records")
    rows = [_enterprise(county_code, row) for row in records]
    return find_pairs(rows, distinct=called_distinct(session, county_code))


def called_distinct(session: Session, county_code: str) -> frozenset[tuple[str, str]]:
    """Return the pairs of register keys that a person has called different."""
    told = decisions.in_force(session, county_code, "distinct")
    return frozenset((str(one["keys"][0]), str(one["keys"][1])) for one in told["subject"])


def call_distinct(
    session: Session, county_code: str, numbers: tuple[int, int], *, by: str, note: str = ""
) -> int:
    """Keep that two rows are two enterprises, so that nobody is asked again; return the decision.

    Raises:
        NotFoundError: One of them is not in the register.
        InvalidInputError: They are one row, or nobody says who decides.
    """
    if numbers[0] == numbers[1]:
        raise InvalidInputError("name two different enterprises")
    one, other = (enterprise_of(session, county_code, number) for number in numbers)
    first, second = sorted((one, other), key=lambda row: row.register_key)
    decision = decisions.add(
        session,
        county_code,
        decisions.NewDecision(
            kind="distinct",
            by=by,
            note=note,
            subject={
                "keys": [first.register_key, second.register_key],
                "names": [first.name, second.name],
                "enterprise_ids": [first.id, second.id],
            },
        ),
    )
    return decision.id


def _enterprise(county_code: str, row: Mapping[Any, Any]) -> Enterprise:
    at_door = row["level"] == Level.ROOFTOP.value
    return Enterprise(
        number=int(row["enterprise_id"]),
        register_key=str(row["register_key"]),
        code=str(row["code"] or ""),
        name=str(row["name"]),
        kind=str(row["kind"]),
        product=str(row["product"]),
        principal=str(row["principal"] or ""),
        place=_place(county_code, str(row["address"])),
        village=str(row["village_code"] or ""),
        lon=float(row["lon"]) if at_door else None,
        lat=float(row["lat"]) if at_door else None,
        licences=frozenset(row["licences"] or ()),
    )


def _place(county_code: str, address: str) -> str:
    """Return what stands for a place: an address that says more than a village, else ''.

    Half a village shares the address that names only the village.
    """
    folded = _FOLD.full(address)
    is_fine = any(char.isdigit() for char in folded) and len(folded) >= _LEAST_SIGNS
    return fingerprint(address, county_code=county_code) if is_fine else ""


def as_frame(pairs: list[Pair]) -> DataFrame:
    """Return pairs as rows: enterprise_id, other_id, name, other_name, likelihood, reasons."""
    return DataFrame(
        [
            {
                "enterprise_id": pair.one.number,
                "other_id": pair.other.number,
                "name": pair.one.name,
                "other_name": pair.other.name,
                "code": pair.one.code,
                "other_code": pair.other.code,
                "product": pair.one.product,
                "likelihood": pair.likelihood,
                "reasons": [reason._asdict() for reason in pair.reasons],
            }
            for pair in pairs
        ],
        columns=[
            "enterprise_id",
            "other_id",
            "name",
            "other_name",
            "code",
            "other_code",
            "product",
            "likelihood",
            "reasons",
        ],
    )
