"""The settings of detection."""

import os
from decimal import Decimal

import pytest

from catalystindex.config.detection import DetectionSettings
from catalystindex.config.settings import load_settings
from catalystindex.detection.making import severities_of
from catalystindex.detection.severity import Severities
from catalystindex.model.errors import ConfigurationError


def test_the_environment_has_names_with_commas_and_tables_as_json(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(os.environ, "CATALYST_DETECTION__ENABLED", "fan_in, cycle")
    monkeypatch.setitem(os.environ, "CATALYST_DETECTION__DISABLED", "")
    monkeypatch.setitem(os.environ, "CATALYST_DETECTION__RATES", '{"USD": "0.92"}')
    monkeypatch.setitem(
        os.environ, "CATALYST_DETECTION__PARAMETERS", '{"cycle": {"max_length": 6}}'
    )
    found = load_settings().settings.detection
    assert (found.enabled, found.disabled) == (("fan_in", "cycle"), ())
    assert found.rates == {"USD": Decimal("0.92")}
    assert found.parameters == {"cycle": {"max_length": 6}}


def test_the_default_severities_are_those_of_the_product() -> None:
    assert severities_of(DetectionSettings()) == Severities()


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("RATES", '{"USD": "0"}', "rate of USD must be above 0"),
        ("RATES", '{"USD": "NaN"}', "must be above 0|finite"),
        ("RATES", '{"XYZ9": "1"}', "no currency"),
        ("REFERENCE_CURRENCY", "euro", "no currency"),
        ("SEVERITY_HIGH", "90", "must rise"),
        ("SEVERITY_MEDIUM", "101", "less than or equal to 100"),
        ("MAX_ALERT_EVENTS", "0", "greater than or equal to 1"),
        ("LATENESS", "-1", "greater than or equal to 0"),
        ("IDLE", "0", "greater than 0"),
        ("PARAMETERS", "[", "JSON"),
    ],
)
def test_what_makes_no_sense_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setitem(os.environ, f"CATALYST_DETECTION__{name}", value)
    with pytest.raises(ConfigurationError, match=said):
        load_settings()
