"""The load report: what was measured, as ratios within the run, and a verdict for each bar."""

import os
import platform
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks.load_clients import P50, P95, Load
from benchmarks.load_measures import Ingested, Isolated, Paired, Rebuilt, Step

MOST_LATENCY = 3.0
LEAST_THROUGHPUT = 0.5
MOST_DURING_REBUILD = 3.0
GIBIBYTE = 1024**3
ENGINES = ("qdrant-edge-py", "openvino", "fastapi", "uvicorn", "sqlalchemy", "pydantic")


@dataclass(frozen=True)
class Scale:
    """How large this run was."""

    chunks: int
    workspace_chunks: int
    questions: int
    rounds: int
    seconds: float


@dataclass(frozen=True)
class Measured:
    """Everything a run measured."""

    scale: Scale
    compared: int
    unequal: int
    paired: Paired
    steps: Sequence[Step]
    ingested: Ingested
    rebuilt: Sequence[Rebuilt]
    isolated: Isolated

    @property
    def throughput_share(self) -> float:
        """Most answers a second over HTTP, of the most that the floor gave at any step."""
        best = max(step.http.per_second for step in self.steps)
        return best / max(step.floor_per_second for step in self.steps)

    def bars(self) -> list[tuple[str, str, bool]]:
        """Return what was asked, what was measured, and whether that passes."""
        latency, share = self.paired.ratio(P95), self.throughput_share
        rebuild = max(one.during.p95 / one.idle.p95 for one in self.rebuilt)
        wrong = sum(one.during.errors + one.during.different for one in self.rebuilt)
        answers = sum(len(one.during.latencies) for one in self.rebuilt)
        faults = self.paired.errors + sum(step.http.errors for step in self.steps)
        apart = self.isolated
        return [
            (
                f"p95 at one client at most {MOST_LATENCY:g} times the floor's",
                f"{latency:.2f} times",
                latency <= MOST_LATENCY,
            ),
            (
                f"throughput at least {LEAST_THROUGHPUT:.0%} of the floor's",
                f"{share:.0%}",
                share >= LEAST_THROUGHPUT,
            ),
            (
                "answers over HTTP equal those in process, order included",
                f"{self.unequal} of {self.compared} differ",
                not self.unequal,
            ),
            ("no error under load", f"{faults} errors", not faults),
            (
                f"p95 during a rebuild at most {MOST_DURING_REBUILD:g} times the idle one",
                f"{rebuild:.2f} times",
                rebuild <= MOST_DURING_REBUILD,
            ),
            (
                "no error and no missing document during a rebuild",
                f"{wrong} of {answers} answers wrong or lost",
                not wrong,
            ),
            (
                "one workspace's answers, scores included, do not change with another's documents",
                f"{apart.different} of {apart.answers} changed",
                not apart.different and apart.changed_there > 0,
            ),
        ]

    def passed(self) -> bool:
        """Tell whether every bar holds."""
        return all(holds for _, _, holds in self.bars())


def render(measured: Measured) -> str:
    """Return the report as Markdown."""
    parts = (_head, _bars, _latency, _throughput, _ingest, _rebuild, _isolation, _limits)
    return "\n".join(line for part in parts for line in [*part(measured), ""]).rstrip() + "\n"


def _head(measured: Measured) -> Iterator[str]:
    scale = measured.scale
    yield "# Search and ingest under load"
    yield ""
    yield "Answers: how fast is a served search beside the bare engine, and what disturbs it?"
    yield "Printed by `make bench`. Figures are of one run; ratios are between parts of that run."
    yield ""
    yield (
        f"{scale.chunks:,} chunks of SciFact and Cranfield in two workspaces, of which one with "
        f"{scale.workspace_chunks:,} is searched; {scale.questions} questions about them; "
        "ten hits an answer; server, floor and load generator are three processes on one machine. "
        "The floor is query embedding and engine call alone, in process, on a copy of the same "
        "data; HTTP and floor take turns."
    )
    yield ""
    yield (
        f"Machine: {_processor()}, {os.cpu_count()} processors, {_memory():.0f} GiB; "
        f"{platform.system()} {platform.release().split('-')[0]}, "
        f"Python {platform.python_version()}; "
        + ", ".join(f"{name} {version(name)}" for name in ENGINES)
        + f". Measured on {datetime.now(UTC):%Y-%m-%d}; load average "
        f"of the last 15 minutes {os.getloadavg()[2]:.1f}, this run included."
    )


