"""Detectors of how money flows."""

from typing import Final

from catalystindex.aml.cycle import Cycle
from catalystindex.aml.dormant_reactivation import DormantReactivation
from catalystindex.aml.high_risk_corridors import HighRiskCorridors
from catalystindex.aml.mule_chain import MuleChain
from catalystindex.aml.rapid_movement import RapidMovement
from catalystindex.aml.round_amounts import RoundAmounts
from catalystindex.aml.structuring import Structuring
from catalystindex.detection.contract import AnyDetector

FLOWS: Final[tuple[type[AnyDetector], ...]] = (
    Structuring,
    Cycle,
    MuleChain,
    DormantReactivation,
    RapidMovement,
    RoundAmounts,
    HighRiskCorridors,
)
