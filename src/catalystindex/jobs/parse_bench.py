"""Measures reading: every file goes through a real compute worker, as ingestion would send it."""

import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from catalystindex.config.settings import Settings
from catalystindex.documents.artifacts import decode_parsed
from catalystindex.documents.chunk.policy import default_policy
from catalystindex.documents.parse.builtin import load_registry
from catalystindex.documents.parse.media import detect_media_type
from catalystindex.documents.parsed import ParsedDocument
from catalystindex.documents.tasks import ChunkTask, ParseTask, PlaceRef
from catalystindex.embedding.encoder import reference
from catalystindex.embedding.model_files import find_model
from catalystindex.jobs.compute import ComputeWorker, WorkerLost
from catalystindex.jobs.worker import WorkerSetup
from catalystindex.model.errors import CatalystError, DocumentWithoutText
from catalystindex.model.ids import content_id
from catalystindex.stores.artifacts.base import PARSED, RAW
from catalystindex.stores.artifacts.local import LocalArtifacts

CRASHED = "crashed"
STARTING = 2.0
"""Seconds granted to a document on top of its pages: loading a parser or the recogniser."""


class ParseMeasure(BaseModel):
    """What became of one file."""

    model_config = ConfigDict(frozen=True)

    path: str
    media_type: str | None = Field(description="By content; null when that is not known.")
    parser: str | None = None
    outcome: str = Field(description="`read`, the code of a typed error, or `crashed`.")
    detail: str = ""
    seconds: float
    peak_mebibytes: int = Field(description="Most memory the worker held while at it.")
    size_bytes: int
    characters: int = 0
    pages: int | None = None
    ocr_pages: int = 0
    unread_pages: int = Field(default=0, description="Without text, or damaged.")
    tables: int = 0
    figures: int = 0
    budget_seconds: float
    within_budget: bool


@dataclass(frozen=True)
class Budget:
    """Seconds a page may take: with text of its own, or recognised."""

    text_page: float
    ocr_page: float

    def seconds(self, parsed: ParsedDocument | None, looked_at: int = 0) -> float:
        """Return what a document may take. Formats without pages count as one page.

        ``looked_at``: pages of a refused document in which recognition found nothing.
        """
        if parsed is None:
            return STARTING + self.text_page + self.ocr_page * looked_at
        ocr = sum(page.state in ("ocr", "no_text") for page in parsed.page_readings)
        return STARTING + self.ocr_page * ocr + self.text_page * (max(parsed.pages or 1, 1) - ocr)


NO_VECTORS = 0
"""The dimension of vectors that are never made: only the tokenizer is used."""


class ParseBench:
    """Reads files one after the other in one worker; a context manager."""

    def __init__(self, settings: Settings, budget: Budget) -> None:
        load_registry(settings.parsing)
        self._settings, self._budget = settings, budget
        self._model = reference(find_model(settings.embedding), NO_VECTORS)
        self._folder = tempfile.TemporaryDirectory(prefix="catalyst-bench-")
        self._artifacts = LocalArtifacts(Path(self._folder.name))
        setup = WorkerSetup(
            embedding=settings.embedding,
            limits=settings.limits,
            parsing=settings.parsing,
            logging=settings.logging,
            artifact_folder=Path(self._folder.name),
        )
        self._worker = ComputeWorker(setup, settings.jobs.task_timeout)

    def __enter__(self) -> Self:
        self._worker.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._worker.stop()
        self._folder.cleanup()

    def run(self, root: Path, files: Sequence[Path]) -> Iterator[ParseMeasure]:
        """Yield a measure for each file."""
        for file in files:
            yield self._measure(file.relative_to(root).as_posix(), file.read_bytes())

    def _measure(self, path: str, data: bytes) -> ParseMeasure:
        self._worker.start()
        self._worker.forget_peak()
        parsed: ParsedDocument | None = None
        looked_at = 0
        media_type, outcome, detail = None, "read", ""
        started = time.perf_counter()
        try:
            media_type = detect_media_type(data, Path(path).name, None)
            parsed = self._parse(path, media_type, data)
        except CatalystError as error:
            outcome, detail = error.code, error.detail
            if isinstance(error, DocumentWithoutText):  # its pages were recognised in vain
                looked_at = int(error.context.get("pages") or 0)
        except WorkerLost as lost:
            outcome, detail = CRASHED, str(lost)
        seconds = time.perf_counter() - started
        budget = self._budget.seconds(parsed, looked_at)
        return ParseMeasure(
            path=path,
            media_type=media_type,
            outcome=outcome,
            detail=detail,
            seconds=round(seconds, 3),
            peak_mebibytes=self._worker.peak_bytes() >> 20,
            size_bytes=len(data),
            budget_seconds=round(budget, 1),
            within_budget=seconds <= budget,
            **_counts(parsed),
        )

    def _parse(self, path: str, media_type: str, data: bytes) -> ParsedDocument:
        name = content_id("bench", path)
        ref = PlaceRef("bench", "bench", name, name)
        self._artifacts.put(ref.place().path(RAW), data)
        policy = default_policy(self._settings.embedding.max_tokens).model_dump(mode="json")
        done = self._worker.run(ParseTask(ref, media_type, "", Path(path).name))
        self._worker.run(ChunkTask(ref, done.title, policy, self._model))
        parsed = decode_parsed(self._artifacts.get(ref.place().path(PARSED)))
        self._artifacts.remove_prefix(ref.place().document_prefix())
        return parsed


def _counts(parsed: ParsedDocument | None) -> dict[str, int | str | None]:
    if parsed is None:
        return {}
    states = [page.state for page in parsed.page_readings]
    return {
        "parser": parsed.parser,
        "characters": len(parsed.text),
        "pages": parsed.pages,
        "ocr_pages": states.count("ocr"),
        "unread_pages": states.count("no_text") + states.count("damaged"),
        "tables": len(parsed.tables),
        "figures": len(parsed.figures),
    }
