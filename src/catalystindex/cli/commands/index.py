"""`catalystctl reindex` and `catalystctl index`: rebuild, watch, roll back, cancel."""

import time
from typing import Annotated

import typer

from catalystindex.cli.context import JsonOption, connected
from catalystindex.cli.output import print_json, print_lines, print_table, progress
from catalystindex.model.generation import Generation, GenerationState
from catalystindex.sdk.client import Client

app = typer.Typer(no_args_is_help=True, help="Look after the search index and its generations.")

LOOK_EVERY = 0.5
"""Seconds between looks at the progress."""

NOT_SWAPPED = 3
"""Exit code when a generation was given up; the one before goes on answering."""

COLUMNS = (
    *("GENERATION", "STATE", "ENGINE", "MODEL", "POLICY"),
    *("DOCUMENTS", "PREPARED", "POINTS", "CREATED", "PROBLEM"),
)


def reindex(
    context: typer.Context,
    policy: Annotated[
        str | None, typer.Option(help="Chunk the documents anew by this policy.")
    ] = None,
    kb: Annotated[
        list[str] | None,
        typer.Option(help="Knowledge base to chunk anew; repeatable. Default: all."),
    ] = None,
    *,
    no_wait: Annotated[
        bool, typer.Option("--no-wait", help="Return when the build is recorded.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Rebuild the index beside the one that answers, and swap it in when it is whole.

    The new generation takes the encoder (embedding.*) and the engine (vectors.url) of the server's
    settings. Everything stays searchable; a build that is cut off goes on at the next start.
    """
    with connected(context) as client:
        started = client.index.reindex(policy=policy, knowledge_bases=kb or [])
        _end(client, started, no_wait=no_wait, as_json=as_json)


@app.command("list")
def list_all(context: typer.Context, *, as_json: JsonOption = False) -> None:
    """List the generations, newest first."""
    with connected(context) as client:
        found = client.index.generations()
    if as_json:
        print_json(found)
    else:
        print_table(COLUMNS, [_row(one) for one in found])


@app.command("show")
def show(
    context: typer.Context,
    number: Annotated[int, typer.Argument(help="Number of the generation.", min=1)],
    *,
    as_json: JsonOption = False,
) -> None:
    """Show one generation and how far it is."""
    with connected(context) as client:
        found = client.index.generation(number)
    if as_json:
        print_json(found)
    else:
        print_table(COLUMNS, [_row(found)])


@app.command("watch")
def watch(
    context: typer.Context,
    number: Annotated[int, typer.Argument(help="Number of the generation.", min=1)],
    *,
    as_json: JsonOption = False,
) -> None:
    """Follow a build to its end."""
    with connected(context) as client:
        _end(client, client.index.generation(number), no_wait=False, as_json=as_json)


@app.command("rollback")
def rollback(
    context: typer.Context,
    *,
    no_wait: Annotated[
        bool, typer.Option("--no-wait", help="Return when the rollback is recorded.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Bring the generation before up to date, and swap it in again."""
    with connected(context) as client:
        _end(client, client.index.rollback(), no_wait=no_wait, as_json=as_json)


@app.command("cancel")
def cancel(context: typer.Context, *, as_json: JsonOption = False) -> None:
    """Give up the build under way; the generation that answers stays as it is."""
    with connected(context) as client:
        given_up = client.index.cancel()
    if as_json:
        print_json(given_up)
    else:
        print_lines(f"Generation {given_up.number} is {given_up.state.value}.")


@app.command("retire")
def retire(context: typer.Context, *, as_json: JsonOption = False) -> None:
    """Drop the generation kept for a rollback, and what it holds of deleted documents."""
    with connected(context) as client:
        dropped = client.index.retire()
    if as_json:
        print_json(dropped)
    else:
        print_lines(f"Generation {dropped.number} is {dropped.state.value}.")


def _end(client: Client, started: Generation, *, no_wait: bool, as_json: bool) -> None:
    ended = started if no_wait else _follow(client, started)
    if as_json:
        print_json(ended)
    else:
        print_lines(_said(ended))
    if not no_wait and ended.state is not GenerationState.ACTIVE:
        raise typer.Exit(NOT_SWAPPED)


def _follow(client: Client, generation: Generation) -> Generation:
    with progress(f"Generation {generation.number}", None) as bar:
        task = bar.task_ids[0]
        while generation.state is GenerationState.BUILDING:
            time.sleep(LOOK_EVERY)
            generation = client.index.generation(generation.number)
            bar.update(task, total=generation.documents or None, completed=generation.prepared)
    return generation


def _said(generation: Generation) -> str:
    if generation.problem is not None and generation.state is not GenerationState.ACTIVE:
        problem = generation.problem
        return f"Generation {generation.number} failed: {problem.detail} [{problem.code}]"
    return (
        f"Generation {generation.number} is {generation.state.value}: {generation.documents} "
        f"documents, {generation.points} points, {generation.model} on {generation.engine}."
    )


def _row(one: Generation) -> tuple[object, ...]:
    created = one.created_at.strftime("%Y-%m-%d %H:%M")
    problem = "" if one.problem is None else one.problem.detail
    return (
        *(one.number, one.state.value, one.engine, one.model, one.policy),
        *(one.documents, one.prepared, one.points, created, problem),
    )
