"""Jobs and their documents by the beginning of their id, as git takes commits."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import TypeVar

from catalystindex.model.errors import (
    CatalystError,
    InvalidRequest,
    JobNotFound,
    StreamLetterNotFound,
)
from catalystindex.model.job import Job, JobDocument
from catalystindex.model.stream import DeadEvent
from catalystindex.sdk import Client

ID_LENGTH = 32
SHORTEST = 4
LOOKED_AT = 2_000
"""Of the newest jobs, or of the dead letters: whatever is older needs its whole id."""

Found = TypeVar("Found", Job, JobDocument, DeadEvent)


def find_job(client: Client, given: str) -> Job:
    """Return the job of an id, or of the beginning of one if no other begins so.

    Raises `JobNotFound`, and `InvalidRequest` for a beginning that is too short or not unique.
    """
    if len(given) >= ID_LENGTH:
        return client.jobs.get(given)
    return client.jobs.get(_only(client.jobs.all(), given, "job").id)


def find_dead_letters(client: Client, given: Sequence[str]) -> list[JobDocument]:
    """Return the dead letters of ids, or of beginnings of ids. Raises as `find_job`."""
    newest = list(islice(client.dead_letters.all(), LOOKED_AT)) if given else []
    return [_only(newest, one, "dead letter") for one in given]


def find_dead_event(client: Client, given: str) -> DeadEvent:
    """Return the dead event of an id, or of the beginning of one if no other begins so.

    Raises `StreamLetterNotFound`, and `InvalidRequest` as `find_job` does.
    """
    if len(given) >= ID_LENGTH:
        return client.streams.dead_letters.get(given)
    walked = client.streams.dead_letters.all(state=None)
    return _only(walked, given, "dead event", StreamLetterNotFound)


def _only(
    candidates: Iterable[Found],
    given: str,
    what: str,
    missing: type[CatalystError] = JobNotFound,
) -> Found:
    if len(given) < SHORTEST:
        raise InvalidRequest(f"{given!r} is too short: give {SHORTEST} characters of the id.")
    found = [one for one in islice(candidates, LOOKED_AT) if one.id.startswith(given)]
    if not found:
        raise missing(f"No {what} of the newest {LOOKED_AT:,} has an id that begins {given!r}.")
    if len(found) > 1 and all(one.id != given for one in found):
        ids = ", ".join(one.id for one in found[:5])
        raise InvalidRequest(f"More than one {what} has an id that begins {given!r}: {ids}.")
    return next((one for one in found if one.id == given), found[0])
