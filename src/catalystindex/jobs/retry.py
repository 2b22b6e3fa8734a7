"""When to try again: exponential backoff with jitter, or when the source says."""

from dataclasses import dataclass
from datetime import timedelta
from hashlib import blake2b

from catalystindex.config.sections import JobsSettings
from catalystindex.model.errors import CatalystError
from catalystindex.model.job import ErrorClass, ItemProblem

RETRY_AFTER = "retry_after"
"""In the context of an error: the seconds its source asks us to wait (RFC 9110 section 10.2.3)."""
MAX_RETRY_AFTER = 3600.0


@dataclass(frozen=True)
class RetryPolicy:
    """How often a stage is tried, and how long is waited in between (seconds)."""

    max_attempts: int
    backoff: float
    max_backoff: float

    @classmethod
    def of(cls, settings: JobsSettings) -> "RetryPolicy":
        """Return the policy of the settings."""
        return cls(settings.max_attempts, settings.backoff, settings.max_backoff)

    def gives_up(self, problem: ItemProblem, attempts: int) -> bool:
        """Tell whether a document is not tried again after this many attempts at a stage."""
        return problem.error_class is ErrorClass.PERMANENT or attempts >= self.max_attempts

    def delay(self, item_id: str, attempts: int, error: CatalystError) -> timedelta:
        """Return how long to wait after the n-th attempt, from 1.

        Half to one and a half times the doubled backoff; the jitter comes from the document and
        the attempt, so that documents that failed together do not come back together, and a run
        can be replayed. A source's ``Retry-After`` is the least.
        """
        doubled = min(self.backoff * 2 ** min(attempts - 1, 32), self.max_backoff)
        seed = blake2b(f"{item_id}:{attempts}".encode(), digest_size=4).digest()
        jittered = doubled * (0.5 + int.from_bytes(seed) / 2**32)
        asked = error.context.get(RETRY_AFTER)
        least = min(float(asked), MAX_RETRY_AFTER) if isinstance(asked, int | float) else 0.0
        return timedelta(seconds=max(jittered, least))


def problem_of(error: CatalystError) -> ItemProblem:
    """Return an error as a job shows it."""
    kind = ErrorClass.TRANSIENT if error.transient else ErrorClass.PERMANENT
    return ItemProblem(code=error.code, detail=error.detail, error_class=kind)
