"""A graph store of each engine, empty, with small settings."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from catalystindex.config.streams import GraphSettings
from catalystindex.stores.graphs.base import GraphStore
from catalystindex.stores.graphs.ladybug import LadybugGraphs
from support.graphs import SETTINGS

MakeGraphs = Callable[[Path, GraphSettings], GraphStore]

ENGINES: dict[str, MakeGraphs] = {"ladybug": LadybugGraphs}


@pytest.fixture(params=ENGINES)
def make_graphs(request: pytest.FixtureRequest) -> MakeGraphs:
    """Open graphs in a folder; what a test says with it holds for every engine."""
    return ENGINES[request.param]


@pytest.fixture
def graphs(make_graphs: MakeGraphs, tmp_path: Path) -> Iterator[GraphStore]:
    opened = make_graphs(tmp_path / "graphs", SETTINGS)
    yield opened
    opened.close()
