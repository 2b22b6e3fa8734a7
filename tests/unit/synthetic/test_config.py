"""What a bank can be made from."""

from dataclasses import replace
from datetime import date

import pytest

from catalystindex.model.errors import SyntheticInvalid
from catalystindex.synthetic.config import DAY_MICROS, DIFFICULTIES, SynthConfig


@pytest.mark.parametrize(
    "wrong",
    [
        {"accounts": 499},
        {"accounts": 5_000_001},
        {"days": 0},
        {"days": 3_661},
        {"seed": -1},
        {"seed": 2**63},
        {"difficulty": 1.01},
        {"difficulty": float("nan")},
        {"density": -1},
        {"start": date(1900, 1, 1)},
        {"currency": "JPY"},
        {"currency": "???"},
        {"typologies": ("smurfing",)},
        {"typologies": ("cycle", "cycle")},
    ],
)
def test_what_is_out_of_bounds_is_refused_by_name(wrong: dict[str, object]) -> None:
    with pytest.raises(SyntheticInvalid):
        replace(SynthConfig(), **wrong)  # type: ignore[arg-type]


def test_the_period_is_of_whole_days_of_utc() -> None:
    config = SynthConfig(days=3, start=date(2000, 2, 28))
    assert config.origin == 951_696_000 * 1_000_000
    assert config.end == config.origin + 3 * DAY_MICROS
    assert config.date_of(2) == date(2000, 3, 1)


def test_levels_of_difficulty_have_names() -> None:
    assert DIFFICULTIES["easy"] < DIFFICULTIES["default"] < DIFFICULTIES["hard"]
