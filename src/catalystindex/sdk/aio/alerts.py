"""Alerts of the workspace, and the detectors that raise them."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Literal

from pydantic import RootModel

from catalystindex.model.alert import Alert, AlertCounts, AlertHead, AlertState, Severity
from catalystindex.model.detector import DetectorHead, DetectorInfo
from catalystindex.model.paging import Page
from catalystindex.sdk.aio.resources import Resource
from catalystindex.sdk.calls import Query, read, segment
from catalystindex.sdk.requests import instant

Sort = Literal["newest", "score"]


class DetectorList(RootModel[list[DetectorHead]]):
    """A listing of detectors."""


class Alerts(Resource):
    """What detectors found.

    In listings ``severity`` is the least one, ``entity`` an account or party that plays a part,
    ``event`` the id of one that is evidence. ``since`` and ``until`` bound the time of the last
    event (at or after) and of the first one (before); a `datetime` must carry its offset.
    """

    async def get(self, alert_id: str) -> Alert:
        """Return one with its evidence. Raises `AlertNotFound`."""
        return read(Alert, await self._transport.call("GET", f"/alerts/{segment(alert_id)}"))

    async def page(
        self,
        *,
        detector: str | None = None,
        typology: str | None = None,
        severity: Severity | None = None,
        state: AlertState | None = None,
        entity: str | None = None,
        event: str | None = None,
        min_score: int | None = None,
        since: datetime | str | None = None,
        until: datetime | str | None = None,
        sort: Sort = "newest",
        cursor: str | None = None,
        limit: int = 50,
    ) -> Page[AlertHead]:
        """Return one page, the newest or those with the highest score first."""
        query: Query = {
            "detector": detector, "typology": typology, "severity": severity, "state": state,
            "entity": entity, "event": event, "min_score": min_score,
            "since": instant(since, "since"), "until": instant(until, "until"), "sort": sort,
            "cursor": cursor, "limit": limit,
        }  # fmt: skip
        return await self._page("/alerts", AlertHead, query)

    def all(
        self,
        *,
        detector: str | None = None,
        typology: str | None = None,
        severity: Severity | None = None,
        state: AlertState | None = None,
        entity: str | None = None,
        event: str | None = None,
        min_score: int | None = None,
        since: datetime | str | None = None,
        until: datetime | str | None = None,
        sort: Sort = "newest",
    ) -> AsyncIterator[AlertHead]:
        """Yield every one, the newest or those with the highest score first."""
        query: Query = {
            "detector": detector, "typology": typology, "severity": severity, "state": state,
            "entity": entity, "event": event, "min_score": min_score,
            "since": instant(since, "since"), "until": instant(until, "until"), "sort": sort,
        }  # fmt: skip
        return self._all("/alerts", AlertHead, query)

    async def summary(self) -> AlertCounts:
        """Return how many there are, by severity, state and typology."""
        return read(AlertCounts, await self._transport.call("GET", "/alerts/summary"))


class Detectors(Resource):
    """What looks for patterns in the payments."""

    async def all(self) -> list[DetectorHead]:
        """Return every one."""
        return read(DetectorList, await self._transport.call("GET", "/detectors")).root

    async def get(self, name: str) -> DetectorInfo:
        """Return one with its definition and parameters. Raises `NotFound`."""
        return read(DetectorInfo, await self._transport.call("GET", f"/detectors/{segment(name)}"))
