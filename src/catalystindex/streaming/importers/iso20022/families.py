"""The three message types that are read, and where in them the records are."""

import re
from dataclasses import dataclass
from typing import Final

NAMESPACE: Final = "urn:iso:std:iso:20022:tech:xsd:"
_NAMESPACE: Final = re.compile(
    re.escape(NAMESPACE) + r"(?P<family>[a-z]{4}\.\d{3})\.\d{3}\.(?P<version>\d{2})"
)

HEADER: Final = "GrpHdr"
DOCUMENT: Final = "Document"


@dataclass(frozen=True, slots=True)
class Family:
    """All versions of one message type."""

    name: str
    title: str
    root: str
    """The one child of ``Document``."""
    container: str | None
    """What groups records below the root; None where they stand below it themselves."""
    record: str
    """What is one payment, or one entry of a statement."""
    first: int
    """Lowest version whose form our own outline knows."""
    last: int
    rank: int
    """How much it knows of a payment, see `events.version_of`."""
    header_required: bool = True
    """Whether records can be read without a header: a statement stands for itself."""

    @property
    def path(self) -> tuple[str, ...]:
        """Names from ``Document`` down to a record."""
        groups = (self.container,) if self.container else ()
        return (DOCUMENT, self.root, *groups, self.record)


PACS_008: Final = Family(
    name="pacs.008",
    title="customer credit transfers between banks",
    root="FIToFICstmrCdtTrf",
    container=None,
    record="CdtTrfTxInf",
    first=2,
    last=13,
    rank=3,
)
PAIN_001: Final = Family(
    name="pain.001",
    title="credit transfers that a customer asks for",
    root="CstmrCdtTrfInitn",
    container="PmtInf",
    record="CdtTrfTxInf",
    first=3,
    last=13,
    rank=2,
)
CAMT_053: Final = Family(
    name="camt.053",
    title="statements of account",
    root="BkToCstmrStmt",
    container="Stmt",
    record="Ntry",
    first=2,
    last=14,
    rank=1,
    header_required=False,
)

FAMILIES: Final = {family.name: family for family in (PACS_008, PAIN_001, CAMT_053)}


def split_namespace(namespace: str) -> tuple[str, int] | None:
    """Return message type (``pacs.008``) and version of a namespace, None if it is not ISO's."""
    found = _NAMESPACE.fullmatch(namespace)
    return (found["family"], int(found["version"])) if found else None
