"""The documents of a run: what each is, where it lies, and what is to become of it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import PurePosixPath
from random import Random

from benchmarks.chaos.scale import PER_JOB, Scale, chance
from benchmarks.chaos.sources import BUCKET, Sources
from benchmarks.chaos.texts import MAKERS, markdown, pdf, samples, scan
from catalystindex.model.job import BulkDocument
from catalystindex.model.sources import (
    FirecrawlCrawl,
    FirecrawlMap,
    FirecrawlScrape,
    FolderSource,
    InlineSource,
    S3PrefixSource,
    S3Source,
    SourceModel,
    UrlSource,
)
from support.fault_server import Page
from support.firecrawl_server import SitePage

MIX = (
    *("folder",) * 6, *("url",) * 5, *("s3_prefix",) * 3, "s3", *("crawl",) * 2, "map", "scrape",
    "inline",
)  # fmt: skip
"""Where twenty documents come from."""
RENDERED = ("crawl", "map", "scrape")
NOTHING: Mapping[str, object] = {}
SHARED_SHARE = 15
"""One document in so many is submitted from two sources under one key."""
TYPES = {"md": "text/markdown", "txt": "text/plain", "html": "text/html", "csv": "text/csv"}


@dataclass
class PlannedJob:
    """One submission: what it names, and how many documents and listings it will have."""

    number: int
    documents: list[BulkDocument] = field(default_factory=list)
    total: int = 0

    def add(
        self, source: SourceModel, found: int = 0, said: Mapping[str, object] = NOTHING
    ) -> None:
        """Name a source; a listing brings ``found`` documents more."""
        self.documents.append(BulkDocument.model_validate({"source": source, **said}))
        self.total += 1 + found


@dataclass
class Plan:
    """Everything that is submitted. ``expected``: key to its error code, None for success."""

    jobs: list[PlannedJob]
    expected: dict[str, str | None]

    @property
    def total(self) -> int:
        """Documents of jobs, listings and second sources included."""
        return sum(job.total for job in self.jobs)


class Planner:
    """Makes the documents and puts them where they are fetched from."""

    def __init__(self, scale: Scale, sources: Sources) -> None:
        self._scale, self._sources = scale, sources
        self._formats = cycle(MAKERS)
        self._samples = samples()
        self._scans = 2 if scale.documents >= 100 else 1
        self._expected: dict[str, str | None] = {}

    def plan(self) -> Plan:
        """Return the submissions; the sources hold what they name."""
        bad = list(FAILURES)
        good = self._scale.documents - len(bad)
        mix = [MIX[n % len(MIX)] for n in range(good)]
        chance(self._scale.seed, "mix").shuffle(mix)
        jobs = [
            self._job(number, mix[start : start + PER_JOB])
            for number, start in enumerate(range(0, good, PER_JOB))
        ]
        for place, name in enumerate(bad):
            FAILURES[name](self, jobs[place % len(jobs)])
        for number in range(good // SHARED_SHARE):
            self._share(number, jobs)
        return Plan(jobs, self._expected)

    def _job(self, number: int, kinds: Sequence[str]) -> PlannedJob:
        job = PlannedJob(number)
        count: defaultdict[str, int] = defaultdict(int)
        for kind in kinds:
            self._put(kind, number, count[kind], job)
            count[kind] += 1
        site = _site(number)
        folder = str(self._sources.folder / f"job-{number:03d}")
        if count["folder"]:
            job.add(FolderSource(path=folder), count["folder"])
        if count["s3_prefix"]:
            job.add(S3PrefixSource(uri=f"s3://{BUCKET}/job-{number:03d}/"), count["s3_prefix"])
        if count["crawl"]:
            job.add(FirecrawlCrawl(url=f"{site}/crawl/"), count["crawl"])
        if count["map"]:
            job.add(FirecrawlMap(url=f"{site}/map/", search=f"{site}/map/"), count["map"])
        return job

    def _put(self, kind: str, job_number: int, nth: int, job: PlannedJob) -> None:
        """Put one document of a kind in its place; name it if no listing does."""
        name = f"{kind}-{job_number:03d}-{nth:02d}"
        if kind in RENDERED:
            self._render(kind, name, job_number, job)
        elif kind == "inline":
            text = markdown(self._chance(name), name).decode()
            job.add(InlineSource(content=text, filename=f"{name}.md"), said={"key": name})
            self._expected[name] = None
        else:
            file, data = self._file(kind, name)
            self._lay(kind, f"job-{job_number:03d}/{file}", data, job)

    def _lay(self, kind: str, path: str, data: bytes, job: PlannedJob) -> None:
        if kind == "folder":
            target = self._sources.folder / path
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(data)
            self._expected[str(target)] = None
        elif kind == "url":
            self._serve(f"/{path}", data)
            job.add(UrlSource(url=self._url(f"/{path}")))
            self._expected[self._url(f"/{path}")] = None
        else:
            key = path if kind == "s3_prefix" else f"single-{path}"
            self._sources.objects.put(BUCKET, key, data, _type_of(path))
            if kind == "s3":
                job.add(S3Source(uri=f"s3://{BUCKET}/{key}"))
            self._expected[f"s3://{BUCKET}/{key}"] = None

    def _render(self, kind: str, name: str, job_number: int, job: PlannedJob) -> None:
        url = f"{_site(job_number)}/{kind}/{name}"
        text = markdown(self._chance(name), name).decode()
        self._sources.scraper.site[url] = SitePage(text, title=f"Page {name}")
        if kind == "scrape":
            job.add(FirecrawlScrape(url=url))
        self._expected[url] = None

    def _file(self, kind: str, name: str) -> tuple[str, bytes]:
        """Return a file name and bytes: a sample first, then a scan or two, then what is made."""
        if kind == "folder" and self._samples:
            file = next(iter(self._samples))
            return file, self._samples.pop(file)
        if kind == "s3_prefix" and self._scans:
            self._scans -= 1
            return f"{name}.pdf", scan(self._chance(name), name)
        ending = next(self._formats)
        return f"{name}.{ending}", MAKERS[ending](self._chance(name), name)

    def _share(self, number: int, jobs: list[PlannedJob]) -> None:
        """Submit the same document from the web and from S3, in one job or in two."""
        key = f"shared-{number:02d}"
        path, data = f"{key}/{key}.md", markdown(self._chance(key), key)
        self._serve(f"/{path}", data)
        self._sources.objects.put(BUCKET, path, data, TYPES["md"])
        said = {"key": key, "title": f"Shared {number}", "metadata": {"source_url": key}}
        first, second = number % len(jobs), (number + number % 2) % len(jobs)
        jobs[first].add(UrlSource(url=self._url(f"/{path}")), said=said)
        jobs[second].add(S3Source(uri=f"s3://{BUCKET}/{path}"), said=said)
        self._expected[key] = None

    def _serve(self, path: str, data: bytes) -> None:
        self._sources.web.pages[path] = Page(data, {"Content-Type": _type_of(path)})

    def _url(self, path: str) -> str:
        return f"{self._sources.web.url}{path}"

    def _chance(self, name: str) -> Random:
        return chance(self._scale.seed, "text", name)

    # Documents that fail, each for a reason of its own.

    def encrypted(self, job: PlannedJob) -> None:
        """Add a PDF that asks for a password."""
        self._bad("encrypted.pdf", pdf(self._chance("encrypted"), "encrypted", "no"), job)
        self._expected[self._url("/bad/encrypted.pdf")] = "document.encrypted"

    def unsupported(self, job: PlannedJob) -> None:
        """Add bytes of no kind that is read."""
        self._bad("program.bin", b"\x7fELF" + bytes(range(256)) * 4, job)
        self._expected[self._url("/bad/program.bin")] = "document.unsupported_media"

    def corrupt(self, job: PlannedJob) -> None:
        """Add a PDF of which nothing but the first line is one."""
        self._bad("corrupt.pdf", b"%PDF-1.7\n" + b"not a PDF " * 40, job)
        self._expected[self._url("/bad/corrupt.pdf")] = "document.corrupt"

    def empty(self, job: PlannedJob) -> None:
        """Add a document without a letter."""
        self._bad("empty.txt", b" \n\n ", job)
        self._expected[self._url("/bad/empty.txt")] = "document.empty"

    def gone(self, job: PlannedJob) -> None:
        """Name an address at which nothing is."""
        job.add(UrlSource(url=self._url("/bad/gone.html")))
        self._expected[self._url("/bad/gone.html")] = "source.not_found"

    def forbidden(self, job: PlannedJob) -> None:
        """Name an address that is not for us."""
        self._sources.web.pages["/bad/forbidden"] = Page(b"no", status=403)
        job.add(UrlSource(url=self._url("/bad/forbidden")))
        self._expected[self._url("/bad/forbidden")] = "source.forbidden"

    def missing(self, job: PlannedJob) -> None:
        """Name an object that is not there."""
        uri = f"s3://{BUCKET}/bad/missing.pdf"
        job.add(S3Source(uri=uri))
        self._expected[uri] = "source.not_found"

    def _bad(self, file: str, data: bytes, job: PlannedJob) -> None:
        self._serve(f"/bad/{file}", data)
        job.add(UrlSource(url=self._url(f"/bad/{file}")))


FAILURES = {
    "encrypted": Planner.encrypted,
    "unsupported": Planner.unsupported,
    "corrupt": Planner.corrupt,
    "empty": Planner.empty,
    "gone": Planner.gone,
    "forbidden": Planner.forbidden,
    "missing": Planner.missing,
}


def _site(number: int) -> str:
    return f"https://site-{number:03d}.example"


def _type_of(path: str) -> str:
    ending = PurePosixPath(path).suffix.removeprefix(".")
    return TYPES.get(ending, "application/octet-stream")
