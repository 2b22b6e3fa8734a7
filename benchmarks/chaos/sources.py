"""The sources: a folder, a web server, an S3 and a Firecrawl, all on this machine."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import parse_qs

from benchmarks.chaos.faults import FaultBook
from support.fault_server import FaultServer
from support.faults import Asked, Fault
from support.firecrawl_server import KEY, FirecrawlServer, Manner
from support.s3_server import S3Server

BUCKET = "chaos-documents"


class Web(FaultServer):
    """A web server; its faults go by path."""


class ObjectStore(S3Server):
    """An S3 whose faults go by object, and by prefix for listings."""

    def draw(self, asked: Asked) -> Fault | None:
        """Note a request and return what goes wrong with it."""
        prefix = parse_qs(asked.query).get("prefix")
        return super().draw(replace(asked, path=f"list:{prefix[0]}") if prefix else asked)


class Scraper(FirecrawlServer):
    """A Firecrawl whose faults go by page, and by site for crawls and maps."""

    def draw(self, asked: Asked) -> Fault | None:
        """Note a request and return what goes wrong with it."""
        return super().draw(replace(asked, path=self._name(asked)))

    def _name(self, asked: Asked) -> str:
        if asked.method == "POST":
            return f"{asked.path}:{json.loads(asked.body)['url']}"
        crawl = self.crawls.get(asked.path.split("/")[3]) if asked.path.count("/") > 2 else None
        return f"look:{crawl.urls[0]}" if crawl is not None and crawl.urls else asked.path


@dataclass(frozen=True)
class Sources:
    """Running sources."""

    folder: Path
    web: Web
    objects: ObjectStore
    scraper: Scraper
    faults: FaultBook

    def settings(self) -> dict[str, str]:
        """Return the environment of a server that may read from them."""
        return {
            "CATALYST_ACQUISITION__FOLDER_ROOTS": str(self.folder),
            "CATALYST_ACQUISITION__ALLOWED_NETWORKS": "127.0.0.0/8",
            "CATALYST_ACQUISITION__S3_ENDPOINT": self.objects.url,
            "CATALYST_ACQUISITION__S3_ACCESS_KEY_ID": "test-id",
            "CATALYST_ACQUISITION__S3_SECRET_ACCESS_KEY": "test-secret",
            "CATALYST_ACQUISITION__S3_BUCKETS": BUCKET,
            "CATALYST_ACQUISITION__FIRECRAWL_URL": self.scraper.url,
            "CATALYST_ACQUISITION__FIRECRAWL_API_KEY": KEY,
            "CATALYST_ACQUISITION__FIRECRAWL_POLL": "0.1",
        }


@contextmanager
def running_sources(folder: Path, seed: int) -> Iterator[Sources]:
    """Start empty sources; they end with the block."""
    folder.mkdir(parents=True)
    faults = FaultBook(seed)
    with ExitStack() as stack:
        web = stack.enter_context(Web({}, faults))
        objects = stack.enter_context(ObjectStore(faults))
        manner = Manner(ready_per_look=5, page_size=5)
        scraper = stack.enter_context(Scraper({}, faults, manner))
        objects.make_bucket(BUCKET)
        yield Sources(folder, web, objects, scraper, faults)
