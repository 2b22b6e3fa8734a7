"""One message: its header decides about the file, a record only about itself."""

from lxml import etree

from catalystindex.model.event_errors import EventFileInvalid, EventInvalid
from catalystindex.streaming.importers.iso20022.batch import Batch
from catalystindex.streaming.importers.iso20022.context import from_header
from catalystindex.streaming.importers.iso20022.families import HEADER, Family
from catalystindex.streaming.importers.iso20022.kinds import KINDS, Kind
from catalystindex.streaming.importers.iso20022.schema import BlockSchema
from catalystindex.streaming.importers.iso20022.tags import Tags, local
from catalystindex.streaming.importers.iso20022.totals import Totals
from catalystindex.streaming.importers.iso20022.walk import Block, Part


class MessageReader:
    """Takes the blocks of one message in their order, and adds what they give to a batch."""

    def __init__(
        self, family: Family, schema: BlockSchema, namespace: str, source: str, batch: Batch
    ) -> None:
        """Read a message of ``family`` that is held to ``schema``."""
        self._family = family
        self._schema = schema
        self._tags = Tags(namespace)
        self._source = source
        self._batch = batch
        self._kind: Kind | None = None
        self._header: Block | None = None
        self._group: Block | None = None
        self._group_fault: EventInvalid | None = None
        self._all = Totals(self._tags, None, "", ())
        self._part = self._all

    def take(self, block: Block) -> None:
        """Read a block. Raises `EventFileInvalid` where the header is not valid."""
        if block.part is Part.HEADER:
            self._begin(block)
        elif block.part is Part.CONTAINER:
            self._open(block)
        elif block.part is Part.RECORD:
            self._record(block)
        elif block.part is Part.CONTAINER_END:
            self._close(self._group or block, self._part)
        elif block.part is Part.STRAY:
            self._reject(block, EventInvalid(f"{local(block.element)[:100]} is not expected here"))
        elif block.part is Part.END:
            self._close(self._header or block, self._all)

    def _begin(self, block: Block) -> None:
        if fault := self._schema.fault(block.element):
            raise EventFileInvalid(
                f"line {block.line}: the header is not valid: {fault}", line=block.line
            )
        self._header = block
        self._kind = self._opened(block.element)

    def _opened(self, header: etree._Element | None) -> Kind:
        try:
            context = from_header(self._tags, self._family, self._source, header)
        except EventInvalid as error:
            raise EventFileInvalid(f"the header is not valid: {error.detail}") from None
        kind = KINDS[self._family.name](context)
        self._all = kind.header_totals(self._tags, header)
        self._part = kind.group_totals(None)
        return kind

    def _known(self, block: Block) -> Kind:
        """Return how to read the message; without a header some can be read, and it is reported."""
        if self._kind is None:
            lacking = f"the message has no {HEADER}, which ISO 20022 demands"
            if self._family.header_required or self._schema.official:
                raise EventFileInvalid(f"line {block.line}: {lacking}", line=block.line)
            self._kind = self._opened(None)
            self._reject(block, EventInvalid(lacking))
        return self._kind

    def _open(self, block: Block) -> None:
        kind = self._known(block)
        self._group, self._group_fault = block, None
        self._part = kind.group_totals(block.element)
        try:
            self._check(block)
            kind.open_group(block.element)
        except EventInvalid as error:
            name = local(block.element)
            self._group_fault = EventInvalid(
                f"its {name} in line {block.line} was set aside: {error.detail}"
            )
            self._reject(block, error)

    def _record(self, block: Block) -> None:
        kind = self._known(block)
        self._batch.count()
        amount = kind.amount(block.element)
        self._all.add(amount)
        self._part.add(amount)
        try:
            if self._group_fault:
                raise self._group_fault
            self._check(block)
            mapped = kind.read(block.element, self._all.records)
            self._batch.add(mapped.events)
        except EventInvalid as error:
            self._reject(block, error)
            return
        for note in mapped.notes:
            self._reject(block, EventInvalid(note))

    def _close(self, block: Block, totals: Totals) -> None:
        """Compare what a header or group claims with what was there."""
        if block.part is not Part.END or self._kind is not None:
            for fault in totals.faults():
                self._reject(block, EventInvalid(fault))
        if not totals.records and self._family.header_required:
            self._reject(block, EventInvalid(f"there is no {self._family.record}"))

    def _check(self, block: Block) -> None:
        if fault := self._schema.fault(block.element):
            raise EventInvalid(fault)

    def _reject(self, block: Block, error: EventInvalid) -> None:
        self._batch.reject(block.element, block.line, error)
