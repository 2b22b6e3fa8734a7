"""The extractors by name."""

from collections.abc import Sequence
from types import MappingProxyType

from catalystindex.documents.metadata.accounts import ACCOUNTS
from catalystindex.documents.metadata.base import Extractor
from catalystindex.documents.metadata.dates import DATES
from catalystindex.documents.metadata.dsm import DSM
from catalystindex.documents.metadata.emails import EMAILS
from catalystindex.documents.metadata.icd10 import ICD10
from catalystindex.documents.metadata.money import MONEY
from catalystindex.documents.metadata.organisations import ORGANISATIONS
from catalystindex.model.errors import InvalidRequest

EXTRACTORS = MappingProxyType(
    {
        extractor.name: extractor
        for extractor in (ACCOUNTS, DATES, DSM, EMAILS, ICD10, MONEY, ORGANISATIONS)
    }
)


def extractors_named(names: Sequence[str]) -> tuple[Extractor, ...]:
    """Return the extractors of these names, each once, in the order of names.

    Raises `InvalidRequest` for a name that is none.
    """
    for name in names:
        if name not in EXTRACTORS:
            known = ", ".join(sorted(EXTRACTORS))
            raise InvalidRequest(
                f"There is no metadata extractor {name!r}; there are: {known}.",
                field="extractors",
                extractor=name,
            )
    return tuple(EXTRACTORS[name] for name in sorted(set(names)))
