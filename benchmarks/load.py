"""Search and ingest under load, calibrated by the in-process floor measured in the same run.

Prints the load report (Markdown). Exit code 0: every bar holds; 1: one does not; 2: no data.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

from benchmarks.data import VARIABLE, find_data
from benchmarks.load_corpus import COLLECTIONS, documents, questions
from benchmarks.load_floor import floor_process
from benchmarks.load_folder import BYSTANDER, WORKSPACES, Plan, prepared
from benchmarks.load_measures import (
    answers_of,
    concurrent,
    ingesting,
    isolated,
    paired,
    rebuilding,
    unequal,
)
from benchmarks.load_report import Measured, Scale, render
from benchmarks.load_server import copied, serving

REPORT = Path(__file__).parent.parent / "docs" / "validation" / "load.md"
REBUILD_CLIENTS = (1, 4)
INGEST_SHARE = 3
"""Ingest is measured so many times as long as the rest: documents take longer than answers."""
ISOLATION_DOCUMENTS = 20
REBUILD_AFTER = "CATALYST_VECTORS__REBUILD_AFTER"
NEVER = "1000000000"
FRESH_PASS = 12
"""Documents cut so much later are in no prepared folder of less than half a million chunks."""


def main() -> int:
    """Measure and print; return the exit code."""
    options = _options()
    data = find_data()
    corpus = data / "retrieval" if data is not None else None
    if corpus is None or not all((corpus / name).is_dir() for name in COLLECTIONS):
        print(f"No real data: set {VARIABLE} to a folder that holds retrieval/scifact, cranfield.")
        return 2
    folder = prepared(options.cache, corpus, Plan(options.chunks, options.bystander_chunks))
    with tempfile.TemporaryDirectory(prefix="load-", dir=options.cache) as scratch:
        measured = _measure(options, corpus, folder, Path(scratch))
    report = render(measured)
    print(report, end="")
    if options.write:
        REPORT.parent.mkdir(parents=True, exist_ok=True)
        REPORT.write_text(report, "utf-8")
    return 0 if measured.passed() else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    default_cache = (
        Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "catalyst-bench"
    )
    number = parser.add_argument
    number("--chunks", type=int, default=50_000, help="chunks of both workspaces (50,000)")
    number("--bystander-chunks", type=int, default=0, help="chunks of a third workspace (0)")
    number("--questions", type=int, default=200, help="different questions (200)")
    number("--rounds", type=int, default=3, help="rounds over them at one client (3)")
    number("--seconds", type=float, default=10.0, help="seconds of every other measure (10)")
    parser.add_argument(
        "--rebuild-clients",
        type=int,
        nargs="+",
        default=list(REBUILD_CLIENTS),
        help="one rebuild for each number of clients (1 4)",
    )
    parser.add_argument("--cache", type=Path, default=default_cache, help="prepared folders")
    parser.add_argument("--write", action="store_true", help=f"write {REPORT.name} into the docs")
    return parser.parse_args()


def _measure(options: argparse.Namespace, corpus: Path, folder: Path, scratch: Path) -> Measured:
    queries = questions(corpus)[: options.questions]
    own, other = WORKSPACES
    data = copied(folder, scratch / "server")
    beside = copied(folder, scratch / "floor")
    fresh = documents(corpus, FRESH_PASS)
    with serving(data, **{REBUILD_AFTER: NEVER}) as server:
        with floor_process(beside, own, queries) as floor:
            inside, outside = floor.answers(), answers_of(server, own, queries)
            turns = paired(server, floor, own, queries, options.rounds)
            steps = concurrent(server, floor, own, queries, options.seconds)
        ingest_seconds = INGEST_SHARE * options.seconds
        ingested = ingesting(server, own, BYSTANDER, queries, fresh, ingest_seconds)
        apart = isolated(server, own, other, queries, fresh, ISOLATION_DOCUMENTS)
    rebuilt = []
    for clients in options.rebuild_clients:
        data = copied(folder, scratch / f"rebuild-{clients}")
        with serving(data, **{REBUILD_AFTER: NEVER}) as server:
            rebuilt.append(rebuilding(server, own, BYSTANDER, queries, clients, options.seconds))
    scale = Scale(
        options.chunks,
        options.chunks // len(WORKSPACES),
        len(queries),
        options.rounds,
        options.seconds,
    )
    different = unequal(outside, inside)
    return Measured(scale, len(queries), different, turns, steps, ingested, rebuilt, apart)


if __name__ == "__main__":
    sys.exit(main())
