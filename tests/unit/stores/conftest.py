"""Real databases of both engines; a clock that stands still at noon.

A test that takes `records` runs on SQLite, in a file of its own, and on PostgreSQL, in a database
of its own: what it says holds for both.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from catalystindex.model.knowledge_base import KnowledgeBase
from catalystindex.stores.records.engine import Records
from support.records import ENGINES, Home, home_of
from support.stores import seed_knowledge_base


@pytest.fixture(params=ENGINES)
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Home]:
    """Where the records of this test are: they can be opened any number of times."""
    with home_of(request, tmp_path / "records") as found:
        yield found


@pytest.fixture
def records(home: Home) -> Iterator[Records]:
    opened = home.open()
    yield opened
    opened.close()


@pytest.fixture
def kb(records: Records) -> KnowledgeBase:
    """A knowledge base of ANA's workspace."""
    return seed_knowledge_base(records)
