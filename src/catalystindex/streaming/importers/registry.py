"""Which importer reads which format: what ``--format`` may say."""

from collections.abc import Callable
from typing import Final

import msgspec

from catalystindex.model.currency import EXPONENTS
from catalystindex.model.errors import InvalidRequest
from catalystindex.model.events.fields import Short
from catalystindex.streaming.importers.amlgentex import AmlgentexImporter
from catalystindex.streaming.importers.amlsim import AmlsimImporter
from catalystindex.streaming.importers.amlworld import AmlworldImporter
from catalystindex.streaming.importers.base import Importer, ImportOptions
from catalystindex.streaming.importers.events import EventsImporter
from catalystindex.streaming.importers.ftm import FtmImporter
from catalystindex.streaming.importers.iso20022 import ISO_IMPORTERS
from catalystindex.streaming.importers.mapped import CsvImporter, ParquetImporter
from catalystindex.streaming.importers.paysim import PaysimImporter

IMPORTERS: Final[dict[str, Callable[[ImportOptions], Importer]]] = {
    AmlgentexImporter.name: AmlgentexImporter,
    AmlsimImporter.name: AmlsimImporter,
    AmlworldImporter.name: AmlworldImporter,
    CsvImporter.name: CsvImporter,
    EventsImporter.name: EventsImporter,
    FtmImporter.name: FtmImporter,
    ParquetImporter.name: ParquetImporter,
    PaysimImporter.name: PaysimImporter,
    **ISO_IMPORTERS,
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
    check_options(options)
    return IMPORTERS[name](options)


def check_options(options: ImportOptions) -> None:
    """Raise `InvalidRequest` for what would make every event of a file invalid."""
    if options.currency not in EXPONENTS:
        raise InvalidRequest(f"{options.currency[:20]!r} is no ISO 4217 currency", field="currency")
    if options.start.tzinfo is None:
        raise InvalidRequest("the start of a simulation needs a time zone", field="start")
    try:
        msgspec.convert((options.source or "-").encode().decode(), Short)
    except (msgspec.ValidationError, UnicodeEncodeError) as error:
        raise InvalidRequest(f"this is no name of a source: {error}", field="source") from None
