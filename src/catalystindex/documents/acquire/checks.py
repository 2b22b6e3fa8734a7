"""Examination of the sources that the settings name: is each there, and does it let us in."""

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

from catalystindex.config.acquisition import AcquisitionSettings
from catalystindex.documents.acquire.crawl import Unhindered
from catalystindex.documents.acquire.firecrawl_api import FirecrawlApi
from catalystindex.documents.acquire.firecrawl_shapes import Credits
from catalystindex.documents.acquire.s3 import Buckets
from catalystindex.model.clock import Clock, SystemClock
from catalystindex.model.errors import (
    SourceForbidden,
    SourceNotConfigured,
    SourceNotFound,
)

Finding = Callable[[], str]
"""What was found, in a few words. Raises the `AcquisitionError` that says what is wrong."""

PROBE_SECONDS = 15.0
"""An examination does not wait as long as a document may take."""


def check_sources(
    settings: AcquisitionSettings, clock: Clock | None = None
) -> list[tuple[str, Finding]]:
    """Return a check for each source that is configured, by name; none is run yet.

    A place that cannot be reached raises `SourceUnavailable`, credentials that it refuses
    `SourceForbidden`.
    """
    quick = settings.model_copy(
        update={
            name: min(getattr(settings, name), PROBE_SECONDS)
            for name in ("connect_timeout", "read_timeout", "total_timeout")
        }
    )
    checks: list[tuple[str, Finding]] = [
        (f"folder {root}", partial(_folder, root)) for root in settings.folder_roots
    ]
    buckets = Buckets(quick)
    checks += [(f"bucket {name}", partial(_bucket, buckets, name)) for name in settings.s3_buckets]
    api = FirecrawlApi(quick, clock or SystemClock())
    if settings.firecrawl_api_key is not None or not api.is_cloud:
        checks.append(("firecrawl", partial(_firecrawl, api)))
    return checks


def _folder(root: Path) -> str:
    if not root.is_dir():
        raise SourceNotFound(f"{root} is not a folder: make it, or take it out of the settings.")
    if not os.access(root, os.R_OK | os.X_OK):
        raise SourceForbidden(f"The server may not read {root}: give its user the right to.")
    return f"{root}, readable"


def _bucket(buckets: Buckets, name: str) -> str:
    buckets.probe(name)
    return "its keys can be listed"


def _firecrawl(api: FirecrawlApi) -> str:
    """Ask for the credits that are left; a server of one's own may keep no account of them."""
    try:
        left = api.call("GET", "team/credit-usage", Credits, Unhindered()).data.remaining
    except SourceNotConfigured:
        if api.is_cloud:
            raise
        return f"{api.place} answers"
    return f"{api.place} accepts us" + ("" if left is None else f"; {left:g} credits are left")
