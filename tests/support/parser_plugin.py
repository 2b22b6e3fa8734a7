"""Parsers as another package would bring them, for tests that need slow, greedy or rival ones.

`installed` makes this interpreter, and the compute workers it spawns, see them as installed.
"""

import os
import signal
import time
from pathlib import Path

from catalystindex.documents.builder import DocumentBuilder
from catalystindex.documents.parse.context import ParseContext
from catalystindex.documents.parse.kinds import MARKDOWN, PLAIN
from catalystindex.documents.parse.registry import Parser
from catalystindex.documents.parsed import ParsedDocument

SCRIPTED = "text/x-scripted"
RIVAL = "rival"


def read_scripted(data: bytes, context: ParseContext) -> ParsedDocument:
    """Do what the document says: ``steps pause mebibytes``, or the name of a signal."""
    if data.startswith(b"SIG"):
        os.kill(os.getpid(), signal.Signals[data.decode()])
    steps, pause, mebibytes = data.split()
    held = bytearray(int(mebibytes) << 20)
    held[::4096] = b"\x01" * len(held[::4096])  # touched: only then is it really held
    for step in range(int(steps)):
        time.sleep(float(pause))
        context.page_done(step + 1, int(steps))
    builder = DocumentBuilder(SCRIPTED, context.limits.max_text_chars)
    builder.add("paragraph", f"Read in {int(steps)} steps.")
    return builder.build()


def read_rival(data: bytes, context: ParseContext) -> ParsedDocument:
    """Read text and say who read it."""
    builder = DocumentBuilder(PLAIN, context.limits.max_text_chars)
    builder.add("paragraph", f"Rivalry: {data.decode()}")
    return builder.build()


SCRIPTED_PARSER = Parser("scripted", (SCRIPTED,), read_scripted)
RIVAL_PARSER = Parser(RIVAL, (PLAIN, MARKDOWN), read_rival, priority=-1, revision=7)
NO_PARSER = "just a string"


def installed(folder: Path, *names: str) -> str:
    """Write the metadata of a package with the parsers named; return what to put on the path."""
    home = folder / "site"
    about = home / "catalyst_test_parsers-1.0.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: catalyst-test-parsers\nVersion: 1.0\n", "utf-8"
    )
    entries = "\n".join(f"{name.lower()} = {__name__}:{name}" for name in names)
    (about / "entry_points.txt").write_text(f"[catalystindex.parsers]\n{entries}\n", "utf-8")
    return str(home)
