"""A small run of `make stream-chaos`: every claim about events under kills holds."""

from pathlib import Path

import pytest
from benchmarks.stream_chaos.run import run
from benchmarks.stream_chaos.scale import Scale

SMALL = Scale(events=4_000, kills=3)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_kills_repetition_disorder_and_poison_change_nothing(tmp_path: Path) -> None:
    claims, report = run(SMALL, tmp_path / "rounds")
    assert not [claim for claim in claims if not claim.holds], report
