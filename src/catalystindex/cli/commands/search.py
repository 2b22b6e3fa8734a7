"""`catalystctl search`: cited answers on the terminal."""

from collections.abc import Sequence
from typing import Annotated

import typer

from catalystindex.cli.context import JsonOption, connected
from catalystindex.cli.filters import filters_of
from catalystindex.cli.hits import print_hit
from catalystindex.cli.output import print_json, print_lines, print_table
from catalystindex.model.search import MAX_CONTEXT, MAX_HITS, TraceStep


def search(
    context: typer.Context,
    query: Annotated[str, typer.Argument(help="The question, in plain words.")],
    kb: Annotated[
        list[str] | None, typer.Option(help="Knowledge base to look in; repeatable. Default: all.")
    ] = None,
    pairs: Annotated[
        list[str] | None,
        typer.Option(
            "--filter",
            "-f",
            help="key=value (repeat a key for any of the values), key!=value, key^=prefix, "
            "key>=100, key<2025-01-01. All keys must hold.",
        ),
    ] = None,
    where: Annotated[
        str | None,
        typer.Option(
            help="The whole filter language as JSON, or @file: and, or, not, any, exists."
        ),
    ] = None,
    limit: Annotated[
        int, typer.Option("--limit", "-n", min=1, max=MAX_HITS, help="Hits to show.")
    ] = 5,
    *,
    context_passages: Annotated[
        int,
        typer.Option(
            "--context", min=0, max=MAX_CONTEXT, help="Passages shown on each side of a hit."
        ),
    ] = 0,
    per_document: Annotated[
        int | None,
        typer.Option(min=1, max=MAX_HITS, help="Hits of one document at most. Default: any."),
    ] = None,
    debug: Annotated[bool, typer.Option("--debug", help="Show what each step did.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Search for evidence. Every hit is cited to document, heading, page and characters."""
    filters = filters_of(pairs or [], where)
    with connected(context) as client:
        found = client.search(
            query,
            knowledge_bases=kb or [],
            filters=filters,
            limit=limit,
            per_document=per_document,
            context=context_passages,
            debug=debug,
        )
    if as_json:
        print_json(found)
        return
    if not found.hits:
        print_lines("Nothing was found.")
    for hit in found.hits:
        print_hit(hit)
    if found.trace is not None:
        _print_trace(found.trace)


def _print_trace(trace: Sequence[TraceStep]) -> None:
    rows = [
        (
            step.step,
            f"{step.milliseconds:.2f}",
            ", ".join(f"{k}={v}" for k, v in step.facts.items()),
        )
        for step in trace
    ]
    print_table(("STEP", "MS", "FACTS"), rows)
