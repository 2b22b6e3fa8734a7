"""Detectors of flows keep to the contract, find their pattern, and are silent on look-alikes."""

from typing import Final

import pytest

from catalystindex.aml.cycle import Cycle
from catalystindex.aml.dormant_reactivation import DormantReactivation
from catalystindex.aml.flow_set import FLOWS
from catalystindex.aml.high_risk_corridors import HighRiskCorridors
from catalystindex.aml.mule_chain import MuleChain
from catalystindex.aml.rapid_movement import RapidMovement
from catalystindex.aml.round_amounts import RoundAmounts
from catalystindex.aml.structuring import Structuring
from catalystindex.detection.checks import Check, checks_of
from support import flow_scenes

CASES: Final = (
    (Structuring, flow_scenes.structuring()),
    (Cycle, flow_scenes.cycle()),
    (Cycle, flow_scenes.strange_cycle()),
    (MuleChain, flow_scenes.mule_chain()),
    (DormantReactivation, flow_scenes.dormant_reactivation()),
    (RapidMovement, flow_scenes.rapid_movement()),
    (RoundAmounts, flow_scenes.round_amounts()),
    (HighRiskCorridors, flow_scenes.high_risk_corridors()),
)


@pytest.mark.parametrize(
    "check",
    [
        pytest.param(check, id=f"{case.pattern.name}-{check.name}")
        for made, case in CASES
        for check in checks_of(made(), case)
    ],
)
def test_a_detector_keeps_to_the_contract(check: Check) -> None:
    check.run()


def test_every_detector_of_the_set_is_checked() -> None:
    assert {made for made, _ in CASES} == set(FLOWS)


def test_names_are_those_of_their_typologies() -> None:
    assert all(made.name == made.typology for made in FLOWS)
    assert len({made.name for made in FLOWS}) == len(FLOWS)
