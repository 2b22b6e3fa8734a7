"""How often those who follow a job look at it."""

import pytest

from catalystindex.api.events import LOOK_EVERY, SILENCE, pause_after


@pytest.mark.parametrize(("took", "pause"), [(0.001, LOOK_EVERY), (0.2, 2.0), (60.0, SILENCE)])
def test_looks_that_take_long_are_made_more_seldom(took: float, pause: float) -> None:
    assert pause_after(took) == pytest.approx(pause)
