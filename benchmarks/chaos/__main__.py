"""``python -m benchmarks.chaos``: prints the counts, ends with 0 if every claim holds."""

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks.chaos.report import passed
from benchmarks.chaos.run import run
from benchmarks.chaos.scale import Scale


def main() -> int:
    """Run it with what the command line says."""
    usual = Scale()
    parser = argparse.ArgumentParser(prog="python -m benchmarks.chaos", description=__doc__)
    parser.add_argument("--documents", type=int, default=usual.documents)
    parser.add_argument("--worker-kills", type=int, default=usual.worker_kills)
    parser.add_argument("--owner-kills", type=int, default=usual.owner_kills)
    parser.add_argument("--queue-kills", type=int, default=usual.queue_kills)
    parser.add_argument("--seed", type=int, default=usual.seed)
    parser.add_argument("--keep", type=Path, help="a folder that is not there yet, to look into")
    told = parser.parse_args()
    scale = Scale(told.documents, told.worker_kills, told.owner_kills, told.queue_kills, told.seed)
    with tempfile.TemporaryDirectory(prefix="catalystindex-chaos-") as temporary:
        claims, report = run(scale, told.keep or Path(temporary))
    print(report)
    return 0 if passed(claims) else 1


if __name__ == "__main__":
    sys.exit(main())
