"""A large file takes no more memory than a small one."""

import subprocess
import sys
from pathlib import Path

from support.iso20022 import pacs, transfer

READ = """
import resource, sys
from pathlib import Path
from catalystindex.streaming.importers.iso20022 import ISO_IMPORTERS
rows = sum(chunk.rows for chunk in ISO_IMPORTERS["iso20022"]().chunks(Path(sys.argv[1])))
print(rows, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def peak(path: Path) -> tuple[int, int]:
    """Return records read, and the peak of memory in KiB."""
    done = subprocess.run(
        [sys.executable, "-c", READ, str(path)], check=True, capture_output=True, text=True
    )
    rows, kibibytes = done.stdout.split()
    return int(rows), int(kibibytes)


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    """64 MB of transfers against 64 KB of them."""
    more = f"<SplmtryData><Envlp><x>{'y' * 64_000}</x></Envlp></SplmtryData>"
    small, large = tmp_path / "small.xml", tmp_path / "large.xml"
    small.write_text(pacs(transfer(more=more)))
    large.write_text(pacs(*[transfer(more=more)] * 1_000))

    (_, least), (rows, most) = peak(small), peak(large)

    assert rows == 1_000
    assert most - least < 16 * 1024
