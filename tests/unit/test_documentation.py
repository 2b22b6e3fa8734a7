"""What the documentation names is there: files, headings, commands and their options."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from catalystindex.cli.main import app

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
FENCED = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
COMMAND = re.compile(r"^(?:    |)(?:.*?[|(] *)?(?:\.venv/bin/)?catalystctl +(.+)$", re.MULTILINE)
ENDS = ("|", ">", "<", ")", "&&", ";", "&")
"""What ends a command in a shell."""


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_leads_somewhere(page: Path) -> None:
    lost = [link for link in links(page) if not leads_somewhere(page, link)]
    assert not lost


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_command_and_option_exists(page: Path) -> None:
    wrong = [said for line in commands(page) for said in faults(line)]
    assert not wrong


def test_every_page_is_linked() -> None:
    linked = {
        (page.parent / link.partition("#")[0]).resolve() for page in PAGES for link in links(page)
    }
    assert {page for page in PAGES if page not in linked} == {ROOT / "README.md"}


def links(page: Path) -> Iterator[str]:
    for link in LINK.findall(FENCED.sub("", page.read_text("utf-8"))):
        if not re.match(r"[a-z]+:", link):
            yield link


def leads_somewhere(page: Path, link: str) -> bool:
    name, _, heading = link.partition("#")
    target = page.parent / name if name else page
    if not heading or target.suffix != ".md":
        return target.exists()
    return target.exists() and heading in headings(target)


def headings(page: Path) -> set[str]:
    """The anchors of a page, as GitHub makes them."""
    lines = FENCED.sub("", page.read_text("utf-8")).splitlines()
    titles = (line.lstrip("#").strip().lower() for line in lines if line.startswith("#"))
    return {re.sub(r"[^\w\- ]", "", title).replace(" ", "-") for title in titles}


def commands(page: Path) -> Iterator[str]:
    """The lines of a page that call the program, continued ones in one."""
    text = re.sub(r" *\\\n +", " ", page.read_text("utf-8"))
    for line in COMMAND.findall(text):
        yield re.split(r" {2,}|\s#\s", line.replace("[", "").replace("]", ""))[0]


def faults(line: str) -> Iterator[str]:
    """What is wrong with a call: a command or option that there is not."""
    command: Any = typer.main.get_command(app)
    for word in words(line):
        below = getattr(command, "commands", {})
        if word in below:
            command = below[word]
        elif word.startswith("--") and word.partition("=")[0] not in options(command):
            yield f"{line!r}: {command.name} has no {word}"
        elif below and re.fullmatch(r"[a-z][a-z-]+", word):
            yield f"{line!r}: there is no {word}"
            return


def words(line: str) -> Iterator[str]:
    try:
        parts = shlex.split(line)
    except ValueError:
        parts = line.split()
    for part in parts:
        if part in ENDS:
            return
        yield part.rstrip(")`.,;:")


def options(command: Any) -> set[str]:  # noqa: ANN401  # typer carries a click of its own
    return {name for one in command.params for name in (*one.opts, *one.secondary_opts)} | {
        "--help"
    }
