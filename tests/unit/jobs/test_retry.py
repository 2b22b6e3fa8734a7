"""When a document is tried again: bounded, the same every time, never before its source wants."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalystindex.config.sections import JobsSettings
from catalystindex.jobs.retry import MAX_RETRY_AFTER, RETRY_AFTER, RetryPolicy, problem_of
from catalystindex.model.errors import (
    CatalystError,
    CorruptDocument,
    ProcessingFailed,
    SourceRateLimited,
    SourceUnavailable,
)
from catalystindex.model.job import ErrorClass

POLICY = RetryPolicy(max_attempts=5, backoff=1, max_backoff=60)
BROKEN = SourceUnavailable("No answer.")
ids = st.text("0123456789abcdef", min_size=1, max_size=32)


def seconds(item: str, attempt: int, error: CatalystError = BROKEN) -> float:
    return POLICY.delay(item, attempt, error).total_seconds()


@given(item=ids, attempt=st.integers(1, 1_000))
def test_a_wait_is_between_half_and_one_and_a_half_of_the_doubled_backoff(
    item: str, attempt: int
) -> None:
    doubled = min(POLICY.backoff * 2 ** min(attempt - 1, 40), POLICY.max_backoff)
    assert 0.5 * doubled <= seconds(item, attempt) <= 1.5 * doubled
    assert seconds(item, attempt) == seconds(item, attempt)


def test_documents_that_failed_together_do_not_come_back_together() -> None:
    waits = {round(seconds(f"{n:032x}", 3), 3) for n in range(100)}
    assert len(waits) > 90
    assert max(waits) - min(waits) > 0.8 * 4


@pytest.mark.parametrize(
    ("asked", "least"), [(30, 30), (0.5, 0.5), (10**9, MAX_RETRY_AFTER), (-5, 0), ("x", 0)]
)
def test_a_source_says_how_long_at_least(asked: float | str, least: float) -> None:
    error = SourceRateLimited("Slow down.", **{RETRY_AFTER: asked})
    waited = seconds("a", 1, error)
    assert waited >= least
    assert waited == max(seconds("a", 1), least)


@pytest.mark.parametrize(
    ("error", "attempts", "gives_up"),
    [
        (BROKEN, 1, False),
        (BROKEN, 4, False),
        (BROKEN, 5, True),
        (BROKEN, 9, True),
        (CorruptDocument("It is damaged."), 1, True),
        (ProcessingFailed("The worker is gone."), 4, False),
    ],
)
def test_only_what_may_pass_is_tried_again_and_not_forever(
    error: CatalystError, attempts: int, gives_up: bool
) -> None:
    assert POLICY.gives_up(problem_of(error), attempts) is gives_up


def test_a_problem_is_what_the_error_says() -> None:
    problem = problem_of(SourceRateLimited("Slow down."))
    assert (problem.code, problem.detail) == ("source.rate_limited", "Slow down.")
    assert problem.error_class is ErrorClass.TRANSIENT
    assert problem_of(CorruptDocument("x.")).error_class is ErrorClass.PERMANENT


def test_the_policy_is_that_of_the_settings() -> None:
    settings = JobsSettings(max_attempts=7, backoff=2, max_backoff=9)
    assert RetryPolicy.of(settings) == RetryPolicy(7, 2, 9)
