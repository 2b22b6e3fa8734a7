"""Which formats there are."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from catalystindex.synthetic.export.base import KindFile
from catalystindex.synthetic.export.columnar import ArrowFile, Parquet
from catalystindex.synthetic.export.csv_table import Csv
from catalystindex.synthetic.export.text import JsonArray, JsonLines

FILE_TYPES: Final[Mapping[str, type[KindFile]]] = MappingProxyType(
    {file_type.suffix: file_type for file_type in (JsonArray, JsonLines, Csv, Parquet, ArrowFile)}
)
"""Formats of files, by name, which is also their suffix."""
