"""The groups of features that there are, in the order of their columns."""

from typing import Final

from catalystindex.temporal.features.chains import CHAINS
from catalystindex.temporal.features.cycles import CYCLES
from catalystindex.temporal.features.gather_scatter import GATHER_SCATTER
from catalystindex.temporal.features.groups import Group
from catalystindex.temporal.features.layers import LAYERS
from catalystindex.temporal.features.scatter_gather import SCATTER_GATHER
from catalystindex.temporal.features.statistics import STATISTICS

GROUPS: Final[tuple[Group, ...]] = (
    STATISTICS,
    GATHER_SCATTER,
    SCATTER_GATHER,
    CYCLES,
    LAYERS,
    CHAINS,
)
