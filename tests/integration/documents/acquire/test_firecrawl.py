"""Firecrawl, by a server that speaks its protocol (version 2) and fails on demand."""

import json
from collections.abc import Generator, Iterator, Mapping

import pytest

from catalystindex.config.acquisition import AcquisitionSettings
from catalystindex.documents.acquire.base import Fetched, Listed
from catalystindex.documents.acquire.crawl import PATIENCE
from catalystindex.documents.acquire.firecrawl import Firecrawl
from catalystindex.documents.acquire.guard import Guard
from catalystindex.model.errors import (
    AcquisitionError,
    SourceForbidden,
    SourceNotConfigured,
    SourceNotFound,
    SourceRateLimited,
    SourceRefused,
    SourceRejected,
    SourceTooLarge,
    SourceTooSlow,
    SourceUnavailable,
    WorkCancelled,
)
from catalystindex.model.sources import FirecrawlCrawl, FirecrawlMap, FirecrawlScrape
from support.acquire import CalledOff, Free, firecrawl_settings
from support.faults import (
    BROKEN,
    RATE_LIMITED,
    RESET,
    TRUNCATED,
    Answered,
    Fault,
    always,
    scripted,
    seeded,
)
from support.firecrawl_server import KEY, FirecrawlServer, Manner, SitePage
from support.http_stub import closed_url
from support.stores import noon_clock

SITE = "https://bank.example/"
PAGES: dict[str, SitePage | str] = {
    f"{SITE}{n}.html": SitePage(f"# Page {n}\n\nText.", f"Title {n}") for n in range(7)
}
CRAWL = "/v2/crawl/0199-crawl-1"


def firecrawl(
    url: str, waited: list[float] | None = None, values: Mapping[str, object] | None = None
) -> Firecrawl:
    given = firecrawl_settings(url, **(values or {}))
    waited = [] if waited is None else waited
    return Firecrawl(given, Guard(), noon_clock(), waited.append)


def scrape(server: FirecrawlServer, **values: object) -> Fetched:
    source = FirecrawlScrape(url=f"{SITE}1.html")
    return firecrawl(server.url, None, values).scrape(source, Free())


def crawl(
    server: FirecrawlServer, waited: list[float] | None = None, **values: object
) -> list[Listed]:
    source = FirecrawlCrawl.model_validate({"url": SITE, **values})
    return list(firecrawl(server.url, waited).crawl(source, Free()))


def problem(server: FirecrawlServer, **values: object) -> AcquisitionError:
    with pytest.raises(AcquisitionError) as caught:
        scrape(server, **values)
    return caught.value


@pytest.fixture
def server() -> Iterator[FirecrawlServer]:
    with FirecrawlServer(PAGES) as running:
        yield running


class TestScrape:
    def test_a_page_is_a_document_of_markdown(self, server: FirecrawlServer) -> None:
        assert scrape(server) == Fetched(
            b"# Page 1\n\nText.",
            "1.md",
            "text/markdown",
            title="Title 1",
            metadata={"source_url": f"{SITE}1.html"},
        )
        (sent,) = server.requests
        assert (sent.method, sent.path) == ("POST", "/v2/scrape")
        assert sent.headers["Authorization"] == f"Bearer {KEY}"
        assert json.loads(sent.body) == {
            "url": f"{SITE}1.html",
            "formats": ["markdown"],
            "maxAge": 0,
            "timeout": 4500,
        }

    def test_a_base_with_a_path_is_kept(self, server: FirecrawlServer) -> None:
        with pytest.raises(SourceNotConfigured, match="firecrawl_url"):
            firecrawl(f"{server.url}/base/").scrape(FirecrawlScrape(url=SITE), Free())
        assert server.requests[0].path == "/base/v2/scrape"

    @pytest.mark.parametrize(
        ("title", "shown"),
        [
            (["One", "Two"], "One"),
            (" a\n b ", "a b"),
            ("", None),
            (None, None),
            ("x" * 900, "x" * 500),
        ],
    )
    def test_titles_come_in_many_ways(
        self, server: FirecrawlServer, title: str | list[str] | None, shown: str | None
    ) -> None:
        server.site[SITE] = SitePage("x", title)
        got = firecrawl(server.url).scrape(FirecrawlScrape(url=SITE), Free())
        assert (got.title, got.filename) == (shown, "bank.example.md")

    @pytest.mark.parametrize(
        ("status", "kind"),
        [(404, SourceNotFound), (403, SourceForbidden), (500, SourceUnavailable)],
    )
    def test_an_error_page_is_no_document(
        self, server: FirecrawlServer, status: int, kind: type[AcquisitionError]
    ) -> None:
        server.site[f"{SITE}1.html"] = SitePage("# Oh no", status=status)
        assert type(problem(server)) is kind

    def test_a_page_without_markdown_is_not_an_empty_one(self, server: FirecrawlServer) -> None:
        server.site[f"{SITE}1.html"] = SitePage(None)
        assert type(problem(server)) is SourceUnavailable
        server.site[f"{SITE}1.html"] = SitePage("")
        assert scrape(server).data == b""

    def test_a_page_may_not_be_larger_than_the_limit(self, server: FirecrawlServer) -> None:
        server.site[f"{SITE}1.html"] = SitePage("ü" * 1000)
        assert type(problem(server, max_bytes=1999)) is SourceTooLarge
        assert len(scrape(server, max_bytes=2000).data) == 2000

    @pytest.mark.parametrize(
        "url", ["http://127.0.0.1/", "http://[::1]/", "http://2130706433/", "http://169.254.169.254/"]
    )  # fmt: skip
    def test_local_addresses_are_not_handed_on(self, server: FirecrawlServer, url: str) -> None:
        inside = Firecrawl(
            firecrawl_settings(server.url, allowed_networks=()), Guard(), noon_clock()
        )
        with pytest.raises(SourceRefused):
            inside.scrape(FirecrawlScrape(url=url), Free())
        with pytest.raises(SourceRefused):
            list(inside.crawl(FirecrawlCrawl(url=url), Free()))
        with pytest.raises(SourceRefused):
            list(inside.map(FirecrawlMap(url=url), Free()))
        assert server.requests == []

    def test_work_that_is_called_off_ends(self, server: FirecrawlServer) -> None:
        server.plan = always(Fault("stall", seconds=3))
        with pytest.raises(WorkCancelled):
            firecrawl(server.url).scrape(FirecrawlScrape(url=SITE), CalledOff(4))


