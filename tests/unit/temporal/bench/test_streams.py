"""The streams of the benchmark are those of their definition."""

import numpy as np
import pytest

from catalystindex.temporal.bench.streams import DAY, Shape, synthetic
from catalystindex.temporal.payments import is_ordered

N = 60_000


@pytest.mark.parametrize(
    ("shape", "accounts"), [(Shape.PARETO, N // 6), (Shape.DENSE, N // 60), (Shape.ZIPF, N // 10)]
)
def test_a_stream_is_what_its_shape_says(shape: Shape, accounts: int) -> None:
    payments, count = synthetic(N, shape)
    assert count == accounts
    assert 0.97 * N < len(payments.time) <= N
    assert is_ordered(payments)
    assert not (payments.source == payments.target).any()
    assert int(payments.source.max()) < accounts
    assert 0 <= int(payments.time[0]) < DAY // 100
    assert 9.99 * DAY < int(payments.time[-1]) < 10 * DAY
    logs = np.log(payments.amount / 100)
    assert abs(logs.mean() - 6) < 0.05
    assert abs(logs.std() - 2) < 0.05


def test_hubs_are_those_of_the_shape() -> None:
    shares = {shape: np.bincount(synthetic(N, shape).payments.source).max() / N for shape in Shape}
    assert shares[Shape.ZIPF] > 0.05
    assert shares[Shape.PARETO] < 0.02


def test_a_seed_is_a_stream() -> None:
    one, same, other = (synthetic(1000, Shape.ZIPF, seed).payments for seed in (7, 7, 8))
    for left, right in zip(one, same, strict=True):
        np.testing.assert_array_equal(left, right)
    assert one.time.tolist() != other.time.tolist()


@pytest.mark.parametrize("edges", [0, 99, 100_000_001])
def test_a_stream_of_no_length_is_refused(edges: int) -> None:
    with pytest.raises(ValueError, match="100 to 100,000,000 edges"):
        synthetic(edges, Shape.PARETO)
