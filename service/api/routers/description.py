"""`/docs`: the OpenAPI description as a page of our own, with nothing from another host."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from service.api.pages import templates

router = APIRouter(include_in_schema=False)


@router.get("/docs")
def show_description(request: Request) -> HTMLResponse:
    """List every address of the API with its parameters and answers."""
    schema: dict[str, Any] = request.app.openapi()
    operations = [
        {"method": method.upper(), "path": path, **operation}
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    ]
    text = templates.get_template("docs.html").render(
        info=schema["info"], operations=operations, schema_url=request.app.openapi_url
    )
    return HTMLResponse(text)
