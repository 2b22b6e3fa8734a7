"""Detectors: list, show."""

from fastapi import APIRouter

from catalystindex.aml import registry
from catalystindex.api import alert_views
from catalystindex.api.access import GuardedRoute
from catalystindex.api.routes.common import OwnerDep, TenantDep
from catalystindex.model.detector import DetectorHead, DetectorInfo
from catalystindex.model.errors import NotFound

router = APIRouter(route_class=GuardedRoute, tags=["alerts"])


@router.get("/detectors", summary="List detectors")
def list_detectors(owner: OwnerDep, tenant: TenantDep) -> list[DetectorHead]:
    """Return the detectors that come with the product, and whether they are run here."""
    del tenant  # they are the same for every workspace
    settings = owner.settings.detection
    enabled = {one.name for one in registry.make_detectors(settings)}
    return [
        alert_views.detector_head(one, enabled=one.name in enabled)
        for one in registry.every_detector(settings)
    ]


@router.get("/detectors/{name}", summary="Show a detector")
def show_detector(owner: OwnerDep, tenant: TenantDep, name: str) -> DetectorInfo:
    """Return one with its definition, sources, weights and parameters."""
    del tenant
    settings = owner.settings.detection
    enabled = {one.name for one in registry.make_detectors(settings)}
    for one in registry.every_detector(settings):
        if one.name == name:
            return alert_views.detector(one, enabled=name in enabled)
    raise NotFound(f"There is no detector {name[: registry.SHOWN_CHARS]!r}.")
