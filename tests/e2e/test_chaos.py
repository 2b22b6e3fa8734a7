"""A small run of `make chaos`: every claim about killed parts and failing sources holds."""

from pathlib import Path

import pytest
from benchmarks.chaos.run import run
from benchmarks.chaos.scale import Scale

SMALL = Scale(documents=40, worker_kills=4, owner_kills=1, queue_kills=1)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_what_is_killed_and_what_fails_at_its_source_changes_nothing(tmp_path: Path) -> None:
    claims, report = run(SMALL, tmp_path)
    assert not [claim for claim in claims if not claim.holds], report
