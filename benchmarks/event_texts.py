"""How fast texts of events become searchable, and what they cost beyond their embedding.

    python -m benchmarks.event_texts [--texts 5000] [--repeated 0.3] [--batch 256]

Short messages of made-up words go through the vector sink into a new data folder, in batches as the
consumer reads them. Each share of repeated texts (forwarded, sent to many) is a run of its own.
"""

import argparse
import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.words import WORDS
from catalystindex.config.sections import LoggingSettings
from catalystindex.config.settings import Settings
from catalystindex.model.events.envelope import CommunicationEvent, Event
from catalystindex.model.events.talk import Communication
from catalystindex.model.tenant import Tenant
from catalystindex.owner.assembly import Owner, open_owner
from catalystindex.security.tenants import make_tenant
from catalystindex.stores.eventlog.base import Record
from catalystindex.streaming.codec import encode, sealed
from catalystindex.streaming.sink import Batch, Delivery

TENANT = make_tenant("bench", "texts", "bench")
START = 1_740_000_000_000_000
WARM_UP = 8.0
"""Seconds in which the workers of documents load their models; they then wait."""
LEAST_WORDS, MOST_WORDS = 6, 30


class Run(NamedTuple):
    """What one run took, in seconds; ``embedding`` is the part of the encoder alone.

    ``busy`` is what the thread of the sink computed besides: on a machine that others use too, the
    measure that does not grow with them. It leaves out waits for the disk.
    """

    texts: int
    repeated: float
    seconds: float
    embedding: float
    busy: float
    embedded: int

    @property
    def overhead_ms(self) -> float:
        """Milliseconds of a text beyond its embedding."""
        return (self.seconds - self.embedding) / self.texts * 1_000


class Timed:
    """The encoder of the index, with a watch."""

    def __init__(self, encoder: object) -> None:
        self._encoder, self.seconds, self.computed = encoder, 0.0, 0.0

    def __getattr__(self, name: str) -> object:
        return getattr(self._encoder, name)

    def encode(self, texts: Sequence[str]) -> object:
        """Encode, and add what it took."""
        began, computed = time.perf_counter(), time.thread_time()
        try:
            return self._encoder.encode(texts)  # type: ignore[attr-defined]  # an encoder
        finally:
            self.seconds += time.perf_counter() - began
            self.computed += time.thread_time() - computed


def messages(count: int, repeated: float, seed: int) -> Iterator[Event]:
    """Yield messages, a share of which say what another said before."""
    source = random.Random(seed)  # noqa: S311  # a bench
    said: list[str] = []
    for number in range(count):
        if said and source.random() < repeated:
            text = source.choice(said)
        else:
            words = source.choices(WORDS, k=source.randint(LEAST_WORDS, MOST_WORDS))
            text = " ".join([*words, str(number)])
            said.append(text)
        payload = Communication(sender=f"p-{source.randrange(500)}", recipients=("p-1",), text=text)
        yield sealed(
            CommunicationEvent(
                entity_id=f"m-{number}", event_time=START + number, source="bench", payload=payload
            )
        )


def batch_of(events: Sequence[Event], tenant: Tenant, start: int) -> Batch:
    """Return events as the consumer hands them over."""
    deliveries = [
        Delivery(
            one,
            Record(
                0, start + n, tenant.key, tenant.user, one.entity_id, one.event_id,
                one.event_time, one.event_time, encode(one),
            ),
        )
        for n, one in enumerate(events)
    ]  # fmt: skip
    return Batch(tenant, 0, start + len(events), deliveries)


def run(owner: Owner, texts: int, repeated: float, size: int) -> Run:
    """Index texts and return what it took."""
    sink, encoder = owner.event_texts, watched(owner)
    events = list(messages(texts, repeated, seed=7))
    batches = [batch_of(events[n : n + size], TENANT, n) for n in range(0, texts, size)]
    began, computed = time.perf_counter(), time.thread_time()
    for batch in batches:
        sink.apply(batch)
    seconds, computed = time.perf_counter() - began, time.thread_time() - computed
    busy = computed - encoder.computed
    return Run(texts, repeated, seconds, encoder.seconds, busy, sink.counts.embedded)


def watched(owner: Owner) -> Timed:
    """Put a watch on the encoder of the index in force."""
    index = owner.index.current()
    timed = Timed(index.encoder)
    object.__setattr__(index, "encoder", timed)
    return timed


def main() -> None:
    """Print a table of runs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=5_000)
    parser.add_argument("--repeated", type=float, nargs="*", default=[0.0, 0.3, 0.9])
    parser.add_argument("--batch", type=int, default=256)
    wanted = parser.parse_args()
    print(
        "| texts | repeated | texts/s | embedded | encoder s | ms a text beyond it | of it busy |"
    )
    print("|--:|--:|--:|--:|--:|--:|--:|")
    for repeated in wanted.repeated:
        with tempfile.TemporaryDirectory() as folder:
            settings = Settings(data_dir=Path(folder), logging=LoggingSettings(level="error"))
            owner = open_owner(settings, "bench")
            try:
                time.sleep(WARM_UP)
                one = run(owner, wanted.texts, repeated, wanted.batch)
            finally:
                owner.close()
        rate = one.texts / one.seconds
        print(
            f"| {one.texts} | {one.repeated:.0%} | {rate:.0f} | {one.embedded} "
            f"| {one.embedding:.1f} | {one.overhead_ms:.2f} | {one.busy / one.texts * 1_000:.2f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
