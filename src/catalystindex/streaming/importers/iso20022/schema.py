"""Holding header, groups and records to a schema one at a time, so that a bad one stands alone."""

from pathlib import Path
from typing import Final

from lxml import etree

from catalystindex.model.event_errors import EventFileInvalid
from catalystindex.streaming.importers.iso20022.families import DOCUMENT, HEADER, Family
from catalystindex.streaming.importers.iso20022.notation import XSD, schema_source
from catalystindex.streaming.importers.iso20022.outline import outline_of

_X: Final = f"{{{XSD}}}"
_MAX_FAULT: Final = 400
_MAX_SCHEMA_BYTES: Final = 16 << 20


class BlockSchema:
    """Checks the parts of one version of a message by themselves."""

    def __init__(self, source: etree._Element, namespace: str, *, official: bool) -> None:
        """Compile a schema whose global elements are the parts. Raises `EventFileInvalid`."""
        self.official = official
        try:
            self._schema = etree.XMLSchema(source)
        except etree.XMLSchemaParseError as error:
            raise EventFileInvalid(f"the schema of {namespace} is not valid: {error}") from None
        self._qualifier = f"{{{namespace}}}"

    def fault(self, part: etree._Element) -> str | None:
        """Return the first thing that is wrong with a header, group or record, None if nothing."""
        if self._schema.validate(part):
            return None
        first = self._schema.error_log[0]
        return first.message.replace(self._qualifier, "")[:_MAX_FAULT]


def outline_schema(family: Family, version: int, namespace: str) -> BlockSchema:
    """Return the schema that our own outline makes."""
    elements = {HEADER: "Header", family.record: "Record"}
    if family.container:
        elements[family.container] = "Container"
    source = schema_source(outline_of(family.name, version), elements, namespace)
    return BlockSchema(source, namespace, official=False)


def official_schema(family: Family, namespace: str, path: Path) -> BlockSchema:
    """Return the schema of a file as ISO 20022 publishes it, opened at the parts of the message.

    Raises `EventFileInvalid` where it cannot be read or is not of this namespace and form.
    """
    root = _parsed(path)
    if root.get("targetNamespace") != namespace:
        raise EventFileInvalid(f"the schema {path.name} is not one of {namespace}")
    opened = _Opened(root, path.name)
    message = opened.child(opened.document(), family.root)
    parts = [opened.child(message, HEADER)]
    if family.container:
        message = opened.child(message, family.container)
        parts.append(message)
    record = opened.child(message, family.record)
    record.set("minOccurs", "0")
    for part in (*parts, record):
        copy = etree.SubElement(root, f"{_X}element")
        copy.set("name", str(part.get("name")))
        copy.set("type", str(part.get("type")))
    return BlockSchema(root, namespace, official=True)


class _Opened:
    """A schema file, to go down in from element to element."""

    def __init__(self, root: etree._Element, name: str) -> None:
        self._name = name
        self._elements = {e.get("name"): e for e in root.findall(f"{_X}element")}
        self._types = {e.get("name"): e for e in root.findall(f"{_X}complexType")}

    def document(self) -> etree._Element:
        return self._found(self._elements.get(DOCUMENT), DOCUMENT)

    def child(self, element: etree._Element, name: str) -> etree._Element:
        """Return the declaration of a child, which has a type with a name of its own."""
        kind = self._found(self._types.get(element.get("type")), name)
        declared = (e for e in kind.iter(f"{_X}element") if e.get("name") == name)
        return self._found(next(declared, None), name)

    def _found(self, element: etree._Element | None, name: str) -> etree._Element:
        if element is None:
            raise EventFileInvalid(f"the schema {self._name} does not say what {name} is")
        return element


def _parsed(path: Path) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        if path.stat().st_size > _MAX_SCHEMA_BYTES:
            raise EventFileInvalid(f"the schema {path.name} has over {_MAX_SCHEMA_BYTES} bytes")
        return etree.fromstring(path.read_bytes(), parser)
    except (OSError, etree.XMLSyntaxError) as error:
        raise EventFileInvalid(f"the schema {path.name} cannot be read: {error}") from None
