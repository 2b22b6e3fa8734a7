"""Detectors of how money flows."""

from typing import Final

from catalystindex.aml.cycle import Cycle
from catalystindex.aml.dormant_reactivation import DormantReactivation
from catalystindex.aml.mule_chain import MuleChain
from catalystindex.aml.structuring import Structuring
from catalystindex.detection.contract import AnyDetector

FLOWS: Final[tuple[type[AnyDetector], ...]] = (
    Structuring,
    Cycle,
    MuleChain,
    DormantReactivation,
)
