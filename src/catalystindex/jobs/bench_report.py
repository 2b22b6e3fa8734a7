"""What the bench of retrieval reports: numbers with everything needed to make them again."""

from pydantic import BaseModel, ConfigDict, Field

from catalystindex.search.evaluate.bootstrap import Interval


class Report(BaseModel):
    """A frozen part of the report."""

    model_config = ConfigDict(frozen=True)


class CollectionReport(Report):
    """What was measured with, and what was odd about it."""

    name: str
    split: str
    corpus_hash: str = Field(description="BLAKE2b-256 over the documents' ids, titles and texts.")
    documents: int
    documents_indexed: int
    documents_refused: dict[str, int] = Field(
        description="Documents that were not indexed, by the code of the error."
    )
    documents_without_title: int
    chunks: int
    queries: int = Field(description="Measured: judged, in the file, and within --limit-queries.")
    queries_judged: int
    queries_missing: int = Field(description="Judged and not in the file of queries: not measured.")
    queries_without_relevant: int = Field(description="Nothing relevant is judged: they count 0.")
    queries_cut: int = Field(description="Longer than a search may be, and cut.")
    judgements: int
    judgements_repeated: int = Field(description="Of one pair more than once: the last stood.")
    judged_documents_missing: int = Field(
        description="Judged for the queries measured and not in the corpus: no system can find "
        "them, and the ideal still holds them."
    )


class Latency(Report):
    """Milliseconds of one search each, one after another."""

    searches: int
    queries_per_second: float
    mean: float
    p50: float
    p95: float
    p99: float
    worst: float


class SystemReport(Report):
    """One way to rank, measured on all queries."""

    name: str
    metrics: dict[str, Interval]
    unanswered: int = Field(description="Queries without any result: they count 0.")
    latency: Latency


class Comparison(Report):
    """Fusion against the single retriever that is best by nDCG@10 on these queries."""

    best_single: str
    differences: dict[str, Interval] = Field(description="Fusion minus the best single.")


class LoadReport(Report):
    """How long the index took. ``reused``: it was kept from an earlier run, whose times these are.

    ``documents_per_second`` counts everything from reading to the optimised index.
    """

    reused: bool
    seconds: float
    documents_per_second: float
    stages: dict[str, float] = Field(description="Seconds of each stage; they add up to all.")


class RetrievalReport(Report):
    """The whole report of a run."""

    collection: CollectionReport
    systems: list[SystemReport]
    comparison: Comparison | None = Field(
        description="Null when not all of dense, sparse and fusion were measured."
    )
    default_search: Latency = Field(description="The product's own search: 10 hits, no cap.")
    load: LoadReport
    settings: dict[str, str | int | float | bool | None]
    versions: dict[str, str]
    machine: dict[str, str | int]