class TestAccess:
    def test_the_cloud_needs_a_key(self) -> None:
        cloud = Firecrawl(AcquisitionSettings(), Guard(), noon_clock())
        with pytest.raises(SourceNotConfigured, match="firecrawl_api_key"):
            cloud.scrape(FirecrawlScrape(url=SITE), Free())

    def test_a_server_of_ones_own_may_need_none(self) -> None:
        with FirecrawlServer(PAGES, manner=Manner(keys=())) as server:
            assert scrape(server, firecrawl_api_key=None).data
            assert "Authorization" not in server.requests[0].headers

    @pytest.mark.parametrize(
        ("status", "kind", "says"),
        [
            (400, SourceRejected, "Check"), (401, SourceForbidden, "firecrawl_api_key"),
            (402, SourceForbidden, "credits"), (403, SourceForbidden, "forbids"),
            (404, SourceNotConfigured, "firecrawl_url"), (408, SourceTooSlow, "time"),
            (422, SourceRejected, "Check"), (429, SourceRateLimited, "less often"),
            (500, SourceUnavailable, "later"), (502, SourceUnavailable, "later"),
            (301, SourceNotConfigured, "firecrawl_url"),
        ],
    )  # fmt: skip
    def test_each_status_says_what_to_do(
        self, server: FirecrawlServer, status: int, kind: type[AcquisitionError], says: str
    ) -> None:
        body = json.dumps({"success": False, "error": f"no {SITE}x?token=geheim"}).encode()
        headers = {"Retry-After": "9", "Location": "http://127.0.0.1:1/"}
        server.manner.answers["/v2/scrape"] = Answered(status, body, headers)
        error = problem(server)
        assert type(error) is kind
        assert says in error.detail
        assert "geheim" not in f"{error.detail}{error.context}"
        assert KEY not in f"{error.detail}{error.context}"
        if kind is SourceRateLimited:
            assert error.context["retry_after"] == 9

    @pytest.mark.parametrize(
        "body",
        [b"", b"no json", b"[]", b"{}", b'{"success": true}', b'{"success": true, "data": 1}',
         b'{"success": false, "error": "engines failed"}', b"[" * 100_000, b"\xff"],
    )  # fmt: skip
    def test_what_is_not_the_protocol_is_not_a_document(
        self, server: FirecrawlServer, body: bytes
    ) -> None:
        server.manner.answers["/v2/scrape"] = Answered(200, body)
        assert type(problem(server)) is SourceUnavailable

    @pytest.mark.parametrize("fault", [RESET, TRUNCATED, Fault("not_http")])
    def test_a_broken_answer_is_not_available(self, server: FirecrawlServer, fault: Fault) -> None:
        server.plan = always(fault)
        assert type(problem(server)) is SourceUnavailable

    def test_where_nobody_listens_it_is_not_available(self) -> None:
        with pytest.raises(SourceUnavailable):
            firecrawl(closed_url()).scrape(FirecrawlScrape(url=SITE), Free())


