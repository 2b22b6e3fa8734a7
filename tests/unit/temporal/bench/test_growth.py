"""How the growth of a stream is measured and told."""

import pytest

from catalystindex.temporal.bench.growth import Point, growth, order_of, sizes_up_to
from catalystindex.temporal.bench.measure import Options
from catalystindex.temporal.bench.streams import DAY, Shape
from catalystindex.temporal.features.settings import FeatureSettings


@pytest.mark.parametrize(
    ("edges", "sizes"),
    [
        (500, (500,)),
        (100_000, (100_000,)),
        (1_000_000, (100_000, 316_228, 1_000_000)),
        (10_000_000, (100_000, 316_228, 1_000_000, 3_162_278, 10_000_000)),
    ],
)
def test_growth_is_shown_from_a_hundred_thousand_edges_on(
    edges: int, sizes: tuple[int, ...]
) -> None:
    assert sizes_up_to(edges) == sizes


def test_a_window_that_holds_all_days_holds_all_payments() -> None:
    steps: list[str] = []
    options = Options(FeatureSettings(), keep=30 * DAY)
    (point,) = growth(3000, Shape.PARETO, 1, options, 30, steps.append)
    assert 2900 < point.edges <= 3000
    assert point.window_rows == point.edges
    assert point.peak_bytes > point.window_bytes > 0
    assert point.edges_per_second == pytest.approx(1e6 / point.seconds_per_million)
    assert steps == ["compiling", "3,000 edges"]


def points(*each: tuple[int, float]) -> list[Point]:
    return [Point(edges, seconds, 0, 0, 0) for edges, seconds in each]


def test_linear_time_is_of_the_first_order_and_quadratic_of_the_second() -> None:
    assert order_of(points((100, 2.0), (1000, 20.0), (5000, 100.0))) == pytest.approx(1)
    assert order_of(points((100, 1.0), (1000, 100.0))) == pytest.approx(2)
    assert order_of(points((100, 1.0))) is None
