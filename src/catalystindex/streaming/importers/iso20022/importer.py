"""The importers of ISO 20022 messages: one for each type, and one that looks at the namespace."""

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar, Final

from catalystindex.model.event_errors import EventFileInvalid
from catalystindex.streaming.importers.base import Chunk, ImportOptions
from catalystindex.streaming.importers.iso20022.batch import Batch
from catalystindex.streaming.importers.iso20022.families import (
    FAMILIES,
    Family,
    split_namespace,
)
from catalystindex.streaming.importers.iso20022.reader import MessageReader
from catalystindex.streaming.importers.iso20022.schema import (
    BlockSchema,
    official_schema,
    outline_schema,
)
from catalystindex.streaming.importers.iso20022.tags import namespace_of
from catalystindex.streaming.importers.iso20022.walk import Block, Part, blocks


class Iso20022:
    """Reads pacs.008, pain.001 and camt.053 in XML, alone or in an envelope with a header."""

    name: ClassVar[str] = "iso20022"
    summary: ClassVar[str] = "ISO 20022 pacs.008, pain.001 and camt.053 in XML, by namespace."
    families: ClassVar[tuple[str, ...]] = tuple(FAMILIES)
    """Message types that are taken."""

    def __init__(self, options: ImportOptions | None = None) -> None:
        """Take what the files do not say: the source, and official schemas by namespace."""
        self._options = options or ImportOptions()
        self._schemas: dict[str, BlockSchema] = {}

    def chunks(self, path: Path) -> Iterator[Chunk]:
        """Give out a file's events and bad records, in the order of the file.

        A file that breaks off gives what stands before the break, and then raises
        `EventFileInvalid`; so does one that cannot be read at all, before anything is given out.
        """
        batch = Batch(path.name)
        reader: MessageReader | None = None
        try:
            for block in blocks(path, self._family):
                if block.part is Part.DOCUMENT:
                    reader = self._reader(block, batch)
                elif reader is not None:
                    reader.take(block)
                if batch.full:
                    yield batch.flush()
        except EventFileInvalid as error:
            if batch.given:
                yield batch.flush()
                raise _after(error, batch.given) from None
            raise
        if not batch.empty:
            yield batch.flush()

    def _family(self, namespace: str) -> Family | None:
        """Return the type of message of a namespace, None if it is not ISO's. May refuse it."""
        split = split_namespace(namespace)
        if split is None:
            return None
        family, version = split
        if family not in self.families:
            wanted = ", ".join(self.families)
            raise EventFileInvalid(
                f"this is a {family} message; {self.name} reads {wanted}", message=family
            )
        known = FAMILIES[family]
        if namespace not in self._options.schemas and not known.first <= version <= known.last:
            raise EventFileInvalid(
                f"version {version:02} of {family} is not known ({known.first:02} to "
                f"{known.last:02} are): name its XML schema for {namespace} to have it read",
                message=family,
            )
        return known

    def _reader(self, block: Block, batch: Batch) -> MessageReader:
        namespace = namespace_of(block.element)
        split = split_namespace(namespace)
        if split is None:  # `blocks` gives no such document
            raise EventFileInvalid(f"{namespace} is no ISO 20022 message")
        family, version = FAMILIES[split[0]], split[1]
        schema = self._schemas.get(namespace)
        if schema is None:
            path = self._options.schemas.get(namespace)
            schema = (
                official_schema(family, namespace, path)
                if path
                else outline_schema(family, version, namespace)
            )
            self._schemas[namespace] = schema
        source = self._options.source or self.name
        return MessageReader(family, schema, namespace, source, batch)


class Pacs008(Iso20022):
    """Reads pacs.008 alone."""

    name = "pacs.008"
    summary = "ISO 20022 pacs.008 in XML: credit transfers from bank to bank."
    families = ("pacs.008",)


class Pain001(Iso20022):
    """Reads pain.001 alone."""

    name = "pain.001"
    summary = "ISO 20022 pain.001 in XML: credit transfers that a customer asks for."
    families = ("pain.001",)


class Camt053(Iso20022):
    """Reads camt.053 alone."""

    name = "camt.053"
    summary = "ISO 20022 camt.053 in XML: booked entries of an account's statement."
    families = ("camt.053",)


def _after(error: EventFileInvalid, given: int) -> EventFileInvalid:
    """Say that some of the file was read."""
    return EventFileInvalid(f"{error.detail}; {given} records before it were read", **error.context)


ISO_IMPORTERS: Final[dict[str, type[Iso20022]]] = {
    importer.name: importer for importer in (Iso20022, Pacs008, Pain001, Camt053)
}
"""By the name that ``--format`` has."""
