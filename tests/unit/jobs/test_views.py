"""A job as callers see it: its documents added up."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalystindex.jobs.views import ALMOST, WEIGHTS, job_of
from catalystindex.model.job import ItemState, Job, JobState, JobWarning, Outcome, Stage
from catalystindex.stores.records.jobs import StoredJob, Tally
from support.stores import ANA, AT, NOON

STORED = StoredJob(
    id="j", tenant=ANA.key, knowledge_base_id="kb", label="", state=JobState.RUNNING, sequence=3,
    cancel_requested=False, fingerprint=None, created_by="ana", created_at=AT, started_at=AT,
    finished_at=None,
)  # fmt: skip
WARNING = JobWarning(code="queue.unreachable", detail="No.")
STAGES = [None, *Stage][:-1]


def tally(
    documents: int,
    state: ItemState = ItemState.RUNNING,
    stage: Stage | None = None,
    outcome: Outcome | None = None,
    *,
    retrying: bool = False,
    listing: bool = False,
) -> Tally:
    return Tally("j", state, stage, outcome, retrying, listing, documents, documents, "d")


def view(*tallies: Tally, stored: StoredJob = STORED, seconds: float = 10) -> Job:
    return job_of(stored, tallies, NOON + timedelta(seconds=seconds), [WARNING])


def test_documents_are_counted_by_what_they_are_at() -> None:
    shown = view(
        tally(4, ItemState.QUEUED),
        tally(3, ItemState.QUEUED, Stage.ACQUIRED, retrying=True),
        tally(2, stage=Stage.CHUNKED, retrying=True),
        tally(1, stage=None, listing=True),
        tally(5, ItemState.SUCCEEDED, Stage.INDEXED, Outcome.CREATED),
        tally(6, ItemState.SUCCEEDED, Stage.ACQUIRED, Outcome.UNCHANGED),
        tally(7, ItemState.FAILED, Stage.ACQUIRED),
        tally(8, ItemState.CANCELLED),
    )
    assert shown.total == 36
    counts = shown.counts
    assert (counts.queued, counts.retrying, counts.running) == (4, 3, 3)
    assert (counts.succeeded, counts.failed, counts.cancelled) == (11, 7, 8)
    assert shown.open_listings == 1
    assert shown.stages == {
        Stage.ACQUIRED: 23, Stage.PARSED: 13, Stage.CHUNKED: 13, Stage.EMBEDDED: 11,
        Stage.INDEXED: 11,
    }  # fmt: skip
    assert shown.outcomes == {Outcome.CREATED: 5, Outcome.UNCHANGED: 6}
    assert shown.attempts == 36


@given(
    done=st.lists(st.sampled_from(STAGES), min_size=1, max_size=30),
    place=st.integers(0, 29),
)
def test_the_percentage_rises_with_every_stage_and_is_whole_only_at_the_end(
    done: list[Stage | None], place: int
) -> None:
    place %= len(done)
    rising = [*STAGES[STAGES.index(done[place]) :], "end"]
    seen = []
    for stage in rising:
        others = [tally(1, stage=one) for at, one in enumerate(done) if at != place]
        mine = (
            tally(1, ItemState.SUCCEEDED)
            if stage == "end"
            else tally(1, stage=Stage(stage) if stage else None)
        )
        seen.append(view(*others, mine).percentage)
    assert seen == sorted(seen)
    assert all(0 <= one <= 100 for one in seen)
    assert (seen[-1] == 100) == (len(done) == 1)


def test_weights_rise_with_the_stages() -> None:
    assert list(WEIGHTS) == [None, *Stage]
    assert list(WEIGHTS.values()) == sorted(WEIGHTS.values())


def test_a_large_job_is_not_done_while_one_document_is_not() -> None:
    done = tally(99_999, ItemState.SUCCEEDED, Stage.INDEXED, Outcome.CREATED)
    assert view(done, tally(1, stage=Stage.EMBEDDED)).percentage == ALMOST
    assert view(done, tally(1, ItemState.FAILED)).percentage == 100


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        (STORED, 30.0),
        (replace(STORED, started_at=None), None),
        (replace(STORED, state=JobState.QUEUED), None),
        (replace(STORED, state=JobState.SUCCEEDED, finished_at=AT), None),
    ],
)
def test_the_time_left_is_told_while_a_job_runs(stored: StoredJob, expected: float | None) -> None:
    tallies = (tally(1, ItemState.SUCCEEDED), tally(3, ItemState.QUEUED))
    assert view(*tallies, stored=stored).eta_seconds == expected


def test_no_time_left_is_told_before_anything_is_done() -> None:
    assert view(tally(3, ItemState.QUEUED)).eta_seconds is None
    assert view(tally(1, ItemState.SUCCEEDED), tally(1), seconds=0).eta_seconds is None


def test_warnings_are_shown_while_a_job_has_not_ended() -> None:
    assert view(tally(1)).warnings == [WARNING]
    over = replace(STORED, state=JobState.PARTIAL, finished_at=AT)
    assert view(tally(1, ItemState.FAILED), stored=over).warnings == []


def test_the_document_of_a_job_of_one_is_named() -> None:
    assert view(tally(1)).document_id == "d"
    assert view(tally(2)).document_id is None
    assert view(tally(1), tally(1, ItemState.FAILED)).document_id is None
