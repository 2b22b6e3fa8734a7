"""Documents that do what they say to whoever reads them: take their time, or end their reader.

They come as tab-separated values, so that they are detected; `scripted_parser` makes this
interpreter, and the compute workers it spawns, read those so.
"""

import os
import signal
import time
from pathlib import Path

from catalystindex.documents.builder import DocumentBuilder
from catalystindex.documents.parse.context import ParseContext
from catalystindex.documents.parse.kinds import TSV
from catalystindex.documents.parse.registry import Parser
from catalystindex.documents.parsed import ParsedDocument


def read_script(data: bytes, context: ParseContext) -> ParsedDocument:
    """Do what the document says: ``steps pause``, or the name of a signal."""
    if data.startswith(b"SIG"):
        os.kill(os.getpid(), signal.Signals[data.decode()])
        time.sleep(30)  # what is pending comes before this is over
    steps, pause = data.split()
    for step in range(int(steps)):
        time.sleep(float(pause))
        context.page_done(step + 1, int(steps))
    builder = DocumentBuilder(TSV, context.limits.max_text_chars)
    builder.add("paragraph", f"Read in {int(steps)} steps.")
    return builder.build()


PARSER = Parser("scripted-tsv", (TSV,), read_script, priority=9)


def scripted_parser(folder: Path) -> str:
    """Write the metadata of a package with the parser; return what to put on the path."""
    home = folder / "site"
    about = home / "catalyst_scripted_documents-1.0.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: catalyst-scripted-documents\nVersion: 1.0\n", "utf-8"
    )
    entry = f"[catalystindex.parsers]\nscripted-tsv = {__name__}:PARSER\n"
    (about / "entry_points.txt").write_text(entry, "utf-8")
    return str(home)
