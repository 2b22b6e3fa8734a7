"""The sections of the settings about events, their consumers and the graph."""

from pydantic import Field

from catalystindex.config.sections import MEBIBYTE, Seconds, Section


class EventsSettings(Section):
    """The event log and its producer."""

    partitions: int = Field(
        default=4, ge=1, le=256, description="Partitions of a new log; an existing one keeps its."
    )
    retention_days: int = Field(
        default=90,
        ge=1,
        le=36_500,
        description="Days an event stays in the log after every consumer has applied it.",
    )
    max_records: int | None = Field(
        default=None, ge=1, description="Events kept at most, the newest; no bound if unset."
    )
    batch: int = Field(
        default=1_000, ge=1, le=10_000, description="Events the producer appends at once."
    )
    linger: Seconds = Field(default=0.05, description="Seconds the producer waits to fill a batch.")
    max_waiting: int = Field(
        default=20_000,
        ge=100,
        description="Events waiting in the producer before senders are held up.",
    )
    max_request_events: int = Field(
        default=10_000, ge=1, le=100_000, description="Events in one request at most."
    )


class ConsumersSettings(Section):
    """What follows the event log."""

    graph: bool = Field(default=True, description="Keep the entity graph.")
    vectors: bool = Field(default=True, description="Index texts of entities and communications.")
    detect: bool = Field(default=True, description="Look for typologies in payments.")
    knowledge_base: str = Field(
        default="events",
        max_length=64,
        pattern=r"^[a-z0-9][a-z0-9._-]*$",
        description="Knowledge base of each workspace that these texts are in; nothing else is.",
    )
    graph_batch: int = Field(
        default=2_000, ge=1, le=10_000, description="Events applied to the graph at once."
    )
    vector_batch: int = Field(
        default=256, ge=1, le=10_000, description="Events read for the index at once."
    )
    detect_batch: int = Field(
        default=5_000, ge=1, le=10_000, description="Events read for detection at once."
    )
    checkpoint: Seconds = Field(
        default=30,
        description="Seconds between checkpoints of detection while events come; rarer if they "
        "take long.",
    )
    max_attempts: int = Field(
        default=5,
        ge=1,
        le=100,
        description="Times an event alone is tried before it becomes a dead letter.",
    )
    poll: Seconds = Field(default=1, description="Seconds between looks at a quiet log.")


class GraphSettings(Section):
    """The embedded entity graph."""

    buffer_bytes: int = Field(
        default=256 * MEBIBYTE,
        ge=64 * MEBIBYTE,
        description="Memory for pages of one workspace's graph.",
    )
    open_graphs: int = Field(
        default=4, ge=1, le=256, description="Graphs of workspaces open at the same time."
    )
    threads: int = Field(default=2, ge=1, le=64, description="Threads of one question.")
    timeout: Seconds = Field(default=10, description="Seconds a question may take.")
    max_depth: int = Field(default=6, ge=1, le=10, description="Edges from the entity asked for.")
    max_results: int = Field(
        default=1_000, ge=1, le=10_000, description="Vertices and edges in an answer, each."
    )
