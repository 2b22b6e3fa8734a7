"""`catalystctl graph`: questions to the entity graph."""

from typing import Annotated

import typer

from catalystindex.cli.context import JsonOption, connected
from catalystindex.cli.graph_text import (
    RELATION_COLUMNS,
    counts_text,
    named,
    path_line,
    profile_lines,
    relation_row,
    tree_lines,
    truncated_lines,
)
from catalystindex.cli.output import print_json, print_lines, print_table
from catalystindex.stores.graphs.base import Direction, EdgeLabel

app = typer.Typer(no_args_is_help=True, help="Ask the graph of persons, companies and accounts.")

EntityArgument = Annotated[str, typer.Argument(help="Id of the entity, as its source gave it.")]
DepthOption = Annotated[
    int | None, typer.Option(min=1, help="Edges from the entity; the server has a bound.")
]
LabelOption = Annotated[
    list[EdgeLabel] | None, typer.Option(help="Follow only these relations; repeatable.")
]
SinceOption = Annotated[
    str | None, typer.Option(help="Only events at or after this date or date-time (RFC 3339).")
]
UntilOption = Annotated[str | None, typer.Option(help="Only events before this.")]
LimitOption = Annotated[int, typer.Option("--limit", "-n", min=1, help="Most answers.")]

NEIGHBOURS_EXAMPLES = (
    "Example: catalystctl graph neighbourhood P-17 --depth 2 --label holds --label sent"
)
PATHS_EXAMPLES = "Example: catalystctl graph paths ACC-1 ACC-9 --label sent --since 2025-01-01"
OWNERSHIP_EXAMPLES = "Example: catalystctl graph ownership C-4 --direction in"


@app.command("counts")
def counts(context: typer.Context, *, as_json: JsonOption = False) -> None:
    """Count entities and relations by label."""
    with connected(context) as client:
        found = client.graph.counts()
    if as_json:
        print_json(found)
    else:
        print_lines(counts_text(found.counts) or "The graph is empty.")


@app.command("profile")
def profile(context: typer.Context, entity: EntityArgument, *, as_json: JsonOption = False) -> None:
    """Show an entity, and in numbers what is around it."""
    with connected(context) as client:
        found = client.graph.profile(entity)
    if as_json:
        print_json(found)
    else:
        print_lines(*profile_lines(found))


@app.command("neighbourhood", epilog=NEIGHBOURS_EXAMPLES)
def neighbourhood(
    context: typer.Context,
    entity: EntityArgument,
    depth: DepthOption = 1,
    label: LabelOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    limit: LimitOption = 100,
    *,
    as_json: JsonOption = False,
) -> None:
    """Show entities and relations within so many edges of an entity, in either direction."""
    with connected(context) as client:
        found = client.graph.neighbourhood(
            entity, depth=depth or 1, limit=limit, labels=label or (), since=since, until=until
        )
    if as_json:
        print_json(found)
        return
    print_table(RELATION_COLUMNS, [relation_row(one) for one in found.relations])
    print_lines("", *(named(one) for one in found.entities), *truncated_lines(found.truncated))


@app.command("paths", epilog=PATHS_EXAMPLES)
def paths(
    context: typer.Context,
    source: EntityArgument,
    target: Annotated[str, typer.Argument(help="Id of the other entity.")],
    depth: DepthOption = None,
    label: LabelOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    limit: LimitOption = 10,
    *,
    as_json: JsonOption = False,
) -> None:
    """Find walks between two entities, in either direction, the shortest first."""
    with connected(context) as client:
        found = client.graph.paths(
            source, target, depth=depth, limit=limit, labels=label or (), since=since, until=until
        )
    if as_json:
        print_json(found)
        return
    lines = [path_line(one) for one in found.paths] or ["There is no such path."]
    print_lines(*lines, *truncated_lines(found.truncated))


@app.command("ownership", epilog=OWNERSHIP_EXAMPLES)
def ownership(
    context: typer.Context,
    entity: EntityArgument,
    direction: Annotated[
        Direction, typer.Option(help="in: who stands behind it; out: what it owns and controls.")
    ] = "both",
    depth: DepthOption = None,
    limit: LimitOption = 100,
    *,
    as_json: JsonOption = False,
) -> None:
    """Follow who owns and controls an entity, and what it owns and controls."""
    with connected(context) as client:
        found = client.graph.ownership(entity, direction=direction, depth=depth, limit=limit)
    if as_json:
        print_json(found)
        return
    unknown = [f"Nothing is known of who owns {entity}, or what it owns."]
    lines = tree_lines(found.paths) if found.paths else unknown
    print_lines(*lines, *truncated_lines(found.truncated))


@app.command("shared")
def shared(
    context: typer.Context,
    entity: EntityArgument,
    limit: LimitOption = 100,
    *,
    as_json: JsonOption = False,
) -> None:
    """Show devices, addresses and phones of an entity that others have too."""
    with connected(context) as client:
        found = client.graph.shared(entity, limit=limit)
    if as_json:
        print_json(found)
        return
    for one in found:
        print_lines(named(one.attribute), *(f"  {named(other)}" for other in one.entities))
    if not found:
        print_lines(f"{entity} shares no device, address or phone.")
