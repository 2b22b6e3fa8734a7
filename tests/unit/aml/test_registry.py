"""Which detectors run, and with which parameters, is what the settings say."""

import numpy as np
import pytest

from catalystindex.aml import registry
from catalystindex.config.detection import DetectionSettings
from catalystindex.detection.engine import Engine
from catalystindex.detection.making import make_book
from catalystindex.model.alert import Severity
from catalystindex.model.errors import DetectorParameters, DetectorUnknown
from catalystindex.temporal.codes import Codebook
from catalystindex.temporal.payments import plain
from catalystindex.temporal.window import Window
from support.large_payment import LargePayment


class SmallPayment(LargePayment):
    """Another one."""

    name = "small_payment"


@pytest.fixture(autouse=True)
def _known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "DETECTORS", (LargePayment, SmallPayment))


def run(**settings: object) -> list[str]:
    found = registry.make_detectors(DetectionSettings.model_validate(settings))
    return [one.name for one in found]


def test_all_run_unless_the_settings_say_otherwise() -> None:
    assert run() == ["large_payment", "small_payment"]
    assert run(enabled=["small_payment"]) == ["small_payment"]
    assert run(disabled=["small_payment"]) == ["large_payment"]
    assert run(enabled=["small_payment"], disabled=["small_payment"]) == []


def test_their_order_is_that_of_the_registry() -> None:
    assert run(enabled=["small_payment", "large_payment"]) == ["large_payment", "small_payment"]


def test_parameters_are_those_of_the_settings_and_else_the_defaults() -> None:
    settings = DetectionSettings(parameters={"large_payment": {"least": 5}})
    one, other = registry.make_detectors(settings)
    assert (one.params.least, other.params.least) == (5, 1_000_000)


@pytest.mark.parametrize(
    "settings",
    [{"enabled": ["no_such"]}, {"disabled": ["no_such"]}, {"parameters": {"no_such": {}}}],
)
def test_a_name_that_no_detector_has_is_refused(settings: dict[str, object]) -> None:
    with pytest.raises(DetectorUnknown, match="name a detector 'no_such'"):
        run(**settings)


@pytest.mark.parametrize(
    ("parameters", "said"),
    [({"least": 0}, "least: Input should be"), ({"most": 1}, "most: Extra inputs")],
)
def test_parameters_that_do_not_fit_are_refused_though_it_is_not_run(
    parameters: dict[str, int], said: str
) -> None:
    with pytest.raises(DetectorParameters, match=f"large_payment are not valid: {said}"):
        run(disabled=["large_payment"], parameters={"large_payment": parameters})


def test_an_engine_and_a_book_are_made_of_the_settings() -> None:
    settings = DetectionSettings(
        enabled=("large_payment",),
        parameters={"large_payment": {"least": 100}},
        reference_currency="USD",
        severity_critical=60,
        severity_high=55,
    )
    detectors = registry.make_detectors(settings)
    codes = Codebook()
    payer, payee = codes.accounts.code("payer"), codes.accounts.code("payee")
    engine = Engine(detectors, Window(10**9, codes))
    payments = plain(np.full(3, payer), np.full(3, payee), np.arange(3), np.array([99, 100, 500]))
    found = make_book(detectors, settings).fold(engine.advance(payments))
    assert [(one.amount, one.currency, one.severity) for one in found] == [
        (100, "USD", Severity.CRITICAL),
        (500, "USD", Severity.CRITICAL),
    ]
    assert found[0].parameters == {"min_score": 50, "least": 100}
    assert found[0].entities == ("payee", "payer")
