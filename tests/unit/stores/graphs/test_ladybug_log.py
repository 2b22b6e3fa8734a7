"""A graph whose log ends in half a transaction, is damaged, or met a full disk."""

import resource
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from catalystindex.model.errors import GraphUnavailable
from catalystindex.stores.graphs.ladybug import LadybugGraphs
from support.graphs import SETTINGS, paid
from support.stores import ANA

BATCHES = 4
SIZE = 20


def apply(graphs: LadybugGraphs, number: int) -> None:
    batch = [paid(f"t{number}-{one}", f"a{one}", "b") for one in range(SIZE)]
    graphs.apply(ANA, batch, 0, number)


def killed(folder: Path, to: Path) -> Path:
    """Copy a graph as a kill would leave it now; return its log."""
    shutil.copytree(folder, to)
    (log,) = to.rglob("graph.lbug.wal")
    return log


@pytest.fixture
def left(tmp_path: Path) -> tuple[Path, Path, list[int]]:
    """Return the folder of a graph that was killed, its log, and how long that was by commit."""
    graphs = LadybugGraphs(tmp_path / "graphs", SETTINGS)
    sizes = []
    for number in range(1, BATCHES + 1):
        apply(graphs, number)
        (log,) = tmp_path.rglob("graph.lbug.wal")
        sizes.append(log.stat().st_size)
    log = killed(tmp_path / "graphs", tmp_path / "left")
    graphs.close()
    return tmp_path / "left", log, sizes


@pytest.mark.parametrize("written", [1, 4_096, 9_000])
def test_half_a_transaction_at_the_end_is_cut_off(
    left: tuple[Path, Path, list[int]], written: int
) -> None:
    folder, log, sizes = left
    (noted,) = folder.rglob("graph.lbug.committed")
    noted.write_text(f"{sizes[-2]:020d}")  # the kill came before the last commit
    with log.open("r+b") as file:
        file.truncate(sizes[-2] + written)
    graphs = LadybugGraphs(folder, SETTINGS)
    assert graphs.position(ANA, 0) == BATCHES - 1
    apply(graphs, BATCHES)
    assert graphs.counts(ANA)["sent"] == BATCHES * SIZE
    graphs.close()
    graphs = LadybugGraphs(folder, SETTINGS)
    assert graphs.counts(ANA)["sent"] == BATCHES * SIZE
    graphs.close()
    assert not list(folder.rglob("*.whole"))


def test_commits_behind_damage_are_not_cut_off(left: tuple[Path, Path, list[int]]) -> None:
    folder, log, sizes = left
    data = log.read_bytes()
    damaged = bytearray(data)
    damaged[sizes[0] + 500] ^= 0xFF
    log.write_bytes(damaged)
    for _ in range(2):
        graphs = LadybugGraphs(folder, SETTINGS)
        with pytest.raises(GraphUnavailable, match="holds commits up to"):
            graphs.position(ANA, 0)
        graphs.close()
    assert log.read_bytes() == damaged
    log.write_bytes(data)  # brought back from a backup
    graphs = LadybugGraphs(folder, SETTINGS)
    assert graphs.position(ANA, 0) == BATCHES
    graphs.close()


@contextmanager
def no_file_above(size: int) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    told = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, told)


@pytest.mark.parametrize("room", [10, 5_000, 14_000])
def test_what_is_written_after_a_full_disk_is_there_after_a_kill(tmp_path: Path, room: int) -> None:
    graphs = LadybugGraphs(tmp_path / "graphs", SETTINGS)
    apply(graphs, 1)
    (log,) = tmp_path.rglob("graph.lbug.wal")
    with no_file_above(log.stat().st_size + room):
        for _ in range(2):
            with pytest.raises(GraphUnavailable):
                apply(graphs, 2)
    for number in (2, 3):
        apply(graphs, number)
    killed(tmp_path / "graphs", tmp_path / "left")
    graphs.close()
    graphs = LadybugGraphs(tmp_path / "left", SETTINGS)
    assert graphs.position(ANA, 0) == 3
    assert graphs.counts(ANA)["sent"] == 3 * SIZE
    graphs.close()
