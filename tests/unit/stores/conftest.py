"""Real SQLite files in a temporary folder; a clock that stands still at noon."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from catalystindex.model.knowledge_base import KnowledgeBase
from catalystindex.stores.records.engine import Records, open_sqlite
from support.stores import noon_clock, seed_knowledge_base


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    opened = open_sqlite(tmp_path / "records", noon_clock(), busy_timeout=10)
    yield opened
    opened.close()


@pytest.fixture
def kb(records: Records) -> KnowledgeBase:
    """A knowledge base of ANA's workspace."""
    return seed_knowledge_base(records)
