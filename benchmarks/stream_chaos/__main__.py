"""``python -m benchmarks.stream_chaos``: prints the claims, ends with 0 if every one holds."""

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks.stream_chaos.run import run
from benchmarks.stream_chaos.scale import Scale


def main() -> int:
    """Run it with what the command line says."""
    usual = Scale()
    parser = argparse.ArgumentParser(prog="python -m benchmarks.stream_chaos", description=__doc__)
    parser.add_argument("--events", type=int, default=usual.events)
    parser.add_argument("--kills", type=int, default=usual.kills)
    parser.add_argument("--seed", type=int, default=usual.seed)
    parser.add_argument("--keep", type=Path, help="a folder that is not there yet, to look into")
    told = parser.parse_args()
    scale = Scale(events=told.events, kills=told.kills, seed=told.seed)
    with tempfile.TemporaryDirectory(prefix="catalystindex-stream-chaos-") as temporary:
        claims, report = run(scale, told.keep or Path(temporary))
    print(report)
    return 0 if all(one.holds for one in claims) else 1


if __name__ == "__main__":
    sys.exit(main())
