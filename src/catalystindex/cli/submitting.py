"""Giving the server many files: in batches, each of which is a job."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from catalystindex.cli.output import print_notes
from catalystindex.model.document import Metadata
from catalystindex.model.errors import CatalystError, PayloadTooLarge
from catalystindex.model.job import BulkDocument, Job
from catalystindex.sdk import Client

BATCH_FILES = 200
"""Files in one request."""

BATCH_BYTES = 16 * 1024 * 1024
"""Bytes in one request; a file that is larger goes alone."""

MAX_KEY = 512
"""Characters of a document's key: `DocumentKey` of the model."""

File = tuple[str, bytes]
Advance = Callable[[int], None]
"""Hears of so many files more that were given to the server, or refused."""


@dataclass(frozen=True)
class Outcome:
    """What became of one document. ``job`` is null where it was not part of one."""

    path: str
    document: str | None
    status: str
    chunks: int
    code: str | None = None
    detail: str | None = None
    job: str | None = None


@dataclass(frozen=True)
class Wanted:
    """What the documents of one command share."""

    kb: str
    metadata: Metadata
    policy: str | None
    force: bool
    label: str


class Submission:
    """Documents on their way to the server: the jobs they became, and those that could not go."""

    def __init__(self, client: Client, wanted: Wanted, advance: Advance) -> None:
        self._client, self._wanted, self._advance = client, wanted, advance
        self.jobs: list[Job] = []
        self.refused: list[Outcome] = []

    def submit(self, files: Sequence[Path], documents: Sequence[BulkDocument]) -> None:
        """Submit files of this machine, then places of others.

        Raises the server's error; what was accepted before it is said on standard error.
        """
        try:
            for batch in batches(self._readable(files)):
                self._upload(batch)
            if documents:
                self.jobs.append(
                    self._client.ingest_bulk(
                        knowledge_base=self._wanted.kb,
                        documents=documents,
                        metadata=self._wanted.metadata,
                        policy=self._wanted.policy,
                        force=self._wanted.force,
                        label=self._wanted.label,
                    )
                )
        except (CatalystError, KeyboardInterrupt):
            if self.jobs:
                ids = ", ".join(job.id for job in self.jobs)
                print_notes(f"Accepted before that, and going on: {ids}.")
            raise

    def _upload(self, batch: list[File]) -> None:
        """Submit a batch; in halves if it is more than this server takes at once."""
        try:
            job = self._client.upload_bulk(
                self._wanted.kb,
                batch,
                metadata=self._wanted.metadata,
                policy=self._wanted.policy,
                force=self._wanted.force,
                label=self._wanted.label,
            )
        except PayloadTooLarge as error:
            if len(batch) == 1:
                self._refuse(batch[0][0], error.code, error.detail)
                return
            middle = len(batch) // 2
            self._upload(batch[:middle])
            self._upload(batch[middle:])
        else:
            self.jobs.append(job)
            self._advance(len(batch))

    def _refuse(self, name: str, code: str, detail: str | None) -> None:
        self.refused.append(refused(name, code, detail))
        self._advance(1)

    def _readable(self, files: Sequence[Path]) -> Iterator[File]:
        for file in files:
            name = shown(file)
            if len(name) > MAX_KEY:
                detail = f"The path is longer than {MAX_KEY} characters."
                self._refuse(name, "request.invalid", detail)
                continue
            try:
                data = file.read_bytes()
            except OSError as error:
                self._refuse(name, "file.unreadable", error.strerror or str(error))
            else:
                yield name, data


def shown(file: Path) -> str:
    """Return a path as it is shown and kept: bytes of it that are not UTF-8 are spelled out."""
    return file.as_posix().encode("utf-8", "backslashreplace").decode("utf-8")


def refused(name: str, code: str, detail: str | None) -> Outcome:
    """Return the outcome of a document that became none."""
    return Outcome(name, None, "failed", 0, code, detail)


def batches(files: Iterator[File]) -> Iterator[list[File]]:
    """Yield the files in their order, so many at once as one request takes."""
    batch: list[File] = []
    size = 0
    for name, data in files:
        if batch and (len(batch) == BATCH_FILES or size + len(data) > BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append((name, data))
        size += len(data)
    if batch:
        yield batch