def _bars(measured: Measured) -> Iterator[str]:
    yield "| bar | measured | |"
    yield "|---|---|---|"
    for wanted, found, holds in measured.bars():
        yield f"| {wanted} | {found} | {'passed' if holds else '**NOT passed**'} |"


def _latency(measured: Measured) -> Iterator[str]:
    paired = measured.paired
    yield "## One client"
    yield ""
    yield "| | p50 ms | p95 ms | questions |"
    yield "|---|--:|--:|--:|"
    for name, values in (("floor", paired.floor), ("HTTP", paired.http)):
        load = Load(1, 0.0, values, 0)
        yield f"| {name} | {load.p50:.1f} | {load.p95:.1f} | {len(values)} |"
    yield f"| ratio | {paired.ratio(P50):.2f} | {paired.ratio(P95):.2f} | |"


def _throughput(measured: Measured) -> Iterator[str]:
    yield f"## Many clients, closed loop, {measured.scale.seconds:g} s each"
    yield ""
    yield "| clients | HTTP a second | p50 ms | p95 ms | errors | floor a second | share |"
    yield "|--:|--:|--:|--:|--:|--:|--:|"
    for step in measured.steps:
        http, floor = step.http, step.floor_per_second
        yield (
            f"| {http.clients} | {http.per_second:.0f} | {http.p50:.1f} | {http.p95:.1f} "
            f"| {http.errors} | {floor:.0f} | {http.per_second / floor:.0%} |"
        )
    yield ""
    yield (
        "The floor runs as many threads as there are clients, without a load generator beside "
        "it. The bar compares the best step of each side."
    )


def _ingest(measured: Measured) -> Iterator[str]:
    ingested, searches = measured.ingested, measured.ingested.searches
    idle = measured.steps[0].http.p95
    yield "## Ingest while searching"
    yield ""
    yield (
        f"One client ingested {ingested.documents} documents ({ingested.chunks} chunks, "
        f"{ingested.failed} failed) in {ingested.seconds:.0f} s, one after the other: "
        f"{ingested.documents / ingested.seconds:.1f} documents a second, each one on disk and "
        f"searchable before the next. One client searched meanwhile: p95 {searches.p95:.1f} ms "
        f"({searches.p95 / idle:.2f} times idle), {searches.errors} errors."
    )


def _rebuild(measured: Measured) -> Iterator[str]:
    yield "## Search during a complete rebuild"
    yield ""
    yield "| clients | idle p95 ms | during p95 ms | ratio | answers | wrong | errors | rebuild s |"
    yield "|--:|--:|--:|--:|--:|--:|--:|--:|"
    for one in measured.rebuilt:
        idle, during = one.idle, one.during
        yield (
            f"| {during.clients} | {idle.p95:.1f} | {during.p95:.1f} "
            f"| {during.p95 / idle.p95:.2f} | {len(during.latencies)} | {during.different} "
            f"| {during.errors} | {one.seconds:.0f} |"
        )
    yield ""
    yield (
        "Every answer was compared with that of the idle server: passages, places, order, "
        "and scores up to one part in 100,000 (a rebuilt segment adds float32 products in another "
        "order)."
    )


def _isolation(measured: Measured) -> Iterator[str]:
    apart = measured.isolated
    yield "## Two workspaces"
    yield ""
    yield (
        f"{apart.deleted} documents of the other workspace were deleted, {apart.added} ingested: "
        f"{apart.different} of {apart.answers} answers of this one changed in any byte (order and "
        f"IDF-weighted scores included), and {apart.changed_there} of {apart.answers} of the other."
    )


def _limits(measured: Measured) -> Iterator[str]:
    best = max(measured.steps, key=lambda step: step.http.per_second)
    yield "## Limits"
    yield ""
    yield (
        f"Throughput is highest at {best.http.clients} clients. The embedded engine holds Python's "
        "lock while it searches, so that more threads than processors only wait: beyond that, "
        "latency grows with the number of clients. More throughput than one process gives is what "
        "the cluster profile is for."
    )


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text("utf-8").splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _memory() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / GIBIBYTE
