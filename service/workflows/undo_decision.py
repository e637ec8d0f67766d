"""The undo of any decision: of a place, an alias, a merge, or 'not duplicates'."""

from sqlalchemy.orm import Session

from service.database import decisions
from service.database.decisions import NewDecision
from service.database.loading import batches
from service.workflows.merge_enterprises import undo_merge
from service.workflows.review_locations import Settled, undo_place


def undo(session: Session, county_code: str, decision_id: int, *, by: str) -> Settled:
    """Take a decision back; the caller commits.

    Raises:
        NotFoundError: There is none of this number.
        ConflictError: It was undone before, or something later stands on it.
        InvalidInputError: Nobody says who takes it back.
    """
    batches.lock(session, county_code)
    row = decisions.require_in_force(session, county_code, decision_id)
    if row.kind == "place":
        return undo_place(session, county_code, row, by)
    if row.kind == "merge":
        numbers = [row.subject["survivor"], row.subject["absorbed"]]
        undone = undo_merge(session, county_code, row, by=by)
        return Settled(decision_id=undone, enterprise_ids=numbers)
    # Aliases and 'not duplicates' count only as long as nobody takes them back.
    new = NewDecision(kind="undo", by=by, undoes=row.id, subject=row.subject)
    return Settled(decision_id=decisions.add(session, county_code, new).id)
