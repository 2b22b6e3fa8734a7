"""Saying that kernels are being compiled: a minute of silence looks like a fault."""

import typer

from catalystindex.cli.context import server_part
from catalystindex.cli.output import print_notes

NOTE = "Compiling detection kernels: once on this machine, for about a minute."


def note_compilation(context: typer.Context) -> None:
    """Print a note on standard error if, until the command ends, something must be compiled.

    Raises `DependencyMissing` without the packages for it.
    """
    compiled = server_part("catalystindex.temporal.compiled")
    context.with_resource(compiled.compilation_told(lambda: print_notes(NOTE)))
