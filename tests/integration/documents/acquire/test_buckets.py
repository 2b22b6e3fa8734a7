"""S3, by a server that speaks its protocol and fails on demand."""

import threading
import time
from collections.abc import Iterator, Mapping
from itertools import count

import pytest

from catalystindex.config.acquisition import AcquisitionSettings
from catalystindex.documents.acquire.base import Fetched, NotModified, Validators
from catalystindex.documents.acquire.s3 import Buckets
from catalystindex.model.errors import (
    AcquisitionError,
    ListingTooLarge,
    SourceForbidden,
    SourceNotConfigured,
    SourceNotFound,
    SourceRateLimited,
    SourceRejected,
    SourceTooLarge,
    SourceTooSlow,
    SourceUnavailable,
    WorkCancelled,
)
from catalystindex.model.sources import S3PrefixSource, S3Source
from support.acquire import CalledOff, Free, s3_settings
from support.faults import (
    BROKEN,
    RATE_LIMITED,
    RESET,
    TRUNCATED,
    Answered,
    Fault,
    always,
    no_faults,
)
from support.http_stub import closed_url
from support.s3_server import S3Server, s3_error

_numbers = count(1)


@pytest.fixture(scope="module")
def server() -> Iterator[S3Server]:
    with S3Server() as running:
        yield running


@pytest.fixture
def bucket(server: S3Server) -> str:
    """An empty bucket of its own, and no faults left from before."""
    server.plan = no_faults
    server.instead.clear()
    name = f"kyc-{next(_numbers)}"
    server.make_bucket(name)
    return name


def buckets(server: S3Server, bucket: str, **values: object) -> Buckets:
    return Buckets(s3_settings(server.url, bucket, **values))


def fetch(server: S3Server, uri: str, **values: object) -> Fetched:
    name = uri.removeprefix("s3://").partition("/")[0]
    result = buckets(server, name, **values).fetch(S3Source(uri=uri), None, Free())
    assert isinstance(result, Fetched)
    return result


def problem(server: S3Server, uri: str, **values: object) -> AcquisitionError:
    with pytest.raises(AcquisitionError) as caught:
        fetch(server, uri, **values)
    return caught.value


def listed(server: S3Server, uri: str, **values: object) -> list[str]:
    source = S3PrefixSource.model_validate({"uri": uri, **values})
    name = uri.removeprefix("s3://").partition("/")[0]
    found = list(buckets(server, name).list(source, Free()))
    assert [one.key for one in found] == [
        one.source.uri for one in found if isinstance(one.source, S3Source)
    ]
    return [one.key.removeprefix(f"s3://{name}/") for one in found]


def fill(server: S3Server, bucket: str, objects: Mapping[str, bytes]) -> None:
    for key, data in objects.items():
        server.put(bucket, key, data)


