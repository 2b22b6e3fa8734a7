"""Health, readiness and metrics."""

from fastapi import APIRouter, Response

from catalystindex import __version__
from catalystindex.api.access import GuardedRoute
from catalystindex.api.routes.common import OwnerDep
from catalystindex.model.health import CheckState, Health, Readiness
from catalystindex.owner.checks import readiness

router = APIRouter(route_class=GuardedRoute, tags=["operations"])


@router.get("/health", summary="Liveness")
def health() -> Health:
    """Answer as long as the process can answer."""
    return Health(status=CheckState.OK, version=__version__)


@router.get(
    "/ready",
    summary="Readiness",
    responses={503: {"model": Readiness, "description": "A part is not ready."}},
)
def ready(owner: OwnerDep, response: Response) -> Readiness:
    """Check every part; 503 unless all are well."""
    result = readiness(owner)
    if not result.ready:
        response.status_code = 503
    return result


@router.get(
    "/metrics",
    summary="Prometheus metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {}}}},
)
def metrics(owner: OwnerDep) -> Response:
    """Return the metrics in Prometheus's text format."""
    return Response(owner.metrics.render(), media_type="text/plain; version=0.0.4")
