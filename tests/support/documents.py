"""Helpers for tests of documents: small files made on the spot, and an owner to put them into."""

import json
import sys
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from importlib.util import module_from_spec, spec_from_file_location
from io import BytesIO
from pathlib import Path
from types import ModuleType
from uuid import uuid4

import docx
from docx.document import Document as DocxDocument
from reportlab.pdfgen.canvas import Canvas

from catalystindex.config.sections import (
    JobsSettings,
    LimitsSettings,
    LoggingSettings,
    ParsingSettings,
)
from catalystindex.config.settings import Settings
from catalystindex.documents.library import Submission
from catalystindex.documents.parse.builtin import load_registry
from catalystindex.documents.parse.context import ParseContext
from catalystindex.documents.parse.kinds import DOCX, HTML, MARKDOWN, PDF, PLAIN
from catalystindex.documents.parsed import ParsedDocument
from catalystindex.jobs.submissions import Order, Submitted
from catalystindex.model.document import Document, DocumentStatus, Metadata
from catalystindex.model.job import Job
from catalystindex.model.knowledge_base import KnowledgeBaseCreate
from catalystindex.model.search import Hit, SearchRequest
from catalystindex.model.tenant import Tenant
from catalystindex.owner.assembly import Owner, open_owner
from catalystindex.stores.records import processing
from support.stores import ANA

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "samples"
LIMITS = LimitsSettings()
REGISTRY = load_registry(ParsingSettings())
PATIENCE = 60.0
"""Seconds until a test gives up waiting for something that should happen in one."""

# --- making and reading documents -------------------------------------------


def parse(
    source: str | bytes, media_type: str = PLAIN, limits: LimitsSettings = LIMITS
) -> ParsedDocument:
    data = source.encode() if isinstance(source, str) else source
    return REGISTRY.parse(data, media_type, ParseContext(limits))


def parse_html(source: str) -> ParsedDocument:
    return parse(source, HTML)


def parse_markdown(source: str) -> ParsedDocument:
    return parse(source, MARKDOWN)


def parse_docx(document: DocxDocument) -> ParsedDocument:
    return parse(docx_bytes(document), DOCX)


def parse_pdf(data: bytes) -> ParsedDocument:
    return parse(data, PDF)


def docx_bytes(document: DocxDocument) -> bytes:
    file = BytesIO()
    document.save(file)
    return file.getvalue()


def simple_docx(*paragraphs: str) -> bytes:
    document = docx.Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    return docx_bytes(document)


def rewritten_zip(data: bytes, change: Mapping[str, Callable[[bytes], bytes]]) -> bytes:
    """Return a zip file with some of its entries changed, compressed."""
    out = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(data)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, change.get(name, bytes)(old.read(name)))
    return out.getvalue()


Draw = Callable[[Canvas], None]


def pdf_bytes(*pages: Draw, title: str | None = None, password: str | None = None) -> bytes:
    """Return a PDF with one page per function."""
    file = BytesIO()
    canvas = Canvas(file, invariant=1, encrypt=password)
    canvas.setTitle(title or "")
    for draw in pages:
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def lines(*texts: str, size: float = 11, top: float = 780) -> Draw:
    """Return a page of lines of one size, the leading being 1.3 times that."""

    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", size)
        for place, text in enumerate(texts):
            canvas.drawString(72, top - place * size * 1.3, text)

    return draw


def together(*draws: Draw) -> Draw:
    def draw(canvas: Canvas) -> None:
        for one in draws:
            one(canvas)

    return draw


def visible(text: str) -> str:
    """Return the characters that are not blank."""
    return "".join(text.split())


def block_texts(parsed: ParsedDocument, kind: str | None = None) -> list[str]:
    return [parsed.text[b.start : b.end] for b in parsed.blocks if kind in (None, b.kind)]


def paths(parsed: ParsedDocument) -> list[tuple[str, ...]]:
    return [block.heading_path for block in parsed.blocks]


def assert_blocks_partition(parsed: ParsedDocument) -> None:
    """Blocks are in order, disjoint, not blank, and hold every non-blank character."""
    end = 0
    for block in parsed.blocks:
        assert end <= block.start < block.end <= len(parsed.text)
        assert not parsed.text[end : block.start].strip()
        assert parsed.text[block.start : block.end].strip() == parsed.text[block.start : block.end]
        end = block.end
    assert not parsed.text[end:].strip()


