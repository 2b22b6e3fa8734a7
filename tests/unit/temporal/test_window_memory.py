"""What a window costs, as `docs/design/temporal.md` says, and that it does not creep up."""

import numpy as np
import pytest

from catalystindex.temporal.payments import plain, taken
from support.windows import window_of

LIVE, STREAM, ACCOUNTS, BATCH = 60_000, 480_000, 30_000, 4096


@pytest.mark.parametrize(("evidence", "bound"), [(True, 620), (False, 520)])
def test_bytes_of_a_live_payment_are_bounded_and_do_not_creep_up(
    evidence: bool, bound: int
) -> None:
    """The Pareto stream, eight windows long."""
    draw = np.random.default_rng(1)
    weight = np.minimum(draw.pareto(2, ACCOUNTS) + 1, 100)
    source, target = (draw.choice(ACCOUNTS, STREAM, p=weight / weight.sum()) for _ in range(2))
    time = np.sort(draw.integers(0, 10**9, STREAM))
    stream = plain(source, target, time, np.ones(STREAM, np.int64))
    made = window_of(10**9 * LIVE // STREAM, ACCOUNTS, evidence=evidence)
    costs = []
    for at in range(0, STREAM, BATCH):
        made.append(taken(stream, slice(at, at + BATCH)))
        if at > STREAM // 2:
            costs.append(made.size().bytes / LIVE)
    assert max(costs) <= bound
    half = len(costs) // 2
    assert max(costs[half:]) <= max(costs[:half]) * 1.15
