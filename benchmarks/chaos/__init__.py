"""Ingestion under fire: sources that fail, workers, owner and queue that are killed, then accounts.

``python -m benchmarks.chaos`` ingests the same documents twice, once calmly and once not, and
compares what came of it. What it kills and serves is real; the helpers of the tests start it.
"""

import sys
from pathlib import Path

TESTS = str(Path(__file__).parents[2] / "tests")
if TESTS not in sys.path:
    sys.path.insert(0, TESTS)
