"""Addresses of the web, fetched from real servers on loopback that misbehave on purpose."""

import gzip
import socket
import threading
import time
import tracemalloc
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from catalystindex.config.acquisition import AcquisitionSettings
from catalystindex.documents.acquire.base import Fetched, NotModified, Validators
from catalystindex.documents.acquire.guard import Guard, Resolver, system_resolver
from catalystindex.documents.acquire.http import WebPages
from catalystindex.model.errors import (
    AcquisitionError,
    SourceForbidden,
    SourceNotFound,
    SourceRateLimited,
    SourceRefused,
    SourceRejected,
    SourceTooLarge,
    SourceTooSlow,
    SourceUnavailable,
    SourceWrongType,
    TooManyRedirects,
    WorkCancelled,
)
from catalystindex.model.sources import UrlSource
from support.acquire import CalledOff, Free, Names, settings
from support.fault_server import FaultServer, Page, etag_of
from support.faults import BROKEN, RATE_LIMITED, RESET, TRUNCATED, Fault, scripted, seeded
from support.http_stub import closed_url
from support.stores import noon_clock

PDF = b"%PDF-1.7 " + bytes(range(256)) * 400


def pages(
    given: AcquisitionSettings | None = None, resolver: Resolver = system_resolver
) -> WebPages:
    given = given or settings()
    return WebPages(given, Guard(given.allowed_networks, resolver), noon_clock())


def fetch(
    url: str, known: Validators | None = None, given: AcquisitionSettings | None = None
) -> Fetched | NotModified:
    return pages(given).fetch(UrlSource(url=url), known, Free())


def fetched(url: str, given: AcquisitionSettings | None = None) -> Fetched:
    result = fetch(url, given=given)
    assert isinstance(result, Fetched)
    return result


def problem(url: str, given: AcquisitionSettings | None = None) -> AcquisitionError:
    with pytest.raises(AcquisitionError) as caught:
        fetch(url, given=given)
    return caught.value


