"""Register rows that may be one enterprise, and names learnt from decisions."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from service.api.answers import answer
from service.api.dependencies import PageDep, ScopeDep
from service.api.views.duplicates import compared
from service.domain.aliases import AliasKind
from service.domain.errors import InvalidInputError
from service.workflows.find_duplicates import as_frame, call_distinct, find_duplicates
from service.workflows.follow_aliases import judge_and_follow
from service.workflows.learn_aliases import Learnt, suggestions
from service.workflows.merge_enterprises import MergeWish, merge

router = APIRouter(tags=["reviews"])
_TEXT = r"^[^\x00]*$"
Number = Annotated[int, Field(ge=1, le=2**63 - 1)]
By = Annotated[str, Field(min_length=1, max_length=60, pattern=_TEXT, description="Who decides.")]
FieldName = Literal[
    "name", "code", "kind", "product", "place", "status", "scale", "credit_class", "principal",
    "attributes",
]  # fmt: skip


class Merge(BaseModel):
    """Which of two rows stays, and from which row each differing field is taken."""

    model_config = ConfigDict(extra="forbid")
    by: By
    enterprises: tuple[Number, Number]
    survivor: Number
    fields: dict[FieldName, Number] = Field(
        default_factory=dict, description="Field → number of the row it is taken from."
    )
    note: str = Field(default="", max_length=500, pattern=_TEXT)


class Distinct(BaseModel):
    """Two rows that a person calls two enterprises."""

    model_config = ConfigDict(extra="forbid")
    by: By
    enterprises: tuple[Number, Number]
    note: str = Field(default="", max_length=500, pattern=_TEXT)


class Verdict(BaseModel):
    """What a person says of a suggested alias."""

    model_config = ConfigDict(extra="forbid")
    by: By
    kind: AliasKind
    name: str = Field(min_length=1, max_length=100, pattern=_TEXT)
    place_code: str = Field(min_length=1, max_length=100, pattern=_TEXT)
    verdict: Literal["accepted", "refused"]


@router.get("/duplicates", summary="List pairs that may be one enterprise, the likeliest first")
def list_duplicates(scope: ScopeDep, page: PageDep) -> Response:
    """Return pairs with their reasons; the likelihood orders them and decides nothing."""
    return answer(as_frame(find_duplicates(scope.session, scope.code)), page)


@router.post("/duplicates/merge", summary="Make one enterprise of two", status_code=201)
def merge_duplicates(scope: ScopeDep, wish: Merge) -> Response:
    """Merge; `decisions/{id}/undo` gives back every byte."""
    one, other = wish.enterprises
    if wish.survivor not in wish.enterprises:
        raise InvalidInputError("the one that stays must be one of the two")
    absorbed = other if wish.survivor == one else one
    taken = frozenset(str(name) for name, number in wish.fields.items() if number == absorbed)
    done = merge(
        scope.session,
        scope.code,
        MergeWish(
            by=wish.by,
            survivor=wish.survivor,
            absorbed=absorbed,
            absorbed_fields=taken,
            note=wish.note,
        ),
    )
    return JSONResponse({"decision_id": done, "survivor": wish.survivor}, status_code=201)


@router.post("/duplicates/distinct", summary="Keep that two rows are two", status_code=201)
def separate_duplicates(scope: ScopeDep, wish: Distinct) -> Response:
    """Call two rows different; they are not asked about again."""
    done = call_distinct(scope.session, scope.code, wish.enterprises, by=wish.by, note=wish.note)
    return JSONResponse({"decision_id": done}, status_code=201)


@router.get("/reviews/aliases", summary="List names learnt from decisions")
def list_aliases(scope: ScopeDep, page: PageDep) -> Response:
    """Return suggestions with the decisions behind them, and what a person said."""
    found = [alias_json(one) for one in suggestions(scope.session, scope.code)]
    shown = found[page.offset : page.offset + page.limit]
    return JSONResponse(
        {"total": len(found), "limit": page.limit, "offset": page.offset, "items": shown}
    )


@router.post("/reviews/aliases", summary="Accept or refuse an alias", status_code=201)
def judge_alias(scope: ScopeDep, said: Verdict) -> Response:
    """Keep the verdict; rows that an accepted alias places are located at once."""
    done = judge_and_follow(
        scope.session,
        scope.code,
        (said.kind, said.name, said.place_code),
        said.verdict,
        by=said.by,
    )
    answer_of = {"decision_id": done.decision_id, "rows": list(done.enterprise_ids)}
    return JSONResponse(answer_of, status_code=201)


@router.get("/duplicates/{one}/{other}", summary="Compare two rows field by field")
def compare_duplicates(
    scope: ScopeDep,
    one: Annotated[int, Path(ge=1, le=2**63 - 1)],
    other: Annotated[int, Path(ge=1, le=2**63 - 1)],
) -> Response:
    """Return both rows with what would be moved; 404 when one is not in the register."""
    return JSONResponse(compared(scope, one, other))


def alias_json(learnt: Learnt) -> dict[str, object]:
    """Return a suggestion as JSON."""
    suggestion = learnt.suggestion
    zh, en = suggestion.hindrance
    return {
        "kind": suggestion.kind.value,
        "name": suggestion.name,
        "place_code": suggestion.target,
        "place_name": learnt.places[suggestion.target],
        "targets": [
            {"code": code, "name": learnt.places[code], "rows": rows}
            for code, rows in suggestion.targets.items()
        ],
        "decisions": list(suggestion.decisions),
        "hindrance": {"zh": zh, "en": en},
        "verdict": learnt.verdict,
        "verdict_id": learnt.decision_id,
    }
