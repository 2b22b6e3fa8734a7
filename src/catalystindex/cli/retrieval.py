"""The report of the retrieval bench on the terminal: quality, speed, and what it is made of."""

from typing import TYPE_CHECKING

from catalystindex.cli.output import counted, print_lines, print_table

if TYPE_CHECKING:
    from catalystindex.jobs.bench_report import CollectionReport, Latency, RetrievalReport
    from catalystindex.search.evaluate.bootstrap import Interval


def print_retrieval(report: "RetrievalReport") -> None:
    """Print tables for people; the JSON form holds everything."""
    _print_collection(report.collection)
    names = list(report.systems[0].metrics)
    print_table(
        ("RETRIEVER", *(f"{name.upper()} (95%)" for name in names), "UNANSWERED"),
        [
            (one.name, *(_interval(one.metrics[name]) for name in names), one.unanswered)
            for one in report.systems
        ],
    )
    if report.comparison is not None:
        differences = ", ".join(
            f"{name} {value.mean:+.4f} ({value.low:+.4f} to {value.high:+.4f})"
            for name, value in report.comparison.differences.items()
        )
        print_lines(f"fusion less {report.comparison.best_single}: {differences}")
    print_lines("")
    rows = [(f"{one.name}, 100 documents", *_times(one.latency)) for one in report.systems]
    rows.append(("product's search, 10 hits", *_times(report.default_search)))
    print_table(("ONE SEARCH", "QUERIES/S", "MEAN MS", "P50", "P95", "P99", "WORST"), rows)
    stages = ", ".join(f"{name} {spent:.1f} s" for name, spent in report.load.stages.items())
    kept = " (kept from an earlier run)" if report.load.reused else ""
    print_lines(
        "",
        f"loading{kept}: {report.load.documents_per_second:,.1f} documents/s, "
        f"{report.load.seconds:.1f} s in all: {stages}",
        f"machine: {counted(int(report.machine['cores']), 'core')}, "
        f"{report.machine['architecture']}; model {report.settings['model']} on "
        f"{report.settings['embedding_engine']}",
        "versions: " + ", ".join(f"{name} {value}" for name, value in report.versions.items()),
    )


def _print_collection(found: "CollectionReport") -> None:
    print_lines(
        f"{found.name}, split {found.split}: {counted(found.documents, 'document')} in "
        f"{counted(found.chunks, 'chunk')}, {counted(found.queries, 'query', 'queries')}, "
        f"{counted(found.judgements, 'judgement')}"
    )
    oddities = {
        "documents refused": sum(found.documents_refused.values()),
        "judged documents that the corpus lacks": found.judged_documents_missing,
        "judged queries that the file lacks": found.queries_missing,
        "queries without anything relevant": found.queries_without_relevant,
        "queries cut at the length of a search": found.queries_cut,
        "judgements repeated": found.judgements_repeated,
    }
    print_lines(*(f"  {name}: {number}" for name, number in oddities.items() if number), "")


def _interval(value: "Interval") -> str:
    return f"{value.mean:.4f} ({value.low:.4f}-{value.high:.4f})"


def _times(value: "Latency") -> tuple[str, ...]:
    times = (value.mean, value.p50, value.p95, value.p99, value.worst)
    return f"{value.queries_per_second:.1f}", *(f"{one:.1f}" for one in times)
