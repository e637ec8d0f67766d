"""Is the service alive, and can it work."""

from fastapi import APIRouter, Request
from sqlalchemy.exc import SQLAlchemyError

from service.database.migrate import pending
from service.domain.errors import UnavailableError

router = APIRouter(tags=["state"])


@router.get("/health", summary="Alive")
def read_health() -> dict[str, str]:
    """Answer without touching the database."""
    return {"status": "alive"}


@router.get("/ready", summary="Able to work")
def read_ready(request: Request) -> dict[str, str]:
    """Answer 503 while the database does not answer or is not migrated."""
    engine = request.app.state.engine
    try:
        waiting = pending(engine)
    except SQLAlchemyError as error:
        raise UnavailableError(
            "the database does not answer; start it with `wangge db start`"
        ) from error
    if waiting:
        raise UnavailableError("the database is not up to date; run `wangge db migrate`")
    return {"status": "ready"}
