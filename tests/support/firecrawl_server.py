"""A Firecrawl of version 2 on a loopback port: scrape, crawl and map of sites that a test makes.

It speaks the protocol of the API reference: a crawl is started, its pages become ready a few at
each look, results come in pages with a `next`, and errors are told apart.
"""

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from support.faults import Answered, Asked, FaultyServer, Plan, no_faults

KEY = "fc-test-key"


@dataclass(frozen=True)
class SitePage:
    """A page of a site; ``fails`` makes a crawl report it among its errors instead."""

    markdown: str | None
    title: str | list[str] | None = None
    status: int = 200
    fails: bool = False
    robots_blocked: bool = False


@dataclass
class _Crawl:
    id: str
    urls: list[str]
    limit: int
    ready: int = 0
    cancelled: bool = False
    looks: int = 0


@dataclass
class Manner:
    """How the server goes about it."""

    ready_per_look: int = 2
    """Pages that are done between two looks at a crawl."""
    page_size: int = 2
    """Pages in one answer; more come under `next`."""
    ends: str = "completed"
    """What a crawl ends as: `completed` or `failed`."""
    next_base: str | None = None
    """Where `next` points; the server itself if None."""
    credits: int | None = 900
    """None: no such route, as with a server of one's own."""
    keys: tuple[str, ...] = (KEY,)
    """Accepted keys; none: no key is asked for."""
    answers: dict[str, Answered] = field(default_factory=dict)
    """Answers that are given as they are, by path."""


class FirecrawlServer(FaultyServer):
    """Serves the pages of a site by their addresses."""

    def __init__(
        self,
        site: Mapping[str, SitePage | str],
        plan: Plan = no_faults,
        manner: Manner | None = None,
    ) -> None:
        self.site = {
            url: SitePage(page) if isinstance(page, str) else page for url, page in site.items()
        }
        self.manner = manner or Manner()
        self.cancelled: list[str] = []
        self.crawls: dict[str, _Crawl] = {}
        self._state = threading.Lock()
        super().__init__(plan)

    def bodies(self, path: str) -> list[dict[str, Any]]:
        """Return what was posted to a path."""
        return [json.loads(one.body) for one in self.requests if one.path == path and one.body]

    def respond(self, asked: Asked) -> Answered:
        if asked.path in self.manner.answers:
            return self.manner.answers[asked.path]
        if self.manner.keys and asked.headers.get("Authorization") not in [
            f"Bearer {key}" for key in self.manner.keys
        ]:
            return _json({"success": False, "error": "Unauthorized: Invalid token"}, 401)
        with self._state:
            return self._route(asked)

    def _route(self, asked: Asked) -> Answered:
        parts = asked.path.strip("/").split("/")
        match (asked.method, parts):
            case ("POST", ["v2", "scrape"]):
                return self._scrape(json.loads(asked.body))
            case ("POST", ["v2", "map"]):
                return self._map(json.loads(asked.body))
            case ("POST", ["v2", "crawl"]):
                return self._start(json.loads(asked.body))
            case ("GET", ["v2", "crawl", name]) if name in self.crawls:
                return self._look(self.crawls[name], asked.query)
            case ("GET", ["v2", "crawl", name, "errors"]) if name in self.crawls:
                return self._errors(self.crawls[name])
            case ("DELETE", ["v2", "crawl", name]) if name in self.crawls:
                self.crawls[name].cancelled = True
                self.cancelled.append(name)
                return _json({"status": "cancelled"})
            case ("GET", ["v2", "team", "credit-usage"]) if self.manner.credits is not None:
                left = {"remainingCredits": self.manner.credits, "planCredits": 1000}
                return _json({"success": True, "data": left})
        return _json({"success": False, "error": "Not found"}, 404)

    def _scrape(self, body: dict[str, Any]) -> Answered:
        page = self.site.get(body["url"])
        if page is None:
            error = f"Failed to load {body['url']}"
            return _json({"success": False, "code": "SCRAPE_SITE_ERROR", "error": error}, 500)
        return _json({"success": True, "data": _document(body["url"], page)})

    def _map(self, body: dict[str, Any]) -> Answered:
        search = body.get("search", "")
        links = [
            {"url": url, "title": page.title, "description": "a page"}
            for url, page in self.site.items()
            if search in url
        ]
        return _json({"success": True, "links": links[: body.get("limit", 5000)]})

    def _start(self, body: dict[str, Any]) -> Answered:
        name = f"0199-crawl-{len(self.crawls) + 1}"
        urls = [url for url in self.site if url.startswith(body["url"])]
        self.crawls[name] = _Crawl(name, urls, body["limit"])
        return _json({"success": True, "id": name, "url": f"{self.url}/v2/crawl/{name}"})

    def _good(self, crawl: _Crawl) -> list[str]:
        pages = [(url, self.site[url]) for url in crawl.urls]
        good = [url for url, page in pages if not (page.fails or page.robots_blocked)]
        return good[: crawl.limit]

    def _look(self, crawl: _Crawl, query: str) -> Answered:
        crawl.looks += 1
        skip = int(parse_qs(query).get("skip", ["0"])[0])
        urls = self._good(crawl)
        if crawl.looks > 1:
            crawl.ready = min(len(urls), crawl.ready + self.manner.ready_per_look)
        done = crawl.ready == len(urls)
        chosen = urls[skip : min(crawl.ready, skip + self.manner.page_size)]
        status = self.manner.ends if done else "scraping"
        answer: dict[str, Any] = {
            "success": True,
            "status": "cancelled" if crawl.cancelled else status,
            "total": len(urls),
            "completed": crawl.ready,
            "creditsUsed": crawl.ready,
            "expiresAt": "2026-03-02T12:00:00.000Z",
            "data": [_document(url, self.site[url]) for url in chosen],
        }
        after = skip + len(chosen)
        if after < crawl.ready or not done:
            base = self.manner.next_base or self.url
            answer["next"] = f"{base}/v2/crawl/{crawl.id}?skip={after}"
        return _json(answer)

    def _errors(self, crawl: _Crawl) -> Answered:
        errors = [
            {"id": "e", "timestamp": "2026-03-01T12:00:00Z", "url": url, "error": "timed out"}
            for url in crawl.urls
            if self.site[url].fails
        ]
        blocked = [url for url in crawl.urls if self.site[url].robots_blocked]
        return _json({"errors": errors, "robotsBlocked": blocked})


def _document(url: str, page: SitePage) -> dict[str, Any]:
    facts = {"sourceURL": url, "url": url, "statusCode": page.status, "title": page.title}
    found: dict[str, Any] = {"metadata": facts}
    if page.markdown is not None:
        found["markdown"] = page.markdown
    return found


def _json(value: object, status: int = 200) -> Answered:
    return Answered(status, json.dumps(value).encode(), {"Content-Type": "application/json"})
