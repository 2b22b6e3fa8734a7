"""Which features are computed, over which windows, within which bounds."""

from dataclasses import dataclass

from catalystindex.model.errors import ConfigurationError

HOUR = 3_600_000_000
DAY = 24 * HOUR

LONGEST_CYCLE = 10
LONGEST_CHAIN = 32


POSITIVE = (
    "window", "scatter_window", "max_entries", "pattern_entries", "scatter_gather_steps",
    "cycle_steps", "max_steps", "layer_entries", "layer_steps", "chain_steps", "pass_delay",
)  # fmt: skip
"""Settings that are at least 1."""


@dataclass(frozen=True, slots=True)
class FeatureSettings:
    """Windows in microseconds; bounds on the work per payment.

    A window of W ends at a payment's time t and holds what is at or after t - W. Raises
    `ConfigurationError` for a window of no time, and for bounds that leave nothing.
    """

    window: int = DAY
    """Of degree, fan, statistics, cycles, layers and pass-through chains."""
    scatter_window: int = 6 * HOUR
    """Of scatter-gather, gather-scatter and the flow through an account."""
    cycle_length: int = 4
    """Edges of the longest cycle that is counted, 2 to 10."""
    max_entries: int = 4096
    """Newest entries of an account's list that statistics and gather-scatter look at."""
    pattern_entries: int = 512
    """The same of scatter-gather, cycles and the flow through an account: what runs through hubs
    says little and costs much."""
    scatter_gather_steps: int = 1_000
    """Entries that the search for scatter-gathers of one payment may visit."""
    cycle_steps: int = 500
    """The same of cycles, where the longest has up to four edges."""
    max_steps: int = 200_000
    """The same of cycles, where longer ones are counted: who asks for them accepts their price."""
    layer_entries: int = 256
    """As ``pattern_entries``, of layers."""
    layer_steps: int = 500
    """The same of layers."""
    chain_steps: int = 250
    """The same of pass-through chains."""
    chain_length: int = 6
    """Edges of the longest pass-through chain, 1 to 32."""
    pass_delay: int = DAY
    """Within which an account of such a chain passes on."""
    keep_low: float = 0.8
    keep_high: float = 1.0
    """Shares of what it received that it passes on."""
    statistics: bool = True
    gather_scatter: bool = True
    scatter_gather: bool = True
    cycles: bool = True
    layers: bool = True
    chains: bool = True

    def __post_init__(self) -> None:
        for name in POSITIVE:
            if getattr(self, name) < 1:
                raise ConfigurationError(f"{name} of features must be at least 1")
        if not 2 <= self.cycle_length <= LONGEST_CYCLE:
            raise ConfigurationError(
                f"cycle_length of features must be 2 to {LONGEST_CYCLE}, not {self.cycle_length}"
            )
        if not 1 <= self.chain_length <= LONGEST_CHAIN:
            raise ConfigurationError(
                f"chain_length of features must be 1 to {LONGEST_CHAIN}, not {self.chain_length}"
            )
        if not 0 < self.keep_low <= self.keep_high:
            raise ConfigurationError("keep_low of features must be over 0 and at most keep_high")

    @property
    def lookback(self) -> int:
        """How much history a window must keep for these features, in microseconds."""
        return max(self.window, self.scatter_window)
