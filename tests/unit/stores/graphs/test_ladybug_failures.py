"""What becomes of a graph whose file is locked, damaged, read-only, or whose process dies."""

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from catalystindex.model.errors import GraphTooLarge, GraphUnavailable
from catalystindex.stores.graphs import ladybug_file
from catalystindex.stores.graphs.base import Bounds, Edge, EdgeLabel, Effect
from catalystindex.stores.graphs.ladybug import LadybugGraphs
from catalystindex.stores.graphs.ladybug_file import GraphFile
from support.graphs import SETTINGS, account, paid, says
from support.stores import ANA, BEA

WRITER = """
import sys
from pathlib import Path
from catalystindex.stores.graphs.ladybug import LadybugGraphs
from support.graphs import SETTINGS, paid
from catalystindex.security.tenants import make_tenant
ANA = make_tenant("acme", "aml", "ana")
graphs = LadybugGraphs(Path(sys.argv[1]), SETTINGS)
start = graphs.position(ANA, 0)
print("from", start, flush=True)
for at in range(start, start + 100_000, 50):
    batch = [paid(f"t{n}", f"a{n % 7}", f"b{n % 11}") for n in range(at, at + 50)]
    graphs.apply(ANA, batch, 0, at + 50)
    print(at + 50, flush=True)
"""
KILLS = 6


@pytest.mark.slow
def test_killed_in_the_middle_position_and_content_agree(tmp_path: Path) -> None:
    confirmed = 0
    for round_ in range(KILLS):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path)],
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        ) as writer:
            assert writer.stdout is not None
            assert int(writer.stdout.readline().split()[1]) >= confirmed
            for _ in range(3 + round_ % 5):
                confirmed = int(writer.stdout.readline())
            time.sleep(0.002 * (round_ % 7))
            writer.send_signal(signal.SIGKILL)
    graphs = LadybugGraphs(tmp_path, SETTINGS)
    position = graphs.position(ANA, 0)
    assert position >= confirmed > 0
    assert graphs.counts(ANA)["sent"] == position
    calm = LadybugGraphs(tmp_path / "calm", SETTINGS)
    calm.apply(ANA, [paid(f"t{n}", f"a{n % 7}", f"b{n % 11}") for n in range(position)], 0, 1)
    assert graphs.digest(ANA) == calm.digest(ANA)
    graphs.close()
    calm.close()