class TestObjects:
    @pytest.mark.parametrize("key", ["a.pdf", "2025/a b/ü+%.pdf", "deep/" * 20 + "x", "a=b&c?d#e"])
    def test_an_object_comes_with_its_name_and_place(
        self, server: S3Server, bucket: str, key: str
    ) -> None:
        server.put(bucket, key, b"%PDF-1.7", "application/pdf")
        got = fetch(server, f"s3://{bucket}/{key}")
        assert (got.data, got.filename) == (b"%PDF-1.7", key.rpartition("/")[2])
        assert got.media_type == "application/pdf"
        assert got.metadata == {"source_url": f"s3://{bucket}/{key}"}

    def test_a_type_that_says_nothing_is_none(self, server: S3Server, bucket: str) -> None:
        server.put(bucket, "a.pdf", b"x")
        assert fetch(server, f"s3://{bucket}/a.pdf").media_type is None

    @pytest.mark.parametrize("size", [0, 1, 1024 * 1024, 3 * 1024 * 1024 + 1])
    def test_every_byte_comes(self, server: S3Server, bucket: str, size: int) -> None:
        data = (b"0123456789abcdef" * (size // 16 + 1))[:size]
        server.put(bucket, "a", data)
        assert fetch(server, f"s3://{bucket}/a").data == data

    @pytest.mark.parametrize(("size", "fits"), [(4096, True), (4097, False)])
    def test_the_limit_is_exact(self, server: S3Server, bucket: str, size: int, fits: bool) -> None:
        server.put(bucket, "a", bytes(size))
        if fits:
            assert len(fetch(server, f"s3://{bucket}/a", max_bytes=4096).data) == size
        else:
            error = problem(server, f"s3://{bucket}/a", max_bytes=4096)
            assert type(error) is SourceTooLarge

    def test_what_has_not_changed_is_not_sent_again(self, server: S3Server, bucket: str) -> None:
        server.put(bucket, "a", b"old")
        opened, source = buckets(server, bucket), S3Source(uri=f"s3://{bucket}/a")
        first = opened.fetch(source, None, Free())
        assert isinstance(first, Fetched)
        assert opened.fetch(source, first.validators, Free()) == NotModified()
        server.put(bucket, "a", b"new")
        again = opened.fetch(source, first.validators, Free())
        assert isinstance(again, Fetched)
        assert again.data == b"new"
        assert isinstance(opened.fetch(source, Validators(), Free()), Fetched)

    def test_work_that_is_called_off_ends(self, server: S3Server, bucket: str) -> None:
        server.put(bucket, "a", bytes(5 * 1024 * 1024))
        with pytest.raises(WorkCancelled):
            buckets(server, bucket).fetch(S3Source(uri=f"s3://{bucket}/a"), None, CalledOff(2))

    def test_many_threads_share_one(self, server: S3Server, bucket: str) -> None:
        fill(server, bucket, {f"{n}": b"%d" % n for n in range(12)})
        opened, got = buckets(server, bucket), {}

        def work(n: int) -> None:
            result = opened.fetch(S3Source(uri=f"s3://{bucket}/{n}"), None, Free())
            assert isinstance(result, Fetched)
            got[n] = result.data

        threads = [threading.Thread(target=work, args=(n,)) for n in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert got == {n: b"%d" % n for n in range(12)}


class TestTrouble:
    def test_a_bucket_that_is_not_named_is_not_read(self, server: S3Server, bucket: str) -> None:
        with pytest.raises(SourceNotConfigured, match="s3_buckets"):
            buckets(server, "other").fetch(S3Source(uri=f"s3://{bucket}/a"), None, Free())

    def test_what_is_not_there_is_not_found(self, server: S3Server, bucket: str) -> None:
        assert "object" in str(problem(server, f"s3://{bucket}/none"))
        assert type(problem(server, f"s3://{bucket}/none")) is SourceNotFound
        assert "bucket" in str(problem(server, "s3://no-such-bucket/none"))

    @pytest.mark.parametrize(
        ("fault", "kind"),
        [
            (BROKEN, SourceUnavailable), (RESET, SourceUnavailable), (TRUNCATED, SourceUnavailable),
            (RATE_LIMITED, SourceRateLimited), (Fault("status", 503), SourceUnavailable),
            (Fault("status", 403), SourceForbidden), (Fault("status", 401), SourceForbidden),
            (Fault("status", 400), SourceRejected), (Fault("not_http"), SourceUnavailable),
        ],
    )  # fmt: skip
    def test_each_fault_is_the_error_it_stands_for_and_is_not_tried_again_here(
        self, server: S3Server, bucket: str, fault: Fault, kind: type[AcquisitionError]
    ) -> None:
        server.put(bucket, "a", b"0123456789")
        path = f"/{bucket}/a"
        before = server.attempts(path)
        server.plan = lambda asked, attempt: (
            fault if asked == path and attempt == before + 1 else None
        )
        assert type(problem(server, f"s3://{bucket}/a")) is kind
        assert server.attempts(path) == before + 1
        assert fetch(server, f"s3://{bucket}/a").data == b"0123456789"

    @pytest.mark.parametrize(
        ("status", "code", "kind"),
        [
            (403, "InvalidAccessKeyId", SourceForbidden),
            (403, "SignatureDoesNotMatch", SourceForbidden),
            (400, "ExpiredToken", SourceForbidden),
            (503, "SlowDown", SourceRateLimited),
            (400, "AuthorizationHeaderMalformed", SourceNotConfigured),
            (301, "PermanentRedirect", SourceNotConfigured),
        ],
    )
    def test_each_code_is_the_error_it_stands_for(
        self, server: S3Server, bucket: str, status: int, code: str, kind: type[AcquisitionError]
    ) -> None:
        for path in (f"/{bucket}/a", f"/{bucket}"):
            server.instead[path] = Answered(status, s3_error(code))
        assert type(problem(server, f"s3://{bucket}/a")) is kind
        with pytest.raises(AcquisitionError) as caught:
            listed(server, f"s3://{bucket}")
        assert type(caught.value) is kind

    def test_silence_is_too_slow(self, server: S3Server, bucket: str) -> None:
        server.put(bucket, "a", b"x")
        server.plan = always(Fault("stall", seconds=3))
        began = time.monotonic()
        error = problem(server, f"s3://{bucket}/a", read_timeout=0.3)
        assert type(error) is SourceTooSlow
        assert time.monotonic() - began < 2

    def test_where_nobody_listens_the_source_is_not_available(self) -> None:
        given = s3_settings(closed_url(), "kyc")
        for act in (
            lambda: Buckets(given).fetch(S3Source(uri="s3://kyc/a"), None, Free()),
            lambda: list(Buckets(given).list(S3PrefixSource(uri="s3://kyc"), Free())),
        ):
            with pytest.raises(SourceUnavailable):
                act()

    def test_errors_show_no_secret(self, server: S3Server, bucket: str) -> None:
        for fault in (BROKEN, RESET, Fault("status", 403)):
            server.plan = always(fault)
            error = problem(server, f"s3://{bucket}/a")
            assert "test-secret" not in f"{error.detail}{error.context}"

    def test_a_token_of_the_environment_is_not_mixed_with_the_credentials_of_the_settings(
        self, server: S3Server, bucket: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("AWS_SESSION_TOKEN", "of-somebody-else")
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "somebody-else")
        server.put(bucket, "a", b"x")
        fetch(server, f"s3://{bucket}/a")
        sent = server.requests[-1].headers
        lower = {name.lower(): value for name, value in sent.items()}
        assert "x-amz-security-token" not in lower
        assert "Credential=test-id/" in lower["authorization"]


class TestListings:
    OBJECTS: Mapping[str, bytes] = {
        "2025/b.pdf": b"x", "2025/a.pdf": b"x", "2025/a/c.txt": b"x", "2025/a/d/e.pdf": b"x",
        "2025-old/f.pdf": b"x", "2025/ü.pdf": b"x", "top.pdf": b"x",
    }  # fmt: skip

    def test_objects_below_a_prefix_come_in_order(self, server: S3Server, bucket: str) -> None:
        fill(server, bucket, self.OBJECTS)
        wanted = sorted(key for key in self.OBJECTS if key.startswith("2025/"))
        assert listed(server, f"s3://{bucket}/2025/") == wanted
        assert listed(server, f"s3://{bucket}/2025") == wanted
        assert listed(server, f"s3://{bucket}") == sorted(self.OBJECTS)
        assert listed(server, f"s3://{bucket}/") == sorted(self.OBJECTS)

    @pytest.mark.parametrize(
        ("include", "exclude", "wanted"),
        [
            (["*.pdf"], [], ["2025/a.pdf", "2025/b.pdf", "2025/ü.pdf"]),
            (["**/*.pdf"], ["a/**"], ["2025/a.pdf", "2025/b.pdf", "2025/ü.pdf"]),
            (["a/**"], [], ["2025/a/c.txt", "2025/a/d/e.pdf"]),
            (["*.txt"], [], []),
        ],
    )
    def test_globs_are_below_the_prefix(
        self, server: S3Server, bucket: str, include: list[str], exclude: list[str],
        wanted: list[str],
    ) -> None:  # fmt: skip
        fill(server, bucket, self.OBJECTS)
        found = listed(server, f"s3://{bucket}/2025", include=include, exclude=exclude)
        assert found == wanted

    def test_markers_of_folders_are_left_out_and_empty_objects_are_not(
        self, server: S3Server, bucket: str
    ) -> None:
        fill(server, bucket, {"x/": b"", "x/y/": b"", "x/y/a": b"1", "x/empty": b""})
        assert listed(server, f"s3://{bucket}/x") == ["x/empty", "x/y/a"]

    def test_more_than_the_limit_is_an_error_and_never_cut(
        self, server: S3Server, bucket: str
    ) -> None:
        fill(server, bucket, self.OBJECTS)
        assert len(listed(server, f"s3://{bucket}", limit=len(self.OBJECTS))) == len(self.OBJECTS)
        with pytest.raises(ListingTooLarge, match="limit") as caught:
            listed(server, f"s3://{bucket}", limit=len(self.OBJECTS) - 1)
        assert not caught.value.transient

    def test_more_keys_than_one_answer_has_are_all_found(
        self, server: S3Server, bucket: str
    ) -> None:
        fill(server, bucket, {f"{n:04}": b"" if n % 500 == 0 else b"x" for n in range(1005)})
        assert listed(server, f"s3://{bucket}") == [f"{n:04}" for n in range(1005)]

    def test_nothing_below_a_prefix_is_not_found(self, server: S3Server, bucket: str) -> None:
        fill(server, bucket, self.OBJECTS)
        for prefix in ("2024", "20", "top.pdf/x"):
            with pytest.raises(SourceNotFound):
                listed(server, f"s3://{bucket}/{prefix}")
        with pytest.raises(SourceNotFound):
            listed(server, "s3://no-such-bucket/2024")

    @pytest.mark.parametrize("key", ["a//b", "a/./b", "a/../b"])
    def test_keys_that_cannot_be_addressed_are_said_to_be_so(
        self, server: S3Server, bucket: str, key: str
    ) -> None:
        server.put_as_written(bucket, key, b"x")
        with pytest.raises(SourceRejected, match="rename"):
            listed(server, f"s3://{bucket}")
        assert type(problem(server, f"s3://{bucket}/{key}")) is SourceRejected

    @pytest.mark.parametrize("fault", [BROKEN, RESET, TRUNCATED])
    def test_a_listing_that_breaks_is_never_a_short_one(
        self, server: S3Server, bucket: str, fault: Fault
    ) -> None:
        fill(server, bucket, self.OBJECTS)
        server.plan = always(fault)
        with pytest.raises(SourceUnavailable):
            listed(server, f"s3://{bucket}")

    def test_a_listing_that_breaks_on_its_second_page_is_never_a_short_one(
        self, server: S3Server, bucket: str
    ) -> None:
        fill(server, bucket, {f"{n:04}": b"x" for n in range(1005)})
        start = server.attempts(f"/{bucket}")
        server.plan = lambda path, attempt: BROKEN if attempt == start + 2 else None
        with pytest.raises(SourceUnavailable):
            listed(server, f"s3://{bucket}")


def test_plain_http_is_for_an_endpoint_that_says_so() -> None:
    secure = AcquisitionSettings.model_validate(
        {
            "s3_endpoint": closed_url().replace("http://", "https://"),
            "s3_buckets": ("kyc",),
            "s3_access_key_id": "a",
            "s3_secret_access_key": "b",
        }
    )
    with pytest.raises(SourceUnavailable):
        Buckets(secure).fetch(S3Source(uri="s3://kyc/a"), None, Free())
