"""The only place that prints: text for people, JSON for programs, errors on standard error."""

import json
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from pydantic import BaseModel
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from catalystindex.model.errors import CatalystError

Jsonable = BaseModel | dict[str, object] | Sequence[object]

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

PIPED_WIDTH = 400
"""Of a table that is read by a program: wide enough that nothing is folded."""

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def print_json(value: Jsonable) -> None:
    """Print one JSON document."""
    print(_as_json(_plain(value)))


def print_lines(*lines: str, flush: bool = False) -> None:
    """Print text as it is: nothing in it is taken for markup. Flushed, a pipe has it at once."""
    for line in lines:
        print(visible(line), flush=flush)


def print_notes(*lines: str) -> None:
    """Print text on standard error: beside the answer, not part of it."""
    for line in lines:
        print(visible(line), file=sys.stderr)


def visible(text: str) -> str:
    """Return text of others without what would command the terminal, of the same length.

    C0 and C1 controls (escape sequences among them), what turns the direction of text, and halves
    of characters (of file names that are no UTF-8) become U+FFFD, one for one, so that the spans of
    citations still hold; line ends and tabs stay.
    """
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


def inline(text: str) -> str:
    """Return text of others that is to stay within its line, where it cannot feign others."""
    return visible(text).replace("\n", "\N{REPLACEMENT CHARACTER}")


def counted(number: int, noun: str, plural: str = "") -> str:
    """Return a number with its noun, in the singular where there is one."""
    return f"{number} {noun}" if number == 1 else f"{number:,} {plural or noun + 's'}"


def print_folded(text: Text, indent: int = 0) -> None:
    """Print styled text with an indent: folded to a terminal's width, whole lines elsewhere."""
    console = Console(highlight=False)
    width = console.width - indent if console.is_terminal else None
    for line in text.split(allow_blank=True):
        for part in line.wrap(console, width) if width else [line]:
            part.rstrip()
            console.print(Text(" " * indent) + part, soft_wrap=True)


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table that is a plain one when the output is no terminal."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text("" if cell is None else visible(str(cell))) for cell in row))
    Console(highlight=False, width=None if sys.stdout.isatty() else PIPED_WIDTH).print(table)


def print_error(error: CatalystError, *, as_json: bool) -> None:
    """Print an error, its stable code and its context."""
    if as_json:
        body = {
            "error": {
                "type": error.type_uri,
                "code": error.code,
                "title": error.title,
                "detail": error.detail,
                "context": error.context,
            }
        }
        print(_as_json(body), file=sys.stderr)
        return
    first = Text.assemble(
        ("error: ", "bold red"), visible(error.detail), (f" [{error.code}]", "dim")
    )
    err.print(first)
    for name, value in error.context.items():
        if name.startswith("field "):
            err.print(Text(visible(f"  {name.removeprefix('field ')}: {value}")))


@contextmanager
def progress(label: str, total: int | None) -> Iterator[Progress]:
    """Show a progress bar on a terminal; stay silent elsewhere."""
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=err,
        transient=True,
        disable=not err.is_terminal,
    ) as bar:
        bar.add_task(label, total=total)
        yield bar


def _as_json(value: object) -> str:
    """Return JSON in which escapes stand for what would command the terminal."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    return _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _plain(value: object) -> object:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
