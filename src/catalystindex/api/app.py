"""The application: routes under `/v1`, and the unversioned path as an alias of it."""

import threading
from typing import Any

from fastapi import APIRouter, FastAPI

from catalystindex import __version__
from catalystindex.api.access import VERSION_PREFIX
from catalystindex.api.intake import Intake
from catalystindex.api.middleware import BodyLimit, RequestContext
from catalystindex.api.openapi import describe
from catalystindex.api.problems import UnforeseenErrors, install_problem_handlers
from catalystindex.api.routes import (
    alerts,
    audit,
    bulk,
    detectors,
    documents,
    events,
    graph,
    health,
    index,
    ingest,
    jobs,
    knowledge_bases,
    policies,
    search,
    streams,
    work,
)
from catalystindex.api.streams import Streams
from catalystindex.owner.assembly import Owner

FAMILIES = (
    knowledge_bases,
    documents,
    ingest,
    bulk,
    jobs,
    policies,
    search,
    index,
    events,
    streams,
    graph,
    alerts,
    detectors,
    audit,
    health,
    work,
)


def create_app(owner: Owner) -> FastAPI:
    """Return the application that serves an owner."""
    app = routed_app()
    app.state.owner = owner
    app.state.stopping = threading.Event()
    app.state.streams = Streams()
    app.state.intake = Intake()
    app.add_middleware(UnforeseenErrors)
    app.add_middleware(BodyLimit, limit=owner.settings.limits.max_body_bytes)
    app.add_middleware(RequestContext, metrics=owner.metrics)
    return app


def routed_app() -> FastAPI:
    """Return the application without an owner: enough to describe it."""
    app = FastAPI(
        title="CatalystIndex",
        version=__version__,
        openapi_url=f"{VERSION_PREFIX}/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    routes = APIRouter()
    for family in FAMILIES:
        routes.include_router(family.router)
    app.include_router(routes, prefix=VERSION_PREFIX)
    app.include_router(routes, include_in_schema=False)
    install_problem_handlers(app)

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = describe(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # the documented way to extend it
    return app
