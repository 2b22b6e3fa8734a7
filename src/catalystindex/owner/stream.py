"""Putting the event stream together: the log, its consumers, and the use cases on top of them."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from catalystindex.config.settings import Settings
from catalystindex.owner.detection import detection_stage
from catalystindex.stores.eventlog.base import EventLog
from catalystindex.stores.eventlog.sqlite import SqliteEventLog
from catalystindex.stores.graphs.base import GraphStore
from catalystindex.stores.records.engine import Records
from catalystindex.streaming.dead_letters import DeadEvents
from catalystindex.streaming.graph.sink import GraphSink
from catalystindex.streaming.runner import StreamRunner
from catalystindex.streaming.service import Events
from catalystindex.streaming.sink import Sink
from catalystindex.streaming.vectors.sink import VectorSink
from catalystindex.telemetry.metrics import Metrics


@dataclass(frozen=True)
class Stream:
    """The parts of the event stream that others call."""

    log: EventLog
    runner: StreamRunner
    events: Events
    dead_events: DeadEvents


def start_stream(
    settings: Settings,
    records: Records,
    metrics: Metrics,
    sinks: Sequence[tuple[Sink, int]],
    stack: ExitStack,
) -> Stream:
    """Open the log and start its consumers; ``stack`` stops them. Raises `EventLogUnavailable`.

    Each sink comes with how many events it is given at once.
    """
    clock = records.clock
    log = SqliteEventLog(settings.data_dir, settings.events.partitions, clock)
    stack.callback(log.close)
    stages = []
    if settings.consumers.detect:
        stages.append(detection_stage(settings, log, records, metrics))
    runner = StreamRunner(
        log, sinks, settings.events, settings.consumers, clock, metrics.stream, stages=stages
    )
    runner.start()
    stack.callback(runner.stop)
    events = Events(log, records, settings.events, runner, metrics.stream)
    return Stream(log, runner, events, DeadEvents(log, records))


def sinks_of(
    settings: Settings, graphs: GraphStore, event_texts: VectorSink
) -> list[tuple[Sink, int]]:
    """Return what follows the log, each with how many events it is given at once."""
    found: list[tuple[Sink, int]] = []
    if settings.consumers.graph:
        found.append((GraphSink(graphs), settings.consumers.graph_batch))
    if settings.consumers.vectors:
        found.append((event_texts, settings.consumers.vector_batch))
    return found
