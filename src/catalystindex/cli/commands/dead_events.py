"""`catalystctl stream dead-letters`: events that a consumer could not apply."""

from itertools import islice
from typing import Annotated

import typer

from catalystindex.cli.commands.jobs import Limit
from catalystindex.cli.context import JsonOption, connected
from catalystindex.cli.editing import edited
from catalystindex.cli.finding import find_dead_event
from catalystindex.cli.output import counted, print_json, print_lines, print_table
from catalystindex.cli.stream_text import LETTER_COLUMNS, letter_lines, letter_row, readable
from catalystindex.model.errors import InvalidRequest
from catalystindex.model.stream import LetterState, ReplayResult
from catalystindex.sdk import Client

app = typer.Typer(no_args_is_help=True, help="List, show, mend and replay dead events.")

LetterId = Annotated[str, typer.Argument(help="Its id, or the first characters.")]
GroupOption = Annotated[str | None, typer.Option(help="Only of this consumer.")]
KindOption = Annotated[str | None, typer.Option(help="Only of this kind of event.")]
CodeOption = Annotated[str | None, typer.Option(help="Only with this error code.")]

LIST_EXAMPLES = "Example: catalystctl stream dead-letters list --group graph --kind transaction"
EDIT_EXAMPLES = """Examples:

EDITOR=nano catalystctl stream dead-letters edit-and-replay 0a3b

catalystctl stream dead-letters edit-and-replay 0a3b --data mended.json"""
REPLAY_ALL_EXAMPLES = "Example: catalystctl stream dead-letters replay-all --code event.invalid"


@app.command("list", epilog=LIST_EXAMPLES)
def list_all(
    context: typer.Context,
    group: GroupOption = None,
    kind: KindOption = None,
    code: CodeOption = None,
    limit: Limit = 200,
    *,
    every: Annotated[bool, typer.Option("--all", help="Settled ones too.")] = False,
    as_json: JsonOption = False,
) -> None:
    """List events that a consumer could not apply, with the reason of each."""
    state = None if every else LetterState.OPEN
    with connected(context) as client:
        walked = client.streams.dead_letters.all(group=group, kind=kind, code=code, state=state)
        found = list(islice(walked, limit))
    if as_json:
        print_json(found)
    elif found:
        print_table(LETTER_COLUMNS, [letter_row(one) for one in found])
    else:
        print_lines("There are no dead events.")


@app.command("show")
def show(context: typer.Context, letter: LetterId, *, as_json: JsonOption = False) -> None:
    """Show a dead event: why, what to do, and its bytes."""
    with connected(context) as client:
        found = find_dead_event(client, letter)
    if as_json:
        print_json(found)
    else:
        print_lines(*letter_lines(found))


@app.command("edit-and-replay", epilog=EDIT_EXAMPLES)
def edit_and_replay(
    context: typer.Context,
    letter: LetterId,
    data: Annotated[
        typer.FileText | None,
        typer.Option(help="File with the mended event; - is stdin. An editor opens without."),
    ] = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Mend a dead event and hand it in again, for the consumer that refused it."""
    with connected(context) as client:
        found = find_dead_event(client, letter)
        before = readable(found)
        after = edited(before, ".json") if data is None else data.read()
        if data is None and after.strip() == before.strip():
            raise InvalidRequest("Nothing was changed, so nothing was replayed.")
        replayed = client.streams.dead_letters.replay(found.id, after)
    if as_json:
        print_json(replayed)
    else:
        print_lines(f"Replayed {replayed.id} as mended.")


@app.command("replay")
def replay(context: typer.Context, letter: LetterId, *, as_json: JsonOption = False) -> None:
    """Hand a dead event in again as it is, once what refused it is mended."""
    with connected(context) as client:
        replayed = client.streams.dead_letters.replay(find_dead_event(client, letter).id)
    if as_json:
        print_json(replayed)
    else:
        print_lines(f"Replayed {replayed.id} as it was.")


@app.command("replay-all", epilog=REPLAY_ALL_EXAMPLES)
def replay_all(
    context: typer.Context,
    group: GroupOption = None,
    kind: KindOption = None,
    code: CodeOption = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Hand in again, as they are, all open dead events, or those that fit.

    As many as are open now: those that are refused once more wait for the next time.
    """
    replayed = settled = 0
    with connected(context) as client:
        open_ = _open(client, group)
        while True:
            result = client.streams.dead_letters.replay_all(group=group, kind=kind, code=code)
            replayed, settled = replayed + result.replayed, settled + result.settled
            if not result.more or replayed + settled >= open_:
                break
    if as_json:
        print_json(ReplayResult(replayed=replayed, settled=settled, more=False))
    else:
        print_lines(f"{counted(replayed, 'dead event')} replayed.")


def _open(client: Client, group: str | None) -> int:
    """Return how many dead events are open: each that is replayed in vain makes another."""
    consumers = client.streams.status().consumers
    return sum(one.open_letters for one in consumers if group in (None, one.group))


@app.command("discard")
def discard(context: typer.Context, letter: LetterId, *, as_json: JsonOption = False) -> None:
    """Settle a dead event for good: it is not applied, its bytes stay to be looked at."""
    with connected(context) as client:
        discarded = client.streams.dead_letters.discard(find_dead_event(client, letter).id)
    if as_json:
        print_json(discarded)
    else:
        print_lines(f"Discarded {discarded.id}.")
