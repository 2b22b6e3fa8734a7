"""Documents fetched by an owner: folders, addresses, S3 and Firecrawl, with servers that fail."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from catalystindex.model.errors import JobNotRetryable
from catalystindex.model.job import ErrorClass, ItemState, JobState, Outcome, Stage
from catalystindex.model.sources import (
    FirecrawlCrawl,
    FolderSource,
    S3PrefixSource,
    S3Source,
    UrlSource,
)
from catalystindex.owner.assembly import Owner
from support.acquire import firecrawl_settings, s3_settings, settings
from support.fault_server import FaultServer, Page
from support.faults import BROKEN, Fault, always, scripted
from support.firecrawl_server import FirecrawlServer, SitePage
from support.jobs import (
    at,
    base_in,
    bulk,
    counter,
    document_with,
    ended,
    item_of,
    items_of,
    settings_of,
    texts_found,
    until,
    working_owner,
)
from support.s3_server import S3Server
from support.stores import ANA

SOON = Fault("status", 429, {"Retry-After": "0"})


@pytest.fixture(scope="module")
def web() -> Iterator[FaultServer]:
    with FaultServer({}) as server:
        yield server


@pytest.fixture(scope="module")
def s3() -> Iterator[S3Server]:
    with S3Server() as server:
        yield server


@pytest.fixture(scope="module")
def site() -> Iterator[FirecrawlServer]:
    with FirecrawlServer({}) as server:
        yield server


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("shelf")


@pytest.fixture(scope="module")
def owner(
    tmp_path_factory: pytest.TempPathFactory,
    s3: S3Server,
    site: FirecrawlServer,
    shelf: Path,
) -> Iterator[Owner]:
    acquisition = settings(
        **s3_settings(s3.url, "ingest-owner").model_dump(exclude_unset=True),
        **{
            name: value
            for name, value in firecrawl_settings(site.url).model_dump(exclude_unset=True).items()
            if name.startswith("firecrawl_") and name != "firecrawl_poll"
        },
        folder_roots=(shelf,),
    )
    folder = tmp_path_factory.mktemp("data")
    with working_owner(settings_of(folder, acquisition=acquisition, max_attempts=3)) as opened:
        yield opened


@pytest.fixture
def base(owner: Owner, request: pytest.FixtureRequest) -> str:
    name = "".join(char if char.isalnum() else "-" for char in request.node.name.lower())
    return base_in(owner, name[-60:].strip("-"))


class TestAddresses:
    def test_what_has_not_changed_is_asked_for_conditionally_and_not_done_again(
        self, owner: Owner, base: str, web: FaultServer
    ) -> None:
        web.pages["/memo.md"] = b"Memo of cash deposits."
        source = UrlSource(url=f"{web.url}/memo.md")
        outcomes = []
        for _ in range(2):
            job = ended(owner, bulk(owner, base, [at(source)]))
            outcomes.append(item_of(owner, job.id).outcome)
        assert outcomes == [Outcome.CREATED, Outcome.UNCHANGED]
        asked = [one for one in web.requests if one.path == "/memo.md"]
        assert "If-None-Match" not in asked[0].headers
        assert "If-None-Match" in asked[1].headers
        document = document_with(owner, base, source.url)
        assert (document.version, document.filename) == (1, "memo.md")

        web.pages["/memo.md"] = b"Memo of wire transfers."
        job = ended(owner, bulk(owner, base, [at(source)]))
        assert item_of(owner, job.id).outcome is Outcome.UPDATED
        assert texts_found(owner, "memo", base) == ["Memo of wire transfers."]

        job = ended(owner, bulk(owner, base, [at(source)], force=True))
        assert item_of(owner, job.id).outcome is Outcome.REDONE
        last = [one for one in web.requests if one.path == "/memo.md"][-1]
        assert "If-None-Match" not in last.headers

        owner.remover.remove_document(ANA, document.id)
        job = ended(owner, bulk(owner, base, [at(source)]))
        assert item_of(owner, job.id).outcome is Outcome.CREATED

    def test_what_may_pass_is_tried_again(self, owner: Owner, base: str, web: FaultServer) -> None:
        web.pages["/shaky.md"] = b"Cash deposits."
        web.plan = scripted({"/shaky.md": [BROKEN, SOON]})
        before = counter(owner, "catalyst_dependency_failures_total", dependency="http")
        job = ended(owner, bulk(owner, base, [at(UrlSource(url=f"{web.url}/shaky.md"))]))
        item = item_of(owner, job.id)
        assert (item.state, item.outcome) == (ItemState.SUCCEEDED, Outcome.CREATED)
        assert item.total_attempts == 3 + 4  # acquired the third time; the other stages
        after = counter(owner, "catalyst_dependency_failures_total", dependency="http")
        assert after == before + 2

    @pytest.mark.parametrize(
        ("page", "code", "kind", "attempts"),
        [
            (None, "source.not_found", ErrorClass.PERMANENT, 1),
            (Page(status=403, tagged=False), "source.forbidden", ErrorClass.PERMANENT, 1),
            (Page(status=400, tagged=False), "source.rejected", ErrorClass.PERMANENT, 1),
            (Page(status=500, tagged=False), "source.unavailable", ErrorClass.TRANSIENT, 3),
            (Page(b"  "), "document.empty", ErrorClass.PERMANENT, 1),
        ],
    )
    def test_a_dead_letter_says_what_its_source_said(
        self, owner: Owner, base: str, web: FaultServer, page: Page | None, code: str,
        kind: ErrorClass, attempts: int,
    ) -> None:  # fmt: skip
        path = f"/{code}.md"
        if page is not None:
            web.pages[path] = page
        job = ended(owner, bulk(owner, base, [at(UrlSource(url=f"{web.url}{path}"))]))
        item = item_of(owner, job.id)
        assert job.state is JobState.FAILED
        assert item.problem is not None
        assert (item.problem.code, item.problem.error_class) == (code, kind)
        assert (item.attempts, item.stage) == (attempts, None)
        if attempts > 1:
            assert f"{attempts} times" in item.problem.detail
            web.pages[path] = b"Now it is here."
            owner.jobs.retry(ANA, job.id, [])
            assert ended(owner, job.id).state is JobState.SUCCEEDED

    def test_a_slow_fetch_is_given_up_when_its_job_is_cancelled(
        self, owner: Owner, base: str, web: FaultServer
    ) -> None:
        web.pages["/slow.md"] = b"Cash deposits. " * 50
        web.plan = scripted({"/slow.md": [Fault("slow", seconds=4)]})
        job_id = bulk(owner, base, [at(UrlSource(url=f"{web.url}/slow.md"))])
        until(lambda: owner.jobs.show(ANA, job_id).counts.running == 1)
        owner.jobs.cancel(ANA, job_id)
        assert ended(owner, job_id, patience=8).state is JobState.CANCELLED
        with pytest.raises(JobNotRetryable):
            owner.jobs.retry(ANA, job_id, [])

    def test_addresses_that_may_not_be_reached_are_refused(self, tmp_path: Path) -> None:
        with FaultServer({"/x.md": b"x"}) as web, working_owner(settings_of(tmp_path)) as owner:
            source = UrlSource(url=f"{web.url}/x.md")
            job = ended(owner, bulk(owner, base_in(owner), [at(source)]))
            item = item_of(owner, job.id)
            assert item.problem is not None
            assert item.problem.code == "source.refused"
            assert web.requests == []


class TestListings:
    def test_a_folder_becomes_its_files_and_the_job_ends_with_the_last(
        self, owner: Owner, base: str, shelf: Path
    ) -> None:
        case = shelf / "case"
        (case / "sub").mkdir(parents=True)
        for number in range(5):
            (case / "sub" / f"{number}.md").write_text(f"Cash deposit {number}.")
        (case / "empty.md").write_text(" ")
        (case / "skipped.bin").write_bytes(b"\x00")
        (case / "link").symlink_to(shelf)
        source = FolderSource(path=str(case), exclude=["*.bin"])
        job_id = bulk(owner, base, [at(source, metadata={"case": 417})])
        job = ended(owner, job_id)
        listing, *files = items_of(owner, job_id)
        assert listing.outcome is Outcome.LISTED
        states = {Path(item.place).name: item.state for item in files}
        assert states == {
            **{f"{number}.md": ItemState.SUCCEEDED for number in range(5)},
            "empty.md": ItemState.FAILED,
            "link": ItemState.FAILED,
        }
        assert (job.state, job.total, job.open_listings) == (JobState.PARTIAL, 8, 0)
        link = next(item for item in files if item.place.endswith("link"))
        assert link.problem is not None
        assert (link.problem.code, link.attempts) == ("source.refused", 0)
        document = document_with(owner, base, str(case / "sub" / "0.md"))
        assert document.metadata == {"case": 417}
        (case / "sub" / "3.md").write_text("Wire transfer.")
        again = ended(owner, bulk(owner, base, [at(source, metadata={"case": 417})]))
        assert again.outcomes == {
            Outcome.LISTED: 1, Outcome.UPDATED: 1, Outcome.UNCHANGED: 4,
        }  # fmt: skip
        assert owner.jobs.retry(ANA, job_id, [link.id]).retried == 1
        ended(owner, job_id)
        tried = next(item for item in items_of(owner, job_id) if item.id == link.id)
        assert tried.state is ItemState.FAILED
        assert tried.problem is not None
        assert tried.problem.code.startswith("source.")

    def test_a_folder_that_is_not_there_or_not_allowed_is_a_dead_letter(
        self, owner: Owner, base: str, shelf: Path
    ) -> None:
        documents = [at(FolderSource(path=str(place))) for place in (shelf / "none", "/etc")]
        job = ended(owner, bulk(owner, base, documents))
        assert job.state is JobState.FAILED
        codes = [item.problem.code for item in items_of(owner, job.id) if item.problem]
        assert codes == ["source.not_found", "source.refused"]

    def test_objects_of_a_bucket_are_fetched_listed_and_asked_for_conditionally(
        self, owner: Owner, base: str, s3: S3Server
    ) -> None:
        objects = {f"in/{n}.md": f"Cash deposit {n}.".encode() for n in range(3)}
        s3.make_bucket("ingest-owner", {**objects, "single.md": b"Gold bars."})
        s3.plan = scripted({"/ingest-owner/in/1.md": [BROKEN]})
        documents = [
            at(S3PrefixSource(uri="s3://ingest-owner/in/")),
            at(S3Source(uri="s3://ingest-owner/single.md")),
            at(S3Source(uri="s3://ingest-owner/missing.md")),
        ]
        job = ended(owner, bulk(owner, base, documents))
        assert job.outcomes == {Outcome.CREATED: 4, Outcome.LISTED: 1}
        missing = items_of(owner, job.id)[2]
        assert missing.problem is not None
        assert (missing.problem.code, missing.attempts) == ("source.not_found", 1)
        again = ended(owner, bulk(owner, base, documents[:2]))
        assert again.outcomes == {Outcome.UNCHANGED: 4, Outcome.LISTED: 1}
        assert again.state is JobState.SUCCEEDED

    def test_the_pages_of_a_site_keep_their_own_text_beside_those_that_fail(
        self, owner: Owner, base: str, site: FirecrawlServer
    ) -> None:
        root = "https://bank.example.org/"
        site.site = {
            f"{root}a": SitePage("# A\n\nCash deposits.", title="A"),
            f"{root}b": SitePage(None, robots_blocked=True),
            f"{root}c": SitePage("# C\n\nGold bars.", title="C"),
            f"{root}d": SitePage("", status=404),
            f"{root}e": SitePage("# E\n\nSilver coins.", title="E"),
        }
        source = FirecrawlCrawl(url=root)
        job = ended(owner, bulk(owner, base, [at(source, metadata={"site": "bank"})]))
        items = {item.place: item for item in items_of(owner, job.id)}
        ends = {place[-1]: item.state.value for place, item in items.items() if place != root}
        assert {name: ends[name] for name in "ace"} == dict.fromkeys("ace", "succeeded")
        assert ends["b"] == "failed"
        problem = items[f"{root}b"].problem
        assert problem is not None
        assert problem.code == "source.forbidden"
        for name, text in (("a", "Cash"), ("c", "Gold"), ("e", "Silver")):
            document = document_with(owner, base, f"{root}{name}")
            _, data = owner.library.raw(ANA, document.id)
            assert text in data.decode()
            assert document.metadata["site"] == "bank"
        assert job.state is JobState.PARTIAL

    def test_a_listing_that_is_cancelled_brings_no_more(
        self, owner: Owner, base: str, site: FirecrawlServer
    ) -> None:
        root = "https://large.example.org/"
        site.site = {f"{root}{n}": SitePage(f"Page {n} of cash.") for n in range(300)}
        site.plan = always(Fault("stall", seconds=0.2))
        try:
            site.crawls.clear()
            job_id = bulk(owner, base, [at(FirecrawlCrawl(url=root, limit=300))])
            until(lambda: any(crawl.looks for crawl in site.crawls.values()))
            owner.jobs.cancel(ANA, job_id)
            job = ended(owner, job_id, patience=10)
        finally:
            site.plan = scripted({})
        assert job.state is JobState.CANCELLED
        assert job.stages[Stage.INDEXED] <= job.total
        until(lambda: len(site.cancelled) >= 1, patience=10)
