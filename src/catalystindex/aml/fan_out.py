"""Fan-out: one account pays many others that it never paid before."""

from pydantic import Field

from catalystindex.aml.fan import Fan, FanParameters, fan_weights
from catalystindex.aml.link_detector import ALTMAN, AMLSIM, FATF, FFIEC


class FanOutParameters(FanParameters):
    """When a fan-out is one."""

    min_score: int = Field(
        default=52, ge=0, le=100, description="Findings that score less are not reported."
    )


class FanOut(Fan[FanOutParameters]):
    """Finds distributors."""

    name = "fan_out"
    version = 1
    typology = "fan_out"
    title = "One account pays many new receivers"
    definition = (
        "An account pays at least min_counterparties others within window_days, each for the first"
        " time in window_days + history_days, and their number is more than its usual rate of new"
        " receivers explains (log-likelihood ratio of Poisson counts of at least min_surprise, over"
        " all starts of the run)."
    )
    sources = (FATF, FFIEC, AMLSIM, ALTMAN)
    parameters = FanOutParameters
    weights = fan_weights(35)
    into = False
    centre, rim = "distributor", "receivers"
    network = (1.0, 2.1)
    unusual = (0.8, 1.6)
