"""Processes that work on slices: they die with their parent, and are watched while they work."""

import ctypes
import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Final, Self

import msgspec

from catalystindex.detection.plan import Slice, SliceResult, SliceWork
from catalystindex.detection.shared import read_work, shared_folder
from catalystindex.detection.slicing import SliceWorker
from catalystindex.model.errors import CatalystError, DetectionFailed

AHEAD: Final = 4
"""Slices per process that may be done or under way before an earlier one is done."""

STOP_SECONDS: Final = 5.0
PR_SET_PDEATHSIG: Final = 1


class Failure(msgspec.Struct, tag=True, frozen=True):
    """Why a process cannot go on."""

    detail: str


class Success(msgspec.Struct, tag=True, frozen=True):
    """What a process found."""

    result: SliceResult


_ENCODER: Final = msgspec.msgpack.Encoder()
_ANSWERS: Final = msgspec.msgpack.Decoder(Failure | Success)
_SLICES: Final = msgspec.msgpack.Decoder(Slice)


@dataclass(slots=True)
class _Member:
    process: SpawnProcess
    pipe: Connection
    part: Slice | None = None


class Crew:
    """So many processes for one run. Use it in a ``with`` block, from one thread."""

    def __init__(self, processes: int, folder: Path) -> None:
        """Start processes that read their work from a folder (`shared.write_work`)."""
        self._size, self._folder = processes, folder
        self._members: list[_Member] = []

    def __enter__(self) -> Self:
        context = multiprocessing.get_context("spawn")
        try:
            for _ in range(self._size):
                ours, theirs = context.Pipe()
                process = context.Process(
                    target=_serve, args=(theirs, self._folder, os.getpid()), daemon=True
                )
                process.start()
                theirs.close()
                self._members.append(_Member(process, ours))
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for member in self._members:
            member.pipe.close()
            member.process.kill()
        for member in self._members:
            member.process.join(STOP_SECONDS)

    def results(self, slices: Sequence[Slice]) -> Iterator[SliceResult]:
        """Yield the result of each slice, in their order.

        Raises `DetectionFailed` where a process failed or has died.
        """
        waiting, done = deque(slices), dict[int, SliceResult]()
        for at, part in enumerate(slices):
            reach = min(len(slices), at + AHEAD * self._size)
            self._hand_out(waiting, reach - (len(slices) - len(waiting)))
            while part.number not in done:
                done.update((one.number, one) for one in self._collect())
                self._hand_out(waiting, reach - (len(slices) - len(waiting)))
            yield done.pop(part.number)

    def _hand_out(self, waiting: deque[Slice], most: int) -> None:
        for member in self._members:
            if member.part is None and waiting and most > 0:
                member.part = waiting.popleft()
                most -= 1
                try:
                    member.pipe.send_bytes(_ENCODER.encode(member.part))
                except OSError:
                    raise _died(member) from None

    def _collect(self) -> Iterator[SliceResult]:
        """Wait until some process has an answer; yield what there are."""
        ready = wait([one.pipe for one in self._members if one.part is not None])
        for member in self._members:
            if member.pipe not in ready:
                continue
            try:
                answer = _ANSWERS.decode(member.pipe.recv_bytes())
            except (EOFError, OSError):
                raise _died(member) from None
            if isinstance(answer, Failure):
                raise DetectionFailed(answer.detail)
            member.part = None
            yield answer.result


def _died(member: _Member) -> DetectionFailed:
    member.process.join(STOP_SECONDS)
    code = member.process.exitcode
    how = f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"
    number = None if member.part is None else member.part.number
    return DetectionFailed(
        f"A process that worked on slice {number} has died ({how}), most likely for want of "
        "memory: use fewer processes, or more slices.",
        slice=number,
        how=how,
    )


def _serve(pipe: Connection, folder: Path, parent: int) -> None:
    """Work on slices until the parent closes the pipe. What runs in a process of a crew."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it died before the line above
        os._exit(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    worker: SliceWorker | None = None
    while True:
        try:
            part = _SLICES.decode(pipe.recv_bytes())
        except (EOFError, OSError):
            return
        try:
            worker = worker or SliceWorker(read_work(folder))
            answer: Failure | Success = Success(worker.run(part))
        except CatalystError as error:
            answer = Failure(error.detail)
        except Exception as error:  # noqa: BLE001  # the parent is to say it
            answer = Failure(f"A process cannot work: {type(error).__name__}: {error}"[:500])
        pipe.send_bytes(_ENCODER.encode(answer))


class ProcessRunner:
    """Works in processes of this machine (a `runners.Runner`)."""

    def __init__(self, processes: int, scratch: Path | None = None) -> None:
        """Take how many, and a folder for the columns; the system's for temporary files if None."""
        if processes < 1:
            raise ValueError(f"{processes} processes cannot work")
        self._processes, self._scratch = processes, scratch

    def run(self, work: SliceWork, slices: Sequence[Slice]) -> Iterator[SliceResult]:
        """Yield the result of each slice. Raises `DetectionFailed`."""
        if not slices:
            return
        with shared_folder(work, self._scratch) as folder:
            processes = min(self._processes, len(slices))
            with Crew(processes, folder) as crew:
                yield from crew.results(slices)
