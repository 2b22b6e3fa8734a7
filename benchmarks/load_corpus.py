"""Real text for the load bench: SciFact and Cranfield documents, and questions about them."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count, zip_longest
from pathlib import Path

COLLECTIONS = ("scifact", "cranfield")
SHIFT = 7
"""Words dropped from the front in each further pass, so that passages are cut elsewhere."""
LEAST_WORDS = 40
"""Shorter remains of a document are left out of further passes."""


@dataclass(frozen=True)
class Text:
    """A document: a key that is unique in all passes, its title and its body."""

    key: str
    title: str
    body: str


def documents(folder: Path, first_pass: int = 0) -> Iterator[Text]:
    """Yield documents pass after pass: as they are, then each time without more first words.

    It ends when no document has enough words left.

    Raises `FileNotFoundError` where a collection is missing, `ValueError` where all are empty.
    """
    whole = _alternating([_collection(folder, name) for name in COLLECTIONS])
    if not whole:
        raise ValueError(f"no document in {folder}")
    for turn in count(first_pass):
        shifted = [_without(text, turn) for text in whole]
        left = [text for text in shifted if text is not None]
        if not left:
            return
        yield from left


def questions(folder: Path) -> list[str]:
    """Return the questions of every collection, taking turns, in the order of the files."""
    lists = [_rows(folder / name / "queries.jsonl") for name in COLLECTIONS]
    pairs = zip_longest(*lists)
    return [str(row["text"]) for pair in pairs for row in pair if row is not None]


def _collection(folder: Path, name: str) -> list[Text]:
    rows = _rows(folder / name / "corpus.jsonl")
    return [
        Text(f"{name}/{row['_id']}", str(row.get("title", "")), str(row["text"]))
        for row in rows
        if str(row["text"]).strip()
    ]


def _alternating(lists: Sequence[Sequence[Text]]) -> list[Text]:
    return [text for row in zip_longest(*lists) for text in row if text is not None]


def _without(text: Text, turn: int) -> Text | None:
    if not turn:
        return text
    words = text.body.split()[turn * SHIFT :]
    if len(words) < LEAST_WORDS:
        return None
    return Text(f"{text.key}+{turn}", text.title, " ".join(words))


def _rows(path: Path) -> list[dict[str, object]]:
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]
