"""From a generator to files or a log: days are made on all cores and written in order.

What is written does not depend on how many processes made it.
"""

import tempfile
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Final

import msgspec
import pyarrow as pa

from catalystindex.model.errors import ExportFailed
from catalystindex.model.events.envelope import KINDS
from catalystindex.synthetic.export.base import (
    Exporter,
    FileEntry,
    FolderExporter,
    KindFile,
    Needs,
    file_name,
)
from catalystindex.synthetic.export.files import HashedFile
from catalystindex.synthetic.export.formats import FILE_TYPES
from catalystindex.synthetic.folder import OutputFolder
from catalystindex.synthetic.generator import Source
from catalystindex.synthetic.manifest import MANIFEST_FILE, Counts, Manifest, encode_manifest
from catalystindex.synthetic.parts import Part, sealed_parts
from catalystindex.synthetic.pool import Days
from catalystindex.synthetic.truth import TRUTH_FILE, TruthBook

LOG: Final = "log"
"""Name of the format that is no file."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is."""

    days_done: int
    days: int
    events: int


Notice = Callable[[Progress], object]


@dataclass(frozen=True, slots=True)
class Run:
    """What to make, and how."""

    source: Source
    workers: int
    """Processes that make days; 0 makes them in this one."""
    notice: Notice = lambda _: None


def export_to_folder(run: Run, path: Path, form: str, *, force: bool = False) -> Manifest:
    """Write a bank to a folder in one of `FILE_TYPES`; return its manifest.

    Raises `ExportTargetTaken` where the folder holds something; `ExportFailed` where it cannot be
    written. Whatever ends it early, what it wrote is removed.
    """
    file_type = FILE_TYPES[form]
    names = [*(file_name(kind, file_type) for kind in KINDS), TRUTH_FILE, MANIFEST_FILE]
    with _explained(path):
        folder = OutputFolder(path, names, force=force)
        try:
            return _fill(run, folder, form, file_type)
        except BaseException:
            folder.discard()
            raise


def export_to_log(
    run: Run, exporter: Exporter, truth_to: Path | None = None, *, force: bool = False
) -> Manifest:
    """Hand a bank's events to an exporter that writes no files; return what there were.

    Its truth and manifest go to the folder ``truth_to``, if one is named. Events that were handed
    over before it ended early stay; handing them over again changes nothing. Raises as
    `export_to_folder` does, and what the exporter raises.
    """
    if truth_to is None:
        with tempfile.TemporaryDirectory(prefix="catalystindex-") as scratch:
            return export_to_log(run, exporter, Path(scratch) / "run")
    with _explained(truth_to):
        folder = OutputFolder(truth_to, (TRUTH_FILE, MANIFEST_FILE), force=force)
        try:
            return _finish(run, folder, LOG, exporter, Needs.BYTES)
        except BaseException:
            folder.discard()
            raise


def _fill(run: Run, folder: OutputFolder, form: str, file_type: type[KindFile]) -> Manifest:
    exporter = FolderExporter(folder.work, file_type)
    try:
        return _finish(run, folder, form, exporter, file_type.needs)
    except BaseException:
        exporter.abort()
        raise


def _finish(
    run: Run, folder: OutputFolder, form: str, exporter: Exporter, needs: Needs
) -> Manifest:
    counts, book = Counts(), TruthBook()
    with closing(_parts(run, needs, folder.work, book)) as parts:
        for part in parts:
            counts.add(part)
            book.add(part)
            exporter.write(part.kind, part.events)
    files = exporter.close()
    files.append(_write_truth(folder.work / TRUTH_FILE, book, counts))
    manifest = counts.manifest(form, run.source.config, files)
    folder.finish(files, encode_manifest(manifest))
    return manifest


def _parts(run: Run, needs: Needs, scratch: Path, book: TruthBook) -> Generator[Part, None, None]:
    """Yield every part of a bank in its order, telling after each day how far it is."""
    if run.workers == 0:
        yield from _told(run, _parts_here(run.source, needs, book))
        return
    with Days(run.source, needs, scratch, run.workers) as days:
        # The workers start with the days meanwhile.
        generator = run.source.make()
        book.patterns = generator.patterns
        opening = sealed_parts(generator.opening(), needs)
        yield from _told(run, chain([opening], days))


def _parts_here(source: Source, needs: Needs, book: TruthBook) -> Iterator[Iterator[Part]]:
    """Yield the parts of the opening and of each day, all made in this process."""
    generator = source.make()
    book.patterns = generator.patterns
    yield sealed_parts(generator.opening(), needs)
    for day in range(source.days):
        yield sealed_parts(generator.day(day), needs)


def _told(run: Run, steps: Iterable[Iterator[Part]]) -> Iterator[Part]:
    """Yield the parts of the opening and the days, with a notice after each."""
    events = 0
    for done, parts in enumerate(steps):
        for part in parts:
            events += part.events.num_rows
            yield part
        run.notice(Progress(done, run.source.days, events))


def _write_truth(path: Path, book: TruthBook, counts: Counts) -> FileEntry:
    rows = 0
    with HashedFile(path) as file:
        for truth in book.lines():
            file.write(msgspec.json.encode(truth) + b"\n")
            counts.add_truth(truth)
            rows += 1
    return FileEntry(path.name, None, rows, file.size, file.sha256)


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Turn what the system refuses into a typed error."""
    try:
        yield
    except (OSError, pa.ArrowException) as error:
        what = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise ExportFailed(f"{path} cannot be written: {what}.", path=str(path)) from error
