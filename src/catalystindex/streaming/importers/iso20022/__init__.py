"""Importers of ISO 20022 messages in XML: ``ISO_IMPORTERS`` has them by name."""

from catalystindex.streaming.importers.iso20022.importer import ISO_IMPORTERS

__all__ = ["ISO_IMPORTERS"]
