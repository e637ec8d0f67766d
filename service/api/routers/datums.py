"""Files whose coordinates are of an unsure datum: the proposals, and a person's decisions."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from service.api.answers import answer
from service.api.dependencies import PageDep, ScopeDep
from service.database import datums
from service.domain.places import Datum
from service.workflows import decide_datums

router = APIRouter(tags=["register"])


class DatumDecision(BaseModel):
    """What a person decides; `datum` names another than the proposed one."""

    model_config = ConfigDict(extra="forbid")
    decision: Literal["accept", "refuse", "reopen"]
    datum: Datum | None = None
    by: str = Field(default="", max_length=100, pattern=r"^[^\x00]*$")


@router.get("/datum-proposals", summary="List files whose coordinates need a datum decided")
def list_datum_proposals(scope: ScopeDep, page: PageDep) -> Response:
    """Return every proposal with its evidence, those that wait first."""
    return answer(datums.proposals(scope.session, scope.code), page)


@router.post("/datum-proposals/{number}/decision", summary="Decide on the datum of a file")
def decide_datum(
    scope: ScopeDep,
    number: Annotated[int, Path(ge=1, le=2**63 - 1)],
    decided: DatumDecision,
) -> dict[str, int]:
    """Accept, refuse or reopen; the file's enterprises are located again at once."""
    session, code = scope.session, scope.code
    if decided.decision == "accept":
        count = decide_datums.accept(session, code, number, datum=decided.datum, by=decided.by)
    elif decided.decision == "refuse":
        count = decide_datums.refuse(session, code, number, by=decided.by)
    else:
        count = decide_datums.reopen(session, code, number)
    return {"located_again": count}
