"""The composition root of the web service: everything is put together here and nowhere else."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from prometheus_fastapi_instrumentator import Instrumentator
from sqlalchemy import Engine
from starlette.middleware.trustedhost import TrustedHostMiddleware

from service.api import errors
from service.api.body_limit import BodyLimit
from service.api.csp import SecurityHeaders
from service.api.ground import image_hosts
from service.api.paper_press import PaperPress
from service.api.routers import (
    areas,
    base_map,
    cluster_pages,
    cluster_runs,
    clusters,
    datums,
    description,
    duplicates,
    leadership,
    maps,
    pages,
    paper,
    people,
    places,
    plan_pages,
    register,
    results,
    review_pages,
    reviews,
    state,
    static,
    tiles,
)
from service.api.same_origin import SameOrigin
from service.api.tile_cache import TileCache
from service.database.session import engine_for
from service.settings import Settings

API = "/api/v1"
_ANY_ADDRESS = {"0.0.0.0", "::"}  # noqa: S104 - compared with, never bound here


def create_app(settings: Settings, engine: Engine | None = None) -> FastAPI:
    """Return the application; it opens no connection until it is asked something.

    Args:
        settings: Which county, and which address it is served on.
        engine: The database to use; that of the settings if left out, closed at the end.
    """
    own = engine_for(settings) if engine is None else engine

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        if engine is None:
            own.dispose()

    app = FastAPI(
        title="wangge",
        version="1",
        description="Grid supervision of a county: cells, officers, gaps, clusters, targets, maps.",
        openapi_url=f"{API}/openapi.json",
        docs_url=None,  # its pages would load their scripts from another host
        redoc_url=None,
        lifespan=lifespan,
    )
    app.state.tile_cache = TileCache(settings.tile_cache_mb * 1_000_000)
    app.state.paper_press = PaperPress()
    app.state.engine = own
    app.state.settings = settings
    data = (register, datums, reviews, duplicates)
    found = (results, cluster_runs, clusters)  # /clusters/runs before /clusters/{object_id}
    for each in (areas, places, people, *data, *found, maps, paper, base_map, tiles, state):
        app.include_router(each.router, prefix=API)
    for page in (leadership, cluster_pages, pages, plan_pages, review_pages, description, static):
        app.include_router(page.router)
    errors.install(app)
    Instrumentator().instrument(app).expose(app, endpoint=f"{API}/metrics", tags=["state"])
    app.add_middleware(BodyLimit)
    app.add_middleware(SameOrigin)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=_hosts(settings))
    app.add_middleware(SecurityHeaders, image_hosts=image_hosts(settings))
    return app


def _hosts(settings: Settings) -> list[str]:
    """Return the names under which a browser may ask for us.

    Without accounts, a page of another host that makes its name point to this machine could read
    everything; who binds to every address has chosen to be reached by any name.
    """
    if settings.host in _ANY_ADDRESS:
        return ["*"]
    return ["127.0.0.1", "localhost", settings.host]
