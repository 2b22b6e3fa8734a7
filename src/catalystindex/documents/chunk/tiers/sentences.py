"""Sentences of running text, as ranges of characters."""

import re
from collections.abc import Iterator, Sequence

from catalystindex.documents.chunk.cuts import stripped
from catalystindex.documents.parsed import Block

_END = re.compile(
    "[.!?\\u2026][\"'\\u201d\\u2019)\\]]*(?=\\s)|[\\u3002\\uff01\\uff1f]|"
    "(?<!.{50})\\n(?![ \\t]*[a-z])"
)
"""The end of a line ends a sentence too, unless the line is long or goes on in lower case: then it
was only wrapped."""
RUNNING = ("paragraph", "list_item")
Range = tuple[int, int]


def sentences(text: str, blocks: Sequence[Block]) -> list[Range]:
    """Return the sentences of the paragraphs and list items among some blocks."""
    running = (block for block in blocks if block.kind in RUNNING)
    return [found for block in running for found in _of_block(text, block)]


def _of_block(text: str, block: Block) -> Iterator[Range]:
    ends = [match.end() for match in _END.finditer(text, block.start, block.end)]
    start = block.start
    for end in [*ends, block.end]:
        low, high = stripped(text, start, end)
        if low < high:
            yield low, high
        start = end
