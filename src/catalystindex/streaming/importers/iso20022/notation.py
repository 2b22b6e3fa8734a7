"""From our outline of a message to an XML schema that checks it.

A type is a line of children in their order, or a choice of one where it begins with ``|``. A child
is its name, how often it may come (once; ``?`` at most once; ``*`` any number; ``{7}`` at most 7
times) and, after a colon, its type: one of the outline, or one of `SIMPLE`. Without a type it may
hold anything.
"""

import re
from collections.abc import Mapping
from typing import Final

from lxml import etree

XSD: Final = "http://www.w3.org/2001/XMLSchema"
_CHILD: Final = re.compile(r"(?P<name>\w+)(?P<often>[?*]|\{\d+\})?(?::(?P<type>\w+))?")
_TEXT: Final = re.compile(r"Text(?P<most>\d+)")

SIMPLE: Final = {
    "Bic": '<xs:pattern value="[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?"/>',
    "Ccy": '<xs:pattern value="[A-Z]{3}"/>',
    "Count": '<xs:pattern value="[0-9]{1,15}"/>',
    "Country": '<xs:pattern value="[A-Z]{2}"/>',
    "Direction": '<xs:enumeration value="CRDT"/><xs:enumeration value="DBIT"/>',
    "Iban": '<xs:pattern value="[A-Z]{2}[0-9]{2}[a-zA-Z0-9]{1,30}"/>',
    "Lei": '<xs:pattern value="[A-Z0-9]{18}[0-9]{2}"/>',
    "Method": '<xs:enumeration value="CHK"/><xs:enumeration value="TRF"/>'
    '<xs:enumeration value="TRA"/>',
    "Uetr": '<xs:pattern value="[a-f0-9]{8}-[a-f0-9]{4}-4[a-f0-9]{3}-[89ab][a-f0-9]{3}'
    '-[a-f0-9]{12}"/>',
}
"""Restrictions of ``xs:string``, by type."""

_FIXED: Final = f"""
<xs:complexType name="any" mixed="true"><xs:sequence>
<xs:any minOccurs="0" maxOccurs="unbounded" processContents="skip"/></xs:sequence>
<xs:anyAttribute processContents="skip"/></xs:complexType>
<xs:simpleType name="Bool"><xs:restriction base="xs:boolean"/></xs:simpleType>
<xs:simpleType name="Date"><xs:restriction base="xs:date"/></xs:simpleType>
<xs:simpleType name="DateTime"><xs:restriction base="xs:dateTime"/></xs:simpleType>
<xs:simpleType name="Sum"><xs:restriction base="xs:decimal">
<xs:fractionDigits value="17"/><xs:totalDigits value="18"/></xs:restriction></xs:simpleType>
<xs:simpleType name="Money"><xs:restriction base="xs:decimal"><xs:minInclusive value="0"/>
<xs:fractionDigits value="5"/><xs:totalDigits value="18"/></xs:restriction></xs:simpleType>
<xs:complexType name="Amount"><xs:simpleContent><xs:extension base="Money">
<xs:attribute name="Ccy" type="Ccy" use="required"/></xs:extension></xs:simpleContent>
</xs:complexType>
{
    "".join(
        f'<xs:simpleType name="{name}"><xs:restriction base="xs:string">{facets}'
        "</xs:restriction></xs:simpleType>"
        for name, facets in SIMPLE.items()
    )
}"""


def schema_source(
    types: Mapping[str, str], elements: Mapping[str, str], namespace: str
) -> etree._Element:
    """Return the XML schema of ``types`` whose global ``elements`` are given by name and type."""
    texts = {found[0]: int(found["most"]) for line in types.values() for found in _texts(line)}
    parts = [
        *(f'<xs:element name="{name}" type="{kind}"/>' for name, kind in elements.items()),
        _FIXED,
        *(_text(name, most) for name, most in sorted(texts.items())),
        *(_complex(name, line) for name, line in types.items()),
    ]
    return etree.fromstring(
        f'<xs:schema xmlns:xs="{XSD}" xmlns="{namespace}" targetNamespace="{namespace}" '
        f'elementFormDefault="qualified">{"".join(parts)}</xs:schema>'
    )


def _texts(line: str) -> list[re.Match[str]]:
    return list(_TEXT.finditer(line))


def _text(name: str, most: int) -> str:
    return (
        f'<xs:simpleType name="{name}"><xs:restriction base="xs:string"><xs:minLength value="1"/>'
        f'<xs:maxLength value="{most}"/></xs:restriction></xs:simpleType>'
    )


def _complex(name: str, line: str) -> str:
    group = "choice" if line.startswith("|") else "sequence"
    children = "".join(_child(text) for text in line.removeprefix("|").split())
    return f'<xs:complexType name="{name}"><xs:{group}>{children}</xs:{group}></xs:complexType>'


def _child(text: str) -> str:
    found = _CHILD.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no child of an outline")
    often = found["often"] or ""
    least = 0 if often else 1
    most = {"": "1", "?": "1", "*": "unbounded"}.get(often) or often.strip("{}")
    return (
        f'<xs:element name="{found["name"]}" type="{found["type"] or "any"}" '
        f'minOccurs="{least}" maxOccurs="{most}"/>'
    )
