"""Which importer reads which format: what ``--format`` may say."""

from collections.abc import Callable
from typing import Final

from catalystindex.model.errors import InvalidRequest
from catalystindex.streaming.importers.base import Importer, ImportOptions
from catalystindex.streaming.importers.events import EventsImporter

IMPORTERS: Final[dict[str, Callable[[ImportOptions], Importer]]] = {
    EventsImporter.name: EventsImporter,
}
"""How an importer is made, by name."""


def importer_names() -> list[str]:
    """Return the names of all formats, sorted."""
    return sorted(IMPORTERS)


def make_importer(name: str, options: ImportOptions) -> Importer:
    """Return the importer of a format.

    Raises `InvalidRequest` for a name that is none, and for options that the importer refuses.
    """
    if name not in IMPORTERS:
        known = ", ".join(importer_names())
        raise InvalidRequest(f"{name[:40]!r} is no format; there are {known}", field="format")
    return IMPORTERS[name](options)