def sample_builder() -> ModuleType:
    """Return tools/build_samples.py, which is a script and not in a package."""
    spec = spec_from_file_location("build_samples", ROOT / "tools" / "build_samples.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[spec.name] = module  # its dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def sample_bytes(path: str) -> bytes:
    """Return a sample document; a DOCX is built from its source, as version control has none."""
    if not path.endswith(".docx"):
        return (SAMPLES / path).read_bytes()
    builder = sample_builder()
    sources = builder.load_sources(SAMPLES, "docx")
    source = next(one for one in sources if one.target == SAMPLES / path)
    built: bytes = builder.render_docx(source)
    return built


# --- an owner ---------------------------------------------------------------


BACKOFF = 0.05
"""Seconds before a second attempt: tests have no time for the minutes that sources need."""


def settings_for(
    folder: Path, *, max_attempts: int = 3, limits: LimitsSettings = LIMITS
) -> Settings:
    return Settings(
        data_dir=folder,
        jobs=JobsSettings(
            workers=1, max_attempts=max_attempts, backoff=BACKOFF, max_backoff=BACKOFF
        ),
        limits=limits,
        logging=LoggingSettings(level="error"),
    )


@contextmanager
def running_owner(settings: Settings) -> Iterator[Owner]:
    """Run an owner on the machine's clock: leases and second attempts need time that goes by."""
    owner = open_owner(settings, "pytest")
    try:
        yield owner
    finally:
        owner.close()


def make_base(owner: Owner, name: str = "bank", tenant: Tenant = ANA) -> str:
    """Make a knowledge base and return its id."""
    return owner.library.create_knowledge_base(tenant, KnowledgeBaseCreate(name=name)).id


def submit(
    owner: Owner,
    base: str,
    data: str | bytes,
    *,
    key: str | None = None,
    filename: str = "memo.md",
    metadata: Metadata | None = None,
    tenant: Tenant = ANA,
) -> str:
    """Submit a document and return its id, without waiting for it."""
    raw = data.encode() if isinstance(data, str) else data
    submission = Submission(base, raw, filename, key=key, metadata=metadata or {})
    return document_of(hand_in(owner, submission, tenant))


def hand_in(owner: Owner, submission: Submission, tenant: Tenant = ANA) -> Submitted:
    """Submit a document as a request of its own does."""
    return owner.submissions.one(tenant, submission, Order(uuid4().hex), "upload")


def document_of(submitted: Submitted) -> str:
    assert submitted.document_id is not None
    return submitted.document_id


FINAL = (DocumentStatus.INDEXED, DocumentStatus.FAILED, DocumentStatus.CANCELLED)


def settle(owner: Owner, document_id: str, tenant: Tenant = ANA) -> Document:
    """Return a document once it is neither queued nor processed."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        future = owner.watchers.watch(document_id)
        document = owner.library.document(tenant, document_id)
        if document.status in FINAL:
            owner.watchers.unwatch(document_id, future)
            return document
        with suppress(TimeoutError):
            future.result(1)  # a deletion tells nobody: look again
    raise TimeoutError(document_id)


def in_hand(owner: Owner, document_id: str) -> bool:
    """Tell whether a worker has a lease on the document."""
    with owner.records.read() as connection:
        return document_id in processing.in_hand(connection, [document_id])


def settle_job(owner: Owner, job_id: str, tenant: Tenant = ANA) -> Job:
    """Return a job once every document of it has ended."""
    eventually(lambda: owner.jobs.show(tenant, job_id).finished_at is not None)
    return owner.jobs.show(tenant, job_id)


def add(
    owner: Owner,
    base: str,
    data: str | bytes,
    *,
    key: str | None = None,
    filename: str = "memo.md",
    metadata: Metadata | None = None,
    tenant: Tenant = ANA,
) -> Document:
    """Submit a document and return it once it is settled."""
    document_id = submit(
        owner, base, data, key=key, filename=filename, metadata=metadata, tenant=tenant
    )
    return settle(owner, document_id, tenant)


def eventually(condition: Callable[[], bool], patience: float = PATIENCE) -> None:
    """Return once ``condition`` holds; fail if it does not in time."""
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


def find(
    owner: Owner, query: str, *bases: str, limit: int = 10, tenant: Tenant = ANA
) -> Sequence[Hit]:
    request = SearchRequest(query=query, knowledge_bases=list(bases), limit=limit)
    return owner.searcher.search(tenant, request).hits


def counted(owner: Owner, name: str, **labels: str) -> float:
    """Return what a counter of the metrics shows."""
    return owner.metrics.registry.get_sample_value(name, labels) or 0.0


def stored_files(owner: Owner) -> list[str]:
    """Return the artifact files on disk."""
    folder = owner.settings.data_dir / "artifacts"
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def rebuild_began(owner: Owner) -> bool:
    """Tell whether what the first rebuild will replace has been set aside."""
    state = owner.settings.data_dir / "vectors" / "g000001" / "state.json"
    return len(json.loads(state.read_text("utf-8"))["shards"]) > 1
