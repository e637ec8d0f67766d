"""Errors as RFC 9457 problem documents: statuses stand in one table."""

from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException

from service.api.error_pages import error_page, wants_page
from service.domain.errors import (
    ConflictError,
    InvalidInputError,
    NotFoundError,
    SupervisionError,
    UnavailableError,
)

PROBLEM_JSON: Final = "application/problem+json"
STATUS_BY_ERROR: Final[dict[type[SupervisionError], int]] = {
    NotFoundError: 404,
    InvalidInputError: 422,
    ConflictError: 409,
    UnavailableError: 503,
}


def status_of(error: SupervisionError) -> int:
    """Return the status of an error: that of the family it belongs to."""
    return next(
        (status for family, status in STATUS_BY_ERROR.items() if isinstance(error, family)), 500
    )


def problem(
    status: int, detail: str, *, instance: str = "", errors: list[Any] | None = None
) -> Response:
    """Return a problem document; `detail` says what to do."""
    document: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    if instance:
        document["instance"] = instance
    if errors:
        document["errors"] = jsonable_encoder(errors)
    return JSONResponse(document, status_code=status, media_type=PROBLEM_JSON)


def install(app: FastAPI) -> None:
    """Answer every error that we raise on purpose, and every refusal of a request."""
    app.add_exception_handler(SupervisionError, _supervision)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(OperationalError, _database_gone)
    app.add_exception_handler(Exception, _unexpected)


def _answer(
    request: Request, status: int, detail: str, errors: list[Any] | None = None
) -> Response:
    """Return a page to a person, a problem document to everyone else."""
    if wants_page(request):
        return error_page(request, status, detail)
    return problem(status, detail, instance=request.url.path, errors=errors)


def _supervision(request: Request, error: Exception) -> Response:
    status = status_of(error) if isinstance(error, SupervisionError) else 500
    return _answer(request, status, str(error))


def _validation(request: Request, error: Exception) -> Response:
    found = error.errors() if isinstance(error, RequestValidationError) else []
    # The value given is left out: it may be NaN, which JSON cannot say, or very long.
    errors = [
        {"where": ".".join(str(part) for part in one["loc"]), "message": one["msg"]}
        for one in found
    ]
    detail = "; ".join(f"{one['where']}: {one['message']}" for one in errors[:3])
    return _answer(request, 422, detail, errors)


def _http(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    detail = str(error.detail) if isinstance(error, HTTPException) else ""
    return _answer(request, status, detail)


def _database_gone(request: Request, _error: Exception) -> Response:
    detail = "the database does not answer; start it with `wangge db start` and try again"
    return _answer(request, 503, detail)


def _unexpected(request: Request, _error: Exception) -> Response:
    return _answer(request, 500, "something failed that should not; see the log")
