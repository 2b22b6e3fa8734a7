"""An account that deals with everybody costs little where it is no finding."""

import numpy as np
import pytest

from catalystindex.aml.fan_in import FanIn
from catalystindex.aml.fan_out import FanOut
from catalystindex.aml.kernels.links import Ground, everyday
from catalystindex.aml.moves import IS_MOVE
from catalystindex.aml.structuring import Structuring
from catalystindex.detection.contract import DAY
from catalystindex.temporal.layout import NOBODY, Fresh
from catalystindex.temporal.payments import CASH_DEPOSIT, plain
from catalystindex.temporal.window import Window

OTHERS = 600


def hub(*, paid: bool) -> tuple[Window, Fresh]:
    """Return a window in which one account is paid by, or pays, all the others in a day."""
    detector = FanIn() if paid else FanOut()
    window = Window(detector.lookback)
    for number in range(OTHERS + 1):
        window.codes.accounts.code(f"ac-{number}")
    others, one = np.arange(1, OTHERS + 1), np.zeros(OTHERS, np.int64)
    time = np.linspace(0, DAY, OTHERS).astype(np.int64)
    amount = np.random.default_rng(1).integers(1_000, 500_000, OTHERS)
    source, target = (others, one) if paid else (one, others)
    return window, window.append(plain(source, target, time, amount))


@pytest.mark.parametrize("paid", [True, False])
def test_parties_are_named_only_where_there_is_a_finding(
    monkeypatch: pytest.MonkeyPatch, paid: bool
) -> None:
    window, fresh = hub(paid=paid)
    named: list[int] = []
    account = Window.account

    def counted(self: Window, code: int) -> str:
        named.append(code)
        return account(self, code)

    monkeypatch.setattr(Window, "account", counted)
    detector = FanIn() if paid else FanOut()
    assert list(detector.detect(window, fresh)) == []
    assert len(named) == 0


def test_what_an_account_usually_pays_is_the_same_however_often_it_is_asked_for() -> None:
    window, _ = hub(paid=False)
    ground = Ground(window.view, window.column("method"), IS_MOVE)

    def usual(*accounts: int) -> list[float]:
        asked = np.array(accounts, np.int32)
        means: list[float] = everyday(ground, asked, 0, OTHERS, 128, 3, True).tolist()
        return means

    alone = {one: usual(one)[0] for one in (0, 1)}
    assert np.isnan(alone[1])
    assert alone[0] > 0
    np.testing.assert_array_equal(usual(0, 0, 1, 1, 0), [alone[one] for one in (0, 0, 1, 1, 0)])


def test_who_handles_cash_all_day_is_not_named_for_each_deposit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    detector = Structuring()
    window = Window(detector.lookback)
    window.codes.accounts.code("ac-till")
    time = np.linspace(0, 30 * DAY, OTHERS).astype(np.int64)
    nobody, till = np.full(OTHERS, NOBODY), np.zeros(OTHERS, np.int64)
    paid_in = plain(nobody, till, time, np.full(OTHERS, 700_000))
    methods = np.full(OTHERS, CASH_DEPOSIT, np.int8)
    fresh = window.append(paid_in._replace(method=methods))

    def refused(self: Window, code: int) -> str:
        raise AssertionError(code)

    monkeypatch.setattr(Window, "account", refused)
    assert list(detector.detect(window, fresh)) == []
