"""Detectors of links keep the contract, fire on their pattern and not on what is lawful."""

import pytest

from catalystindex.aml.graph_set import GRAPH_DETECTORS
from catalystindex.detection.checks import Check, checks_of
from support.graph_cases import case_of

CHECKS = [
    pytest.param(check, id=f"{detector.name}-{check.name}")
    for detector in (kind() for kind in GRAPH_DETECTORS)
    for check in checks_of(detector, case_of(detector.name))
]


@pytest.mark.parametrize("check", CHECKS)
def test_a_detector_keeps_the_contract(check: Check) -> None:
    check.run()