class TestCrawl:
    def test_the_pages_of_a_site_come_with_their_text(self, server: FirecrawlServer) -> None:
        found = crawl(server)
        assert [one.key for one in found] == list(PAGES)
        for number, one in enumerate(found):
            assert one.content is not None
            assert one.content.data == f"# Page {number}\n\nText.".encode()
            assert one.content.metadata == {"source_url": one.key}
            assert one.title == one.content.title == f"Title {number}"
        assert server.cancelled == []

    def test_the_request_says_what_is_wanted(self, server: FirecrawlServer) -> None:
        crawl(server, limit=3, max_depth=0, include_paths=["a/.*"], exclude_paths=["b"])
        assert server.bodies("/v2/crawl") == [
            {
                "url": SITE,
                "limit": 3,
                "maxDiscoveryDepth": 0,
                "includePaths": ["a/.*"],
                "excludePaths": ["b"],
                "scrapeOptions": {"formats": ["markdown"], "maxAge": 0},
            }
        ]

    def test_between_looks_it_waits_as_the_settings_say(self, server: FirecrawlServer) -> None:
        waited: list[float] = []
        crawl(server, waited)
        assert waited
        assert set(waited) == {0.01}

    @pytest.mark.parametrize("ready", [1, 3, 100])
    @pytest.mark.parametrize("size", [1, 2, 100])
    def test_however_they_come_each_page_comes_once(self, ready: int, size: int) -> None:
        with FirecrawlServer(PAGES, manner=Manner(ready, size)) as server:
            assert [one.key for one in crawl(server)] == list(PAGES)

    def test_the_key_is_sent_to_the_address_of_the_settings_wherever_next_points(self) -> None:
        elsewhere = FirecrawlServer({})
        with elsewhere, FirecrawlServer(PAGES, manner=Manner(next_base=elsewhere.url)) as server:
            assert len(crawl(server)) == len(PAGES)
            assert elsewhere.requests == []

    def test_no_more_than_the_limit_is_taken(self, server: FirecrawlServer) -> None:
        assert len(crawl(server, limit=3)) == 3
        source = FirecrawlCrawl(url=SITE, limit=3)
        server.manner.answers["/v2/crawl"] = Answered(
            200, json.dumps({"success": True, "id": "0199-crawl-1"}).encode()
        )
        server.crawls["0199-crawl-1"].limit = 100  # a server that goes on
        assert len(list(firecrawl(server.url).crawl(source, Free()))) == 3
        assert server.cancelled == ["0199-crawl-1"]

    def test_pages_that_failed_are_tried_on_their_own(self, server: FirecrawlServer) -> None:
        server.site[f"{SITE}3.html"] = SitePage("x", fails=True)
        server.site[f"{SITE}4.html"] = SitePage("# Busy", status=503)
        found = {one.key: one for one in crawl(server)}
        assert list(found)[-1] == f"{SITE}3.html"
        for number in (3, 4):
            one = found[f"{SITE}{number}.html"]
            assert one.source == FirecrawlScrape(url=one.key)
            assert (one.content, one.problem) == (None, None)

    def test_pages_that_are_not_to_be_had_are_reported(self, server: FirecrawlServer) -> None:
        server.site[f"{SITE}3.html"] = SitePage("# No such page", status=404)
        server.site[f"{SITE}4.html"] = SitePage("x", robots_blocked=True)
        found = {one.key: one for one in crawl(server)}
        assert len(found) == len(PAGES)
        assert type(found[f"{SITE}3.html"].problem) is SourceNotFound
        assert type(found[f"{SITE}4.html"].problem) is SourceForbidden
        assert "robots.txt" in str(found[f"{SITE}4.html"].problem)

    def test_a_crawl_that_failed_says_so(self) -> None:
        with (
            FirecrawlServer(PAGES, manner=Manner(ends="failed")) as server,
            pytest.raises(SourceUnavailable, match="failed"),
        ):
            crawl(server)

    def test_a_crawl_that_somebody_cancelled_says_so(self, server: FirecrawlServer) -> None:
        found = firecrawl(server.url).crawl(FirecrawlCrawl(url=SITE), Free())
        next(found)
        server.crawls["0199-crawl-1"].cancelled = True
        with pytest.raises(SourceRejected, match="cancelled"):
            list(found)

    def test_a_crawl_that_stands_still_is_given_up_and_cancelled(self) -> None:
        waited: list[float] = []
        with FirecrawlServer(PAGES, manner=Manner(ready_per_look=0)) as server:
            with pytest.raises(SourceTooSlow, match="stands still"):
                crawl(server, waited)
            assert server.cancelled == ["0199-crawl-1"]
        assert 4.9 < sum(waited) < 5.1

    def test_work_that_is_called_off_cancels_the_crawl(self, server: FirecrawlServer) -> None:
        source = FirecrawlCrawl(url=SITE)
        with pytest.raises(WorkCancelled):
            list(firecrawl(server.url).crawl(source, CalledOff(15)))
        assert server.cancelled == ["0199-crawl-1"]

    def test_a_listing_that_is_left_early_cancels_the_crawl(self, server: FirecrawlServer) -> None:
        found = firecrawl(server.url).crawl(FirecrawlCrawl(url=SITE), Free())
        next(found)
        assert server.cancelled == []
        assert isinstance(found, Generator)
        found.close()
        assert server.cancelled == ["0199-crawl-1"]

    def test_a_crawl_that_cannot_be_cancelled_ends_as_it_would_have(
        self, server: FirecrawlServer
    ) -> None:
        server.manner.answers[CRAWL] = Answered(500)
        with pytest.raises(SourceUnavailable, match="500"):
            crawl(server)

    @pytest.mark.parametrize("fault", [BROKEN, RESET, TRUNCATED, RATE_LIMITED])
    def test_looks_that_fail_do_not_lose_the_crawl(
        self, server: FirecrawlServer, fault: Fault
    ) -> None:
        failing = [None, *[fault] * (PATIENCE - 1)]
        server.plan = scripted({CRAWL: failing, f"{CRAWL}/errors": [fault]})
        waited: list[float] = []
        assert [one.key for one in crawl(server, waited)] == list(PAGES)
        assert len(server.bodies("/v2/crawl")) == 1
        if fault is RATE_LIMITED:
            assert sum(waited) >= PATIENCE  # each asked for a second

    def test_looks_that_keep_failing_give_it_up(self, server: FirecrawlServer) -> None:
        server.plan = scripted({CRAWL: [BROKEN] * PATIENCE})
        with pytest.raises(SourceUnavailable):
            crawl(server)
        assert server.cancelled == ["0199-crawl-1"]

    def test_a_crawl_that_is_forgotten_may_be_started_again(self, server: FirecrawlServer) -> None:
        found = firecrawl(server.url).crawl(FirecrawlCrawl(url=SITE), Free())
        next(found)
        server.crawls.clear()
        with pytest.raises(SourceUnavailable, match="no longer"):
            list(found)

    @pytest.mark.parametrize("seed", range(5))
    def test_with_faults_of_all_kinds_every_page_comes_once(self, seed: int) -> None:
        with FirecrawlServer(PAGES, seeded(seed, 0.6, most=4)) as server:
            found = []
            for _ in range(6):  # starting it may fail: that is for the job to try again
                try:
                    found = crawl(server)
                    break
                except SourceUnavailable:
                    continue
            assert [one.key for one in found] == list(PAGES)

    @pytest.mark.parametrize("name", ["../../x", "", "a/b", "x" * 100])
    def test_an_id_that_is_none_goes_into_no_address(
        self, server: FirecrawlServer, name: str
    ) -> None:
        body = json.dumps({"success": True, "id": name}).encode()
        server.manner.answers["/v2/crawl"] = Answered(200, body)
        with pytest.raises(SourceUnavailable):
            crawl(server)
        assert len(server.requests) == 1


