"""The detectors of patterns in the graph of new links."""

from typing import Final

from catalystindex.aml.bipartite import Bipartite
from catalystindex.aml.commission_network import CommissionNetwork
from catalystindex.aml.fan_in import FanIn
from catalystindex.aml.fan_out import FanOut
from catalystindex.aml.gather_scatter import GatherScatter
from catalystindex.aml.scatter_gather import ScatterGather
from catalystindex.aml.stack import Stack
from catalystindex.detection.contract import AnyDetector

GRAPH_DETECTORS: Final[tuple[type[AnyDetector], ...]] = (
    FanIn,
    FanOut,
    GatherScatter,
    ScatterGather,
    Bipartite,
    Stack,
    CommissionNetwork,
)
