"""Two register rows that a person calls one → one of them, with everything of the other; and back.

Every row that a merge touches is kept as the database writes it, so that the undo puts back each
byte. Import follows `register_redirect`, so that the next file does not bring the other one back.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy.orm import Session

from service.database import decisions, duplicates
from service.database.decisions import NewDecision
from service.database.loading import batches
from service.database.tables import DecisionRow, EnterpriseRow, RegisterRedirectRow
from service.domain.errors import ConflictError, InvalidInputError
from service.workflows.decision_parts import enterprise_of

# What a person may choose of either row: some columns only make sense together.
FIELDS: Final[dict[str, tuple[str, ...]]] = {
    "name": ("name",),
    "code": ("code", "code_system"),
    "kind": ("kind",),
    "product": ("product",),
    "place": ("address", "township_code", "given_lon", "given_lat", "given_datum"),
    "status": ("status",),
    "scale": ("scale",),
    "credit_class": ("credit_class",),
    "principal": ("principal",),
    "attributes": ("attributes",),
}
_OF_PLACE: Final = ("location", "review_item")
_MOVED: Final = ("licence", "quality_event")


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeWish:
    """What a person wants merged.

    Attributes:
        by: Who decides.
        survivor, absorbed: Numbers of the two enterprises.
        absorbed_fields: Names in `FIELDS` that are taken from the one that goes.
        note: Free text.
    """

    by: str
    survivor: int
    absorbed: int
    absorbed_fields: frozenset[str] = field(default_factory=frozenset)
    note: str = ""


def merge(session: Session, county_code: str, wish: MergeWish) -> int:
    """Make one enterprise of two; returns the decision's number; the caller commits.

    Raises:
        NotFoundError: One of them is not in the register.
        InvalidInputError: They are one row, or a field is unknown.
    """
    unknown = sorted(wish.absorbed_fields - FIELDS.keys())
    if unknown:
        raise InvalidInputError(f"no field {', '.join(unknown)}; fields are {', '.join(FIELDS)}")
    if wish.survivor == wish.absorbed:
        raise InvalidInputError("name two different enterprises")
    batches.lock(session, county_code)
    survivor = enterprise_of(session, county_code, wish.survivor)
    absorbed = enterprise_of(session, county_code, wish.absorbed)
    before = _snapshots(session, county_code, wish)
    fields = _chosen(survivor, absorbed, wish.absorbed_fields)
    decision = decisions.add(
        session,
        county_code,
        NewDecision(
            kind="merge",
            by=wish.by,
            note=wish.note,
            subject={
                "survivor": survivor.id,
                "survivor_key": survivor.register_key,
                "survivor_name": survivor.name,
                "absorbed": absorbed.id,
                "absorbed_key": absorbed.register_key,
                "absorbed_name": absorbed.name,
            },
            choice={"fields": fields, "takes_place": "place" in wish.absorbed_fields},
            before=before,
        ),
    )
    _redirect(session, county_code, decision, absorbed, before)
    _move_all(session, county_code, wish, before)
    _apply_fields(survivor, fields)
    session.flush()
    return decision.id


def undo_merge(session: Session, county_code: str, decision: DecisionRow, *, by: str) -> int:
    """Put both enterprises back as they were; what came to the survivor since stays with it.

    Raises:
        ConflictError: The survivor has gone into another merge meanwhile, or the other is back.
    """
    subject, before = decision.subject, decision.before
    survivor_id, absorbed_id = int(subject["survivor"]), int(subject["absorbed"])
    survivor = session.get(EnterpriseRow, (county_code, survivor_id), with_for_update=True)
    if survivor is None:
        raise ConflictError(
            f"enterprise {survivor_id} was merged into another one since; undo that merge first"
        )
    undone = decisions.add(
        session, county_code, NewDecision(kind="undo", by=by, undoes=decision.id, subject=subject)
    )
    _restore_fields(survivor, decision.choice["fields"])
    duplicates.drop_redirects(session, county_code, decision.id)
    session.flush()
    duplicates.put_back(session, "enterprise", _of(before, "enterprise", absorbed_id))
    _return_moved(session, county_code, survivor_id, absorbed_id, before)
    _return_rest(session, county_code, decision, before)
    session.expire_all()
    return undone.id


def _snapshots(session: Session, county_code: str, wish: MergeWish) -> dict[str, Any]:
    both = (wish.survivor, wish.absorbed)
    tables = ["enterprise", *duplicates.dependants(session)]
    return {
        table: duplicates.snapshot(
            session, county_code, table, (wish.absorbed,) if table == "enterprise" else both
        )
        for table in tables
    }


def _chosen(
    survivor: EnterpriseRow, absorbed: EnterpriseRow, names: frozenset[str]
) -> dict[str, dict[str, Any]]:
    """Return what changes of the survivor: column → what it was, what it is."""
    columns = [column for name in sorted(names) for column in FIELDS[name]]
    return {
        column: {"was": getattr(survivor, column), "is": getattr(absorbed, column)}
        for column in columns
        if getattr(survivor, column) != getattr(absorbed, column)
    }


def _apply_fields(survivor: EnterpriseRow, fields: Mapping[str, Mapping[str, Any]]) -> None:
    for column, values in fields.items():
        setattr(survivor, column, values["is"])


def _restore_fields(survivor: EnterpriseRow, fields: Mapping[str, Mapping[str, Any]]) -> None:
    """Give back what the merge changed, unless an import has changed it again since."""
    for column, values in fields.items():
        if getattr(survivor, column) == values["is"]:
            setattr(survivor, column, values["was"])


def _redirect(
    session: Session,
    county_code: str,
    decision: DecisionRow,
    absorbed: EnterpriseRow,
    before: Mapping[str, Any],
) -> None:
    columns = ("kind", "number", "issued_on", "expires_on")
    session.add(
        RegisterRedirectRow(
            county_code=county_code,
            register_key=absorbed.register_key,
            survivor_key=decision.subject["survivor_key"],
            code=absorbed.code,
            name=absorbed.name,
            decision_id=decision.id,
            fields=decision.choice["fields"],
            licences=[
                {column: row[column] for column in columns}
                for row in _of(before, "licence", absorbed.id)
            ],
        )
    )
    session.flush()


def _move_all(
    session: Session, county_code: str, wish: MergeWish, before: Mapping[str, Any]
) -> None:
    """Give the survivor all that is moved, and take the absorbed row away with the rest."""
    kept = {_licence(row) for row in _of(before, "licence", wish.survivor)}
    for table in _MOVED:
        rows = _of(before, table, wish.absorbed)
        ids = [int(row["id"]) for row in rows if table != "licence" or _licence(row) not in kept]
        duplicates.give(session, county_code, table, ids, to=wish.survivor)
    for table in before:
        # Of moved tables only doubled licences are left; the enterprise goes last of all.
        if table != "enterprise":
            duplicates.remove(session, county_code, table, wish.absorbed)
    duplicates.remove(session, county_code, "enterprise", wish.absorbed)
    if "place" in wish.absorbed_fields:
        for table in _OF_PLACE:
            duplicates.remove(session, county_code, table, wish.survivor)
            moved = [
                {**row, "enterprise_id": str(wish.survivor)}
                for row in _of(before, table, wish.absorbed)
            ]
            duplicates.put_back(session, table, moved)


def _return_moved(
    session: Session, county_code: str, survivor: int, absorbed: int, before: Mapping[str, Any]
) -> None:
    events = [int(row["id"]) for row in _of(before, "quality_event", absorbed)]
    duplicates.give(session, county_code, "quality_event", events, to=absorbed)
    own = {_licence(row) for row in _of(before, "licence", survivor)}
    came = {_licence(row) for row in _of(before, "licence", absorbed)} - own
    for row in duplicates.snapshot(session, county_code, "licence", [survivor]):
        if _licence(row) in came:
            duplicates.remove_row(session, county_code, "licence", int(row["id"]))
    duplicates.put_back(session, "licence", _of(before, "licence", absorbed))


def _return_rest(
    session: Session, county_code: str, decision: DecisionRow, before: Mapping[str, Any]
) -> None:
    survivor, absorbed = int(decision.subject["survivor"]), int(decision.subject["absorbed"])
    for table in before:
        if table == "enterprise" or table in _MOVED:
            continue
        if table in _OF_PLACE and decision.choice["takes_place"]:
            duplicates.remove(session, county_code, table, survivor)
            duplicates.put_back(session, table, _of(before, table, survivor))
        duplicates.put_back(session, table, _of(before, table, absorbed))


def _of(before: Mapping[str, Any], table: str, number: int) -> list[dict[str, Any]]:
    column = "id" if table == "enterprise" else "enterprise_id"
    return [row for row in before.get(table, ()) if row[column] == str(number)]


def _licence(row: Mapping[str, Any]) -> tuple[str, str]:
    return row["kind"], row["number"]