def test_a_graph_that_another_has_open_is_unavailable(tmp_path: Path) -> None:
    script = (
        "import sys, ladybug; d = ladybug.Database(sys.argv[1]); print('open', flush=True); input()"
    )
    home = tmp_path / ANA.organisation / ANA.workspace
    home.mkdir(parents=True)
    graphs = LadybugGraphs(tmp_path, SETTINGS)
    with subprocess.Popen(
        [sys.executable, "-c", script, str(home / "graph.lbug")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        with pytest.raises(GraphUnavailable, match="cannot be opened"):
            graphs.apply(ANA, [paid("t", "a", "b")], 0, 1)
        other.kill()
    assert graphs.apply(ANA, [paid("t", "a", "b")], 0, 1)
    graphs.close()


def test_a_damaged_graph_is_unavailable_until_forgotten(tmp_path: Path) -> None:
    graphs = LadybugGraphs(tmp_path, SETTINGS)
    graphs.apply(ANA, [paid("t", "a", "b")], 0, 1)
    digest = graphs.digest(ANA)
    graphs.close()
    (file,) = tmp_path.rglob("graph.lbug")
    file.write_bytes(b"no database" * 1_000)
    graphs = LadybugGraphs(tmp_path, SETTINGS)
    with pytest.raises(GraphUnavailable, match="cannot be opened"):
        graphs.position(ANA, 0)
    graphs.forget(ANA)
    graphs.apply(ANA, [paid("t", "a", "b")], 0, 1)
    assert graphs.digest(ANA) == digest
    graphs.close()


def test_a_place_that_cannot_be_written_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "acme").write_text("no folder")
    graphs = LadybugGraphs(tmp_path, SETTINGS)
    with pytest.raises(GraphUnavailable):
        graphs.apply(ANA, [], 0, 1)
    graphs.close()


def test_closed_graphs_are_unavailable(tmp_path: Path) -> None:
    graphs = LadybugGraphs(tmp_path, SETTINGS)
    graphs.apply(ANA, [], 0, 1)
    graphs.close()
    with pytest.raises(GraphUnavailable, match="closed"):
        graphs.position(ANA, 0)


def test_a_batch_that_fails_half_way_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    graphs = LadybugGraphs(tmp_path, SETTINGS)
    graphs.apply(ANA, [paid("t", "a", "b")], 0, 1)
    digest = graphs.digest(ANA)
    broken = "LOAD FROM $rows MATCH (a:Nothing {key: source}) CREATE (a)"
    with monkeypatch.context() as patch:
        patch.setattr("catalystindex.stores.graphs.ladybug_apply._CREATE_EDGES", broken)
        with pytest.raises(GraphUnavailable):
            graphs.apply(ANA, [paid("t", "a", "c", 2), paid("u", "a", "b")], 0, 2)
    assert (graphs.position(ANA, 0), graphs.digest(ANA)) == (1, digest)
    assert len(graphs.apply(ANA, [paid("t", "a", "c", 2)], 0, 2)) == 1
    graphs.close()


def test_a_batch_beyond_memory_is_refused_and_smaller_ones_go_on(tmp_path: Path) -> None:
    graphs = LadybugGraphs(tmp_path, SETTINGS)
    text = "x" * 20_000
    edge = Edge(EdgeLabel.SENT, account("a"), account("b"), {"note": text})
    huge = [says("transaction", f"t{n}", 1, [edge]) for n in range(6_000)]
    with pytest.raises(GraphTooLarge):
        graphs.apply(ANA, huge, 0, 1)
    assert graphs.position(ANA, 0) == 0
    assert len(graphs.apply(ANA, huge[:50], 0, 1)) == 50
    graphs.close()


def test_more_workspaces_than_may_be_open_take_turns(tmp_path: Path) -> None:
    graphs = LadybugGraphs(tmp_path, SETTINGS.model_copy(update={"open_graphs": 1}))
    for _ in range(2):
        for tenant in (ANA, BEA):
            graphs.apply(tenant, [paid("t", "a", "b")], 0, 1)
            assert graphs.neighbourhood(tenant, "a", Bounds(1, 9)).edges
    assert len(graphs._open) == 1
    graphs.close()


def test_what_was_written_survives_merging_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("catalystindex.stores.graphs.ladybug_file.WAL_SHARE", 1 << 20)
    graphs = LadybugGraphs(tmp_path, SETTINGS)
    for at in range(5):
        graphs.apply(ANA, [paid(f"t{at}", "a", f"b{at}")], 0, at)
    assert (
        not list(tmp_path.rglob("*.wal"))
        or sum(path.stat().st_size for path in tmp_path.rglob("*.wal")) < 10_000
    )
    assert graphs.counts(ANA)["sent"] == 5
    graphs.close()


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_disk_that_was_full_while_the_log_was_merged_costs_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    batches = [
        [paid(f"t{n}", f"a{n}", f"b{n % 7}") for n in range(start, start + 500)]
        for start in range(0, 4_000, 500)
    ]
    calm = LadybugGraphs(tmp_path / "calm", SETTINGS)
    for at, batch in enumerate(batches):
        calm.apply(ANA, batch, 0, at)
    digest = calm.digest(ANA)
    calm.close()
    [merged] = (tmp_path / "calm").rglob("graph.lbug")
    graphs = LadybugGraphs(tmp_path / "full", SETTINGS)
    for at, batch in enumerate(batches[:-1]):
        graphs.apply(ANA, batch, 0, at)
    merge = GraphFile.merge_wal

    def on_a_full_disk(file: GraphFile, *, always: bool = False) -> None:
        del always
        with largest_file(merged.stat().st_size * 95 // 100):  # indexes are what is written last
            merge(file, always=True)

    with monkeypatch.context() as patch:
        patch.setattr(GraphFile, "_check_room", lambda _: None)  # it filled up after that
        patch.setattr(GraphFile, "merge_wal", on_a_full_disk)
        with pytest.raises(GraphUnavailable, match="log cannot be merged"):
            graphs.apply(ANA, batches[-1], 0, 8)
    monkeypatch.setattr(ladybug_file, "WAL_SHARE", 1 << 40)  # the next batch merges again
    graphs.apply(ANA, batches[-1], 0, 8)
    graphs.close()
    graphs = LadybugGraphs(tmp_path / "full", SETTINGS)
    for batch in batches:
        assert set(graphs.apply(ANA, batch, 0, 8)) == {Effect.STALE}
    assert graphs.digest(ANA) == digest
    graphs.close()
