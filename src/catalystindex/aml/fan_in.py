"""Fan-in: one account is paid by many others that never paid it before."""

from catalystindex.aml.fan import Fan, FanParameters, fan_weights
from catalystindex.aml.link_detector import ALTMAN, AMLSIM, FATF, FFIEC


class FanIn(Fan[FanParameters]):
    """Finds collectors."""

    name = "fan_in"
    version = 1
    typology = "fan_in"
    title = "Many new senders pay one account"
    definition = (
        "An account is paid by at least min_counterparties others within window_days, each for the"
        " first time in window_days + history_days, and their number is more than its usual rate of"
        " new senders explains (log-likelihood ratio of Poisson counts of at least min_surprise,"
        " over all starts of the run)."
    )
    sources = (FATF, FFIEC, AMLSIM, ALTMAN)
    parameters = FanParameters
    weights = fan_weights(40)
    into = True
    centre, rim = "collector", "senders"
    network = (1.4, 2.3)
    unusual = (1.2, 1.9)