class TestMap:
    def test_the_addresses_of_a_site_are_sources_to_scrape(self, server: FirecrawlServer) -> None:
        found = list(firecrawl(server.url).map(FirecrawlMap(url=SITE, limit=5), Free()))
        assert found == [
            Listed(f"{SITE}{n}.html", FirecrawlScrape(url=f"{SITE}{n}.html"), title=f"Title {n}")
            for n in range(5)
        ]
        assert server.bodies("/v2/map") == [{"url": SITE, "limit": 5}]

    def test_a_search_is_passed_on(self, server: FirecrawlServer) -> None:
        found = list(firecrawl(server.url).map(FirecrawlMap(url=SITE, search="3"), Free()))
        assert [one.key for one in found] == [f"{SITE}3.html"]

    def test_each_address_comes_once_and_strange_ones_are_reported(
        self, server: FirecrawlServer
    ) -> None:
        links = [SITE, {"url": SITE}, "mailto:a@b.example", {"url": f"{SITE}2", "title": "Two"}]
        body = json.dumps({"success": True, "links": links}).encode()
        server.manner.answers["/v2/map"] = Answered(200, body)
        found = list(firecrawl(server.url).map(FirecrawlMap(url=SITE), Free()))
        assert [one.key for one in found] == [SITE, "mailto:a@b.example", f"{SITE}2"]
        assert type(found[1].problem) is SourceRefused
        assert found[2].title == "Two"

    def test_no_more_than_the_limit_is_taken(self, server: FirecrawlServer) -> None:
        body = json.dumps({"success": True, "links": [f"{SITE}{n}" for n in range(9)]}).encode()
        server.manner.answers["/v2/map"] = Answered(200, body)
        found = list(firecrawl(server.url).map(FirecrawlMap(url=SITE, limit=4), Free()))
        assert [one.key for one in found] == [f"{SITE}{n}" for n in range(4)]
