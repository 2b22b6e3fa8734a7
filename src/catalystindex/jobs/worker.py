"""A compute worker: a process without stores that runs one task after another.

It dies with its parent (``PR_SET_PDEATHSIG``), runs at lower priority than searches, and speaks
MessagePack over a pipe.
"""

import ctypes
import os
import resource
import signal
import traceback
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict

from catalystindex.config.sections import (
    EmbeddingSettings,
    LimitsSettings,
    LoggingSettings,
    ParsingSettings,
)
from catalystindex.documents.stages import StageContext, run_task
from catalystindex.documents.tasks import Answer, Crashed, Progress, decode_task, encode, refusal
from catalystindex.model.errors import CatalystError, DocumentNeedsMemory
from catalystindex.stores.artifacts.base import ArtifactStore
from catalystindex.stores.artifacts.layered import LayeredArtifacts
from catalystindex.stores.artifacts.local import LocalArtifacts
from catalystindex.stores.artifacts.packed import PackedArtifacts
from catalystindex.streaming.vectors.parser import EVENT_PARSER
from catalystindex.telemetry.logs import configure_logs

PR_SET_PDEATHSIG = 1
NICENESS = 10
"""Searches in the owner come first when cores are short."""


class WorkerSetup(BaseModel):
    """What a worker is told when it starts: no secret and no store but the artifacts."""

    model_config = ConfigDict(frozen=True)

    embedding: EmbeddingSettings
    limits: LimitsSettings
    parsing: ParsingSettings
    logging: LoggingSettings
    artifact_folder: Path
    packed_file: Path | None = None
    """Where the artifacts of event texts are; of workers on the owner's machine alone."""


M_ARENA_MAX: Final = -8
"""Of ``mallopt`` (malloc.h of glibc)."""
HEAPS: Final = 2


def _share_heaps() -> None:
    """Have threads share two heaps.

    glibc reserves 64 MiB of addresses for the heap of each thread that comes by while another
    allocates, up to eight for each processor. Addresses are what the limit on a worker counts: a
    line of text needed 880 MiB of them, or more by chance, and needs 670 so.
    """
    with suppress(AttributeError, OSError):  # of another C library: it has no such heaps
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, HEAPS)


def worker_main(pipe: Connection, setup_json: str, parent: int) -> None:
    """Serve tasks until the pipe closes."""
    _die_with(parent)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(NICENESS)
    setup = WorkerSetup.model_validate_json(setup_json)
    _share_heaps()
    bound = setup.limits.max_worker_bytes
    resource.setrlimit(resource.RLIMIT_AS, (bound, bound))
    configure_logs(setup.logging.level, setup.logging.format)
    artifacts = artifacts_of(setup)
    context = StageContext(
        setup.embedding,
        setup.limits,
        setup.parsing,
        artifacts,
        on_progress=lambda done, total: pipe.send_bytes(encode(Progress(done, total))),
        more_parsers=[EVENT_PARSER],
    )
    while True:
        try:
            message = pipe.recv_bytes()
        except (EOFError, OSError):
            return
        pipe.send_bytes(encode(_answer(context, message)))


def artifacts_of(setup: WorkerSetup) -> ArtifactStore:
    """Return the artifacts as a worker with this setup sees them."""
    files = LocalArtifacts(setup.artifact_folder)
    if setup.packed_file is None:
        return files
    return LayeredArtifacts(files, PackedArtifacts(setup.packed_file))


def _answer(context: StageContext, message: bytes) -> Answer:
    try:
        return run_task(context, decode_task(message))
    except CatalystError as error:
        return refusal(error)
    except MemoryError:
        return refusal(
            DocumentNeedsMemory(
                "Reading the document takes more memory than is allowed: split it, or raise "
                "limits.max_worker_bytes."
            )
        )
    except Exception as error:  # noqa: BLE001  # reported to the owner, who counts the attempt
        # Frames only: the message of a stranger's error may quote the document.
        frames = "".join(traceback.format_tb(error.__traceback__))
        return Crashed(f"an unforeseen {type(error).__name__}", frames)


def _die_with(parent: int) -> None:
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it died before the line above
        os._exit(1)
