"""The loop of one compute worker: wait to be woken, take documents until there are none.

The same loop runs in threads of the owner and in `catalystctl worker`.
"""

import threading
import time
from collections.abc import Callable
from contextlib import suppress

from catalystindex.documents.tasks import Crashed, Done, StageTask
from catalystindex.jobs.compute import ComputeWorker, WorkerLost
from catalystindex.jobs.desk import STAGES, Assignment, Desk, Failure, Report, failure_of
from catalystindex.jobs.heart import Heart, Hold
from catalystindex.model.errors import CatalystError, LeaseLost, QueueUnreachable
from catalystindex.stores.queue.base import Lane, WakeQueue
from catalystindex.telemetry.logs import bound, logger

LOOK_AGAIN = 2.0
"""Seconds without a call until a worker looks by itself: what a lost call costs at most."""

TROUBLE_PAUSE = 1.0
"""Seconds to wait when the desk itself is in trouble, before going on."""

log = logger(__name__)


class Rest:
    """Waiting to be woken, whatever becomes of the queue."""

    def __init__(self, queue: WakeQueue, lane: Lane, stopping: threading.Event) -> None:
        self._queue, self._lane, self._stopping = queue, lane, stopping

    def __call__(self) -> None:
        """Return when called, or when it is time to look anyway."""
        try:
            self._queue.wait(self._lane, LOOK_AGAIN)
        except QueueUnreachable:  # the reconciler says so, once; work goes on without calls
            self._stopping.wait(LOOK_AGAIN)


class WorkerLoop:
    """Feeds one compute process from a desk."""

    def __init__(
        self,
        name: str,
        desk: Desk,
        compute: ComputeWorker,
        rest: Callable[[], None],
        heart: Heart,
        stopping: threading.Event,
    ) -> None:
        self.name = name
        self._desk, self._compute, self._rest = desk, compute, rest
        self._heart, self._stopping = heart, stopping
        self.on_lost: Callable[[], None] = lambda: None
        """Called when the process was lost in the middle of a stage."""

    def run(self) -> None:
        """Work until it is time to stop. Call it from one long-lived thread."""
        try:
            self._warm_up()
            while not self._stopping.is_set():
                self._turn()
        finally:
            self._compute.stop()

    def _warm_up(self) -> None:
        with suppress(WorkerLost):  # told to stop meanwhile
            self._compute.start()

    def _turn(self) -> None:
        """Do one document, or rest. A thread that ended here would be ingestion that ends."""
        try:
            assignment = self._desk.claim(self.name)
            if assignment is None:
                self._rest()
            else:
                self._work(assignment)
        except LeaseLost as lost:
            log.warning("lease_lost", item_id=str(lost.context.get("item")))
        except CatalystError as error:
            log.warning("work_interrupted", code=error.code, reason=error.detail)
            self._stopping.wait(TROUBLE_PAUSE)
        except Exception:
            log.exception("work_interrupted")
            self._stopping.wait(TROUBLE_PAUSE)

    def _work(self, assignment: Assignment) -> None:
        ticket, compute = assignment.ticket, self._compute
        hold = self._heart.holding(
            ticket, self._desk.beat, compute.interrupt, lambda: compute.progress
        )
        ids = {"job_id": ticket.job_id, "document_id": ticket.document_id}
        with bound(**ids), hold as held:
            task: StageTask | None = assignment.task
            while task is not None:
                if self._stopping.is_set():
                    self._desk.put_back(ticket)
                    return
                task = self._stage(held, task)

    def _stage(self, hold: Hold, task: StageTask) -> StageTask | None:
        began = time.perf_counter()
        done = self._run(hold, task)
        if done is None:
            return None
        report = Report(STAGES[type(task)], done, time.perf_counter() - began)
        return self._desk.report(hold.ticket, report)

    def _run(self, hold: Hold, task: StageTask) -> Done | None:
        """Return what the stage came to; None when the document was given up or back."""
        try:
            with self._heart.in_stage(hold):
                return self._compute.run(task)
        except WorkerLost as lost:
            if self._stopping.is_set():
                self._desk.put_back(hold.ticket)
                return None
            self.on_lost()
            self._give_up(hold, Crashed(str(lost), ""))
        except CatalystError as error:
            self._give_up(hold, failure_of(error))
        return None

    def _give_up(self, hold: Hold, failure: Failure) -> None:
        """Report a failure. Of a cancelled document the desk makes a cancelled one."""
        self._desk.give_up(hold.ticket, failure)
