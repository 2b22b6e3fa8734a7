"""How fast the entity graph takes events, and whether that stays so: a curve over a million.

Payments over an account graph whose degrees follow a Pareto law, with one hub at either side of
``--hub`` of all payments. Measured is what a consumer does: decode, handle, apply, in batches of
its default size; making the events is not. Then questions about the hub and others are timed.
"""

import argparse
import random
import resource
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from catalystindex.config.streams import ConsumersSettings, GraphSettings
from catalystindex.model.events.envelope import TransactionEvent
from catalystindex.model.events.money import Transaction
from catalystindex.model.tenant import Tenant
from catalystindex.security.tenants import make_tenant
from catalystindex.stores.eventlog.base import Record
from catalystindex.stores.graphs.base import Bounds
from catalystindex.stores.graphs.ladybug import LadybugGraphs
from catalystindex.streaming.codec import decode, seal
from catalystindex.streaming.graph.sink import GraphSink
from catalystindex.streaming.sink import Batch, Delivery

BATCH = ConsumersSettings().graph_batch
STRETCH = 100_000
SHAPE = 1.16
"""Pareto's 80/20."""


def payments(count: int, accounts: int, hub: float) -> Iterator[bytes]:
    """Yield payments as the log has them."""
    rng = random.Random(1)  # noqa: S311 - a seed makes runs alike

    def account() -> str:
        if rng.random() < hub / 2:
            return "A0"
        return f"A{1 + int(accounts * (1 - rng.paretovariate(SHAPE) ** -1)) % accounts}"

    start = 1_700_000_000_000_000
    for number in range(count):
        debtor, creditor = account(), account()
        while creditor == debtor:
            creditor = account()
        payload = Transaction(
            amount=rng.randrange(1, 10_000_000),
            currency="EUR",
            debtor_account=debtor,
            creditor_account=creditor,
            purpose="SALA",
            channel="online",
        )
        yield seal(
            TransactionEvent(
                entity_id=f"TX{number:09d}",
                event_time=start + number * 1_000_000,
                source="bench",
                payload=payload,
            )
        ).data


def batch_of(tenant: Tenant, data: list[bytes], offset: int) -> Batch:
    """Return a batch as the consumer's loop makes it."""
    deliveries = []
    for number, one in enumerate(data, offset):
        event = decode(one)
        record = Record(
            0,
            number,
            tenant.key,
            "bench",
            event.entity_id,
            event.event_id,
            event.event_time,
            0,
            one,
        )
        deliveries.append(Delivery(event, record))
    return Batch(tenant, 0, offset + len(data), deliveries)


def fill(
    sink: GraphSink, tenant: Tenant, stream: Iterator[bytes], count: int, folder: Path
) -> None:
    """Apply events and print the curve."""
    seconds: list[float] = []
    used = 0.0
    for offset in range(0, count, BATCH):
        data = [next(stream) for _ in range(BATCH)]
        began, cpu = time.perf_counter(), time.process_time()
        sink.apply(batch_of(tenant, data, offset))
        seconds.append(time.perf_counter() - began)
        used += time.process_time() - cpu
        if (offset + BATCH) % STRETCH == 0:
            report(offset + BATCH, sorted(seconds), used, folder)
            seconds, used = [], 0.0


def report(done: int, seconds: list[float], cpu: float, folder: Path) -> None:
    """Print one point of the curve."""
    total = sum(seconds)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    p50, p99 = (seconds[int(len(seconds) * share)] * 1e3 for share in (0.5, 0.99))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    print(
        f"{done:>9,}  {len(seconds) * BATCH / total:>7,.0f} events/s  "
        f"({len(seconds) * BATCH / cpu:>7,.0f} per second of processor)  apply p50 {p50:.0f} ms, "
        f"p99 {p99:.0f} ms, most {seconds[-1] * 1e3:.0f} ms  memory {memory} MiB  "
        f"disk {size >> 20} MiB",
        flush=True,
    )


def ask(name: str, question: Callable[[], object], again: int = 5) -> None:
    """Time a question: the first time, and the median of the next ones."""
    times = []
    for _ in range(1 + again):
        began = time.perf_counter()
        question()
        times.append((time.perf_counter() - began) * 1e3)
    print(
        f"{name:<44} first {times[0]:>8.1f} ms, then {sorted(times[1:])[again // 2]:>8.1f} ms",
        flush=True,
    )


def questions(graph: LadybugGraphs, tenant: Tenant) -> None:
    """Time each kind of question at the hub and elsewhere."""
    for name, entity in (("hub", "A0"), ("a busy account", "A2"), ("a quiet one", "A20000")):
        for depth in (1, 2, 3):
            bounds = Bounds(depth=depth, limit=1_000)
            near = partial(graph.neighbourhood, tenant, entity, bounds)
            ask(f"neighbourhood of {name}, depth {depth}", near)
        ask(f"profile of {name}", partial(graph.profile, tenant, entity))
    for depth in (2, 4):
        between = partial(graph.paths, tenant, "A20000", "A30000", Bounds(depth, 100))
        ask(f"paths between quiet accounts, depth {depth}", between)
    ask("counts", partial(graph.counts, tenant), again=1)
    ask("digest", partial(graph.digest, tenant), again=1)


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000, help="at least 100,000")
    parser.add_argument("--accounts", type=int, default=50_000)
    parser.add_argument("--hub", type=float, default=0.05, help="share of payments with the hub")
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="graph-bench-"))
    tenant = make_tenant("bench", "graph", "bench")
    graph = LadybugGraphs(folder, GraphSettings(timeout=60))
    try:
        stream = payments(arguments.events, arguments.accounts, arguments.hub)
        fill(GraphSink(graph), tenant, stream, arguments.events, folder)
        questions(graph, tenant)
    finally:
        graph.close()
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