@contextmanager
def raw_server(*chunks: bytes, pause: float = 0.0) -> Iterator[str]:
    """Answer one connection with bytes as they are, then close it."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65536)
            try:
                for chunk in chunks:
                    connection.sendall(chunk)
                    time.sleep(pause)
            except OSError:
                return

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/x"
    finally:
        listener.close()
        thread.join(5)


class TestDocuments:
    def test_the_bytes_come_with_what_the_server_says_of_them(self) -> None:
        headers = {
            "Content-Type": "application/pdf; charset=binary",
            "Content-Disposition": "attachment; filename=\"a.pdf\"; filename*=UTF-8''K%C3%B6ln.pdf",
            "Last-Modified": "Wed, 21 Oct 2015 07:28:00 GMT",
        }
        with FaultServer({"/x": Page(PDF, headers)}) as server:
            got = fetched(f"{server.url}/x?id=1")
            assert got == Fetched(
                PDF,
                "Köln.pdf",
                "application/pdf",
                metadata={"source_url": f"{server.url}/x?id=1"},
                validators=Validators(etag_of(PDF), headers["Last-Modified"]),
            )
            sent = server.requests[0].headers
        assert sent["Host"] == server.url.removeprefix("http://")
        assert sent["User-Agent"] == "CatalystIndex"

    def test_without_a_header_the_address_names_the_document(self) -> None:
        with FaultServer({"/a/b.html": b"<p>x"}) as server:
            assert fetched(f"{server.url}/a/b.html").filename == "b.html"

    def test_an_empty_document_is_one(self) -> None:
        with FaultServer({"/x": b""}) as server:
            assert fetched(f"{server.url}/x").data == b""

    def test_no_proxy_of_the_environment_is_used(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, closed_url())
        with FaultServer({"/x": b"direct"}) as server:
            assert fetched(f"{server.url}/x").data == b"direct"

    def test_many_threads_share_one(self) -> None:
        plain = pages()
        with FaultServer({f"/{n}": b"%d" % n for n in range(20)}) as server:
            got: dict[int, bytes] = {}

            def work(n: int) -> None:
                result = plain.fetch(UrlSource(url=f"{server.url}/{n}"), None, Free())
                assert isinstance(result, Fetched)
                got[n] = result.data

            threads = [threading.Thread(target=work, args=(n,)) for n in range(20)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        assert got == {n: b"%d" % n for n in range(20)}


class TestConditions:
    def test_what_has_not_changed_is_not_sent_again(self) -> None:
        with FaultServer({"/x": PDF}) as server:
            known = fetched(f"{server.url}/x").validators
            assert fetch(f"{server.url}/x", known) == NotModified()
            server.pages["/x"] = b"new"
            result = fetch(f"{server.url}/x", known)
        assert isinstance(result, Fetched)
        assert result.data == b"new"

    def test_a_date_alone_is_a_condition_too(self) -> None:
        with FaultServer({"/x": Page(status=304)}) as server:
            known = Validators(last_modified="Wed, 21 Oct 2015 07:28:00 GMT")
            assert fetch(f"{server.url}/x", known) == NotModified()
            assert server.requests[0].headers["If-Modified-Since"] == known.last_modified

    @pytest.mark.parametrize("known", [None, Validators()])
    def test_not_modified_is_no_answer_to_an_unconditional_request(
        self, known: Validators | None
    ) -> None:
        with (
            FaultServer({"/x": Page(status=304)}) as server,
            pytest.raises(SourceRejected, match="304"),
        ):
            fetch(f"{server.url}/x", known)


class TestStatuses:
    @pytest.mark.parametrize(
        ("status", "kind"),
        [
            (400, SourceRejected), (401, SourceForbidden), (403, SourceForbidden),
            (404, SourceNotFound), (405, SourceRejected), (408, SourceUnavailable),
            (410, SourceNotFound), (418, SourceRejected), (425, SourceUnavailable),
            (429, SourceRateLimited), (451, SourceRejected), (500, SourceUnavailable),
            (502, SourceUnavailable), (503, SourceUnavailable), (504, SourceUnavailable),
            (599, SourceUnavailable), (300, SourceRejected), (204, SourceRejected),
            (202, SourceUnavailable), (206, SourceUnavailable),
        ],
    )  # fmt: skip
    def test_each_status_is_the_error_it_stands_for(
        self, status: int, kind: type[AcquisitionError]
    ) -> None:
        with FaultServer({"/x": Page(status=status)}) as server:
            error = problem(f"{server.url}/x?token=geheim")
        assert type(error) is kind
        assert "geheim" not in f"{error.detail}{error.context}"
        assert "retry_after" not in error.context

    @pytest.mark.parametrize(
        ("value", "seconds"),
        [("7", 7), ("86400", 3600), ("Sun, 01 Mar 2026 12:01:00 GMT", 60), ("soon", None)],
    )
    @pytest.mark.parametrize("status", [429, 503])
    def test_the_wait_that_is_asked_for_is_passed_on(
        self, status: int, value: str, seconds: float | None
    ) -> None:
        page = Page(status=status, headers={"Retry-After": value})
        with FaultServer({"/x": page}) as server:
            error = problem(f"{server.url}/x")
        assert error.transient
        assert error.context.get("retry_after") == seconds
        limited = status == 429 or seconds is not None
        assert isinstance(error, SourceRateLimited) == limited


class TestTrouble:
    def test_where_nobody_listens_the_source_is_not_available(self) -> None:
        assert type(problem(f"{closed_url()}/x")) is SourceUnavailable

    def test_a_reset_is_not_available(self) -> None:
        with FaultServer({"/x": PDF}, scripted({"/x": [RESET]})) as server:
            assert type(problem(f"{server.url}/x")) is SourceUnavailable
            assert fetched(f"{server.url}/x").data == PDF

    @pytest.mark.parametrize(
        "answer",
        [
            b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhe",
            b"HTTP/1.1 200 OK\r\nContent-Len",
            b"not HTTP at all\r\n\r\n",
            b"",
            b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000,
            b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(PDF)[:-9],
            b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nthis is not packed at all",
        ],
        ids=["length", "chunk", "in-chunk", "header", "no-http", "nothing", "endless", "gzip-cut",
             "gzip-bad"],
    )  # fmt: skip
    def test_what_is_cut_off_or_garbled_is_never_taken(self, answer: bytes) -> None:
        with raw_server(answer) as url:
            assert type(problem(url)) is SourceUnavailable

    def test_silence_is_too_slow(self) -> None:
        with FaultServer({"/x": b"x"}, scripted({"/x": [Fault("stall", seconds=5)]})) as server:
            began = time.monotonic()
            assert type(problem(f"{server.url}/x", settings(read_timeout=0.3))) is SourceTooSlow
            assert time.monotonic() - began < 2

    def test_a_body_that_drips_is_too_slow_in_all(self) -> None:
        with FaultServer({"/x": PDF}, scripted({"/x": [Fault("slow", seconds=8)]})) as server:
            began = time.monotonic()
            error = problem(f"{server.url}/x", settings(total_timeout=0.5))
            assert time.monotonic() - began < 2
        assert type(error) is SourceTooSlow

    def test_headers_that_drip_are_too_slow_in_all(self) -> None:
        chunks = [b"HTTP/1.1 200 OK\r\n", *[b"X-%d: y\r\n" % n for n in range(60)]]
        with raw_server(*chunks, pause=0.1) as url:
            began = time.monotonic()
            assert type(problem(url, settings(total_timeout=0.5))) is SourceTooSlow
            assert time.monotonic() - began < 2

    def test_work_that_is_called_off_ends_while_the_source_is_silent(self) -> None:
        with FaultServer({"/x": b"x"}, scripted({"/x": [Fault("stall", seconds=5)]})) as server:
            began = time.monotonic()
            with pytest.raises(WorkCancelled):
                pages().fetch(UrlSource(url=f"{server.url}/x"), None, CalledOff(4))
            assert time.monotonic() - began < 2


class TestSizes:
    def test_a_length_that_is_too_large_is_not_read(self) -> None:
        with raw_server(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n") as url:
            assert type(problem(url, settings(max_bytes=1024))) is SourceTooLarge

    @pytest.mark.parametrize(("size", "fits"), [(4096, True), (4097, False)])
    def test_the_limit_is_exact(self, size: int, fits: bool) -> None:
        with FaultServer({"/x": b"x" * size}) as server:
            given = settings(max_bytes=4096)
            if fits:
                assert len(fetched(f"{server.url}/x", given).data) == size
            else:
                error = problem(f"{server.url}/x", given)
                assert type(error) is SourceTooLarge
                assert error.context["limit"] == 4096

    def test_an_undeclared_length_is_counted(self) -> None:
        chunk = b"400\r\n" + b"x" * 1024 + b"\r\n"
        answer = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk * 100
        with raw_server(answer) as url:
            assert type(problem(url, settings(max_bytes=50_000))) is SourceTooLarge

    def test_a_bomb_is_not_unpacked(self) -> None:
        bomb = gzip.compress(bytes(200_000_000), 9)
        page = Page(bomb, {"Content-Encoding": "gzip"})
        with FaultServer({"/x": page}) as server:
            tracemalloc.start()
            error = problem(f"{server.url}/x", settings(max_bytes=1_000_000))
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        assert type(error) is SourceTooLarge
        assert peak < 8_000_000


class TestEncodings:
    @pytest.mark.parametrize(
        ("name", "packed"),
        [
            ("gzip", gzip.compress(PDF)),
            ("X-GZIP", gzip.compress(PDF)),
            ("gzip", gzip.compress(PDF[:500]) + gzip.compress(PDF[500:])),
            ("deflate", zlib.compress(PDF)),
            ("deflate", zlib.compress(PDF)[2:-4]),
            ("identity", PDF),
        ],
        ids=["gzip", "x-gzip", "members", "zlib", "raw", "identity"],
    )
    def test_what_is_packed_is_unpacked(self, name: str, packed: bytes) -> None:
        with FaultServer({"/x": Page(packed, {"Content-Encoding": name})}) as server:
            assert fetched(f"{server.url}/x").data == PDF

    @pytest.mark.parametrize("size", [256 * 1024 - 1, 256 * 1024, 512 * 1024, 1_000_000])
    def test_nothing_is_lost_at_the_edges_of_steps(self, size: int) -> None:
        data = bytes(size)
        page = Page(gzip.compress(data), {"Content-Encoding": "gzip"})
        with FaultServer({"/x": page}) as server:
            assert fetched(f"{server.url}/x").data == data

    @pytest.mark.parametrize("name", ["br", "zstd", "gzip, gzip", "made-up"])
    def test_encodings_that_were_not_asked_for_are_refused(self, name: str) -> None:
        with FaultServer({"/x": Page(PDF, {"Content-Encoding": name})}) as server:
            assert type(problem(f"{server.url}/x")) is SourceWrongType


def moved(to: str, status: int = 302) -> Page:
    return Page(status=status, headers={"Location": to})


class TestRedirects:
    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    def test_a_redirect_is_followed(self, status: int) -> None:
        with FaultServer({"/a": moved("b/c.txt?sig=1", status), "/b/c.txt": b"there"}) as server:
            got = fetched(f"{server.url}/a")
            assert (got.data, got.filename) == (b"there", "c.txt")
            assert got.metadata == {"source_url": f"{server.url}/b/c.txt"}

    @pytest.mark.parametrize("status", [300, 305, 306])
    def test_other_redirections_are_not(self, status: int) -> None:
        with FaultServer({"/a": moved("/b", status), "/b": b"x"}) as server:
            assert type(problem(f"{server.url}/a")) is SourceRejected

    def test_a_redirect_to_nowhere_is_rejected(self) -> None:
        with FaultServer({"/a": Page(status=302)}) as server:
            assert type(problem(f"{server.url}/a")) is SourceRejected

    @pytest.mark.parametrize("hops", [5, 6])
    def test_no_more_redirects_are_followed_than_the_settings_say(self, hops: int) -> None:
        chain: dict[str, Page | bytes] = {f"/{n}": moved(f"/{n + 1}") for n in range(hops)}
        with FaultServer({**chain, f"/{hops}": b"end"}) as server:
            if hops == 5:
                assert fetched(f"{server.url}/0").data == b"end"
            else:
                assert type(problem(f"{server.url}/0")) is TooManyRedirects

    def test_none_is_followed_if_the_settings_say_so(self) -> None:
        with FaultServer({"/a": moved("/b"), "/b": b"x"}) as server:
            assert type(problem(f"{server.url}/a", settings(max_redirects=0))) is TooManyRedirects

    def test_a_circle_is_noticed(self) -> None:
        with FaultServer({"/a": moved("/b"), "/b": moved("/a#x")}) as server:
            error = problem(f"{server.url}/a", settings(max_redirects=20))
            assert type(error) is TooManyRedirects
            assert len(server.requests) == 2

    @pytest.mark.parametrize(
        "target",
        ["file:///etc/passwd", "ftp://127.0.0.1/x", "http://ana:pw@127.0.0.1/", "http://10.0.0.1/",
         "//169.254.169.254/latest", "http://[::1]/", "http://127.0.0.1:22/"],
    )  # fmt: skip
    def test_a_redirect_leads_nowhere_that_an_address_may_not(self, target: str) -> None:
        with FaultServer({"/a": moved(target)}) as server:
            error = problem(f"{server.url}/a")
        assert type(error) is SourceRefused
        assert "pw" not in f"{error.detail}{error.context}"

    def test_conditions_are_asked_where_the_redirect_leads(self) -> None:
        with FaultServer({"/a": moved("/b"), "/b": PDF}) as server:
            known = fetched(f"{server.url}/a").validators
            assert fetch(f"{server.url}/a", known) == NotModified()


heads = st.sampled_from(
    [
        b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 302 Found\r\nLocation: ", b"HTTP/1.0 200\r\n\r\n",
        b"HTTP/1.1 101 Switching\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: ",
        b"HTTP/1.1 200 OK\r\nContent-Disposition: ", b"HTTP/1.1 304 No\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: deflate\r\n\r\n",
        b"HTTP/1.1 503 Busy\r\nRetry-After: ", b"HTTP/1.1 999 ?\r\n\r\n",
    ]
)  # fmt: skip


@hypothesis_settings(max_examples=150, deadline=None)
@given(heads, st.binary(max_size=60), st.sampled_from([b"", b"\r\n\r\n", b"\r\n\r\nbody"]))
def test_whatever_a_server_answers_it_is_a_document_or_an_error_of_a_source(
    head: bytes, middle: bytes, tail: bytes
) -> None:
    with raw_server(head + middle + tail) as url:
        try:
            got = PAGES.fetch(UrlSource(url=url), None, Free())
        except AcquisitionError:
            return
    assert isinstance(got, Fetched)
    assert got.filename


PAGES = pages(settings(allowed_networks=("127.0.0.1/32",)), Names())


@pytest.mark.parametrize("seed", range(3))
def test_with_faults_of_all_kinds_every_document_comes_whole_in_the_end(seed: int) -> None:
    files: dict[str, Page | bytes] = {f"/{n}": b"%d " % n * 500 for n in range(30)}
    kinds = (BROKEN, RATE_LIMITED, RESET, TRUNCATED, Fault("slow", seconds=0.02))
    counts = []
    for _ in range(2):
        with FaultServer(files, seeded(seed, 0.5, kinds)) as server:
            for path, data in files.items():
                assert until_it_comes(f"{server.url}{path}") == data
            counts.append(dict(server.faults))
    assert counts[0] == counts[1]
    assert sum(counts[0].values()) > 10


def until_it_comes(url: str) -> bytes:
    for _ in range(3):
        try:
            return fetched(url).data
        except SourceUnavailable:
            continue
    raise AssertionError(f"{url} did not come")
