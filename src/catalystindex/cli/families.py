"""The commands there are, and where each is: a run loads the one that it was asked for.

Loading all of them takes as long as detecting patterns in thousands of payments.
"""

from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from typing import Final

import typer

_COMMANDS: Final = "catalystindex.cli.commands"

FAMILIES: Final = {
    "kb": "knowledge_bases",
    "docs": "documents",
    "token": "tokens",
    "jobs": "jobs",
    "dead-letters": "dead_letters",
    "policies": "policies",
    "events": "events",
    "stream": "stream",
    "graph": "graph",
    "alerts": "alerts",
    "detectors": "detectors",
    "index": "index",
    "audit": "audit",
    "config": "config",
    "bench": "bench",
}
"""Commands with commands of their own, by name: the module whose ``app`` they are."""

SINGLE: Final = {
    "serve": "serve",
    "consume": "consume",
    "ingest": "ingest",
    "worker": "worker",
    "workers": "workers",
    "synth": "synth",
    "detect": "detect",
    "search": "search",
    "reindex": "index",
    "doctor": "doctor",
    "demo": "demo",
}
"""Commands by name: the module that has a function of this name."""


def application(root: Callable[..., None], words: Sequence[str] = ()) -> typer.Typer:
    """Return the command line, with the commands that are among some words.

    Words may name more than the command (a file may be called ``search``); none of them may name
    one, as in a request for help. Then all commands are there.
    """
    app = typer.Typer(
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        add_completion=True,
        rich_markup_mode="rich",
        help="Evidence for investigators: documents and events in, cited answers out.",
        epilog="Settings: environment CATALYST_SECTION__FIELD, a TOML file, "
        "`catalystctl config show`.",
    )
    app.callback()(root)
    for name in _wanted(words):
        if name in FAMILIES:
            app.add_typer(import_module(f"{_COMMANDS}.{FAMILIES[name]}").app, name=name)
        else:
            module = import_module(f"{_COMMANDS}.{SINGLE[name]}")
            app.command(name, epilog=getattr(module, "EXAMPLES", None))(getattr(module, name))
    return app


def _wanted(words: Sequence[str]) -> Iterator[str]:
    """Yield names of commands in the order of the help."""
    known = (*FAMILIES, *SINGLE)
    named = set(words) & set(known)
    return (name for name in known if not named or name in named)
