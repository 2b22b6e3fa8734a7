"""The examination of sources: what is unreachable is told apart from what does not let us in."""

from pathlib import Path

from catalystindex.config.acquisition import AcquisitionSettings
from catalystindex.documents.acquire.checks import check_sources
from catalystindex.model.errors import (
    AcquisitionError,
    SourceForbidden,
    SourceNotFound,
    SourceTooSlow,
    SourceUnavailable,
)
from support.acquire import firecrawl_settings, s3_settings, settings
from support.faults import Fault, always
from support.firecrawl_server import FirecrawlServer, Manner
from support.http_stub import closed_url
from support.s3_server import S3Server


def findings(given: AcquisitionSettings) -> dict[str, str | type[AcquisitionError]]:
    found: dict[str, str | type[AcquisitionError]] = {}
    for name, check in check_sources(given):
        try:
            found[name] = check()
        except AcquisitionError as error:
            found[name] = type(error)
    return found


def test_what_is_not_configured_is_not_checked() -> None:
    assert check_sources(AcquisitionSettings()) == []


def test_folders_are_there_and_can_be_read(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    roots = (tmp_path, tmp_path / "none", tmp_path / "file")
    assert findings(settings(folder_roots=roots)) == {
        f"folder {tmp_path}": f"{tmp_path}, readable",
        f"folder {tmp_path}/none": SourceNotFound,
        f"folder {tmp_path}/file": SourceNotFound,
    }


class TestBuckets:
    def test_a_bucket_is_asked_for_a_key(self) -> None:
        with S3Server() as server:
            server.make_bucket("checks-full", {"a": b"x"})
            server.make_bucket("checks-empty")
            given = s3_settings(server.url, "checks-full", "checks-empty", "checks-none")
            assert findings(given) == {
                "bucket checks-full": "its keys can be listed",
                "bucket checks-empty": "its keys can be listed",
                "bucket checks-none": SourceNotFound,
            }
            server.plan = always(Fault("status", 403))
            assert set(findings(given).values()) == {SourceForbidden}

    def test_a_store_that_cannot_be_reached_is_not_one_that_refuses(self) -> None:
        assert findings(s3_settings(closed_url(), "kyc")) == {"bucket kyc": SourceUnavailable}


class TestFirecrawl:
    def test_an_accepted_key_tells_the_credits(self) -> None:
        with FirecrawlServer({}) as server:
            (found,) = findings(firecrawl_settings(server.url)).values()
        assert found == f"Firecrawl at {server.url} accepts us; 900 credits are left"

    def test_a_refused_key_is_told_from_a_server_that_is_not_there(self) -> None:
        with FirecrawlServer({}) as server:
            given = firecrawl_settings(server.url, firecrawl_api_key="wrong")
            assert findings(given) == {"firecrawl": SourceForbidden}
        assert findings(firecrawl_settings(closed_url())) == {"firecrawl": SourceUnavailable}

    def test_a_server_of_ones_own_may_keep_no_account(self) -> None:
        with FirecrawlServer({}, manner=Manner(credits=None, keys=())) as server:
            given = firecrawl_settings(server.url, firecrawl_api_key=None)
            assert findings(given) == {"firecrawl": f"Firecrawl at {server.url} answers"}

    def test_the_examination_does_not_wait_for_ever(self) -> None:
        with FirecrawlServer({}, always(Fault("stall", seconds=5))) as server:
            given = firecrawl_settings(server.url, total_timeout=0.5)
            assert findings(given) == {"firecrawl": SourceTooSlow}
