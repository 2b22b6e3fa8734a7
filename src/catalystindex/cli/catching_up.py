"""Waiting until consumers have applied what the log held when the waiting began."""

import time

from catalystindex.cli.output import counted, print_notes, progress
from catalystindex.model.errors import CatalystError, error_from_code
from catalystindex.model.stream import ConsumerState, ConsumerStatus, StreamStatus
from catalystindex.sdk import Client

LOOK_EVERY = 0.2
"""Seconds between looks."""

Ends = dict[int, int]
"""Offset after the newest event of each partition."""


def wait_for_consumers(client: Client) -> None:
    """Return when every consumer that runs is as far as the log is now.

    Raises the error of a consumer that stopped; it would never be.
    """
    status = client.streams.status()
    ends = _ends(status)
    first = _left(status, ends)
    with progress("Applying", first or None) as bar:
        while left := _left(status, ends):
            _check(status)
            bar.update(bar.task_ids[0], completed=first - left)
            time.sleep(LOOK_EVERY)
            status = client.streams.status()


def note_lag(client: Client, *, alone: bool) -> None:
    """Say on standard error that consumers have something to do yet, where they do."""
    status = client.streams.status()
    lag = max((one.lag for one in status.consumers if _runs(one)), default=0)
    if lag:
        how = "they go on with the next server or command here" if alone else "they go on"
        print_notes(f"Consumers have {counted(lag, 'event')} to apply yet; {how}.")


def _ends(status: StreamStatus) -> dict[str, Ends]:
    return {
        one.group: {part.partition: part.end for part in one.partitions}
        for one in status.consumers
        if _runs(one)
    }


def _left(status: StreamStatus, ends: dict[str, Ends]) -> int:
    """Return how many events the consumer that is most behind has left of those."""
    return max((_behind(one, ends.get(one.group, {})) for one in status.consumers), default=0)


def _behind(one: ConsumerStatus, ends: Ends) -> int:
    return sum(max(0, ends.get(part.partition, 0) - part.position) for part in one.partitions)


def _check(status: StreamStatus) -> None:
    for one in status.consumers:
        if one.state is ConsumerState.STOPPED:
            reason = f"The consumer {one.group} has stopped: {one.reason}"
            raise error_from_code(one.code or CatalystError.code, reason, {"group": one.group})


def _runs(one: ConsumerStatus) -> bool:
    return one.state is not ConsumerState.OFF
