"""What must not be reached is not reached: proven by servers that nobody connects to."""

import ssl
from pathlib import Path

import pytest

from catalystindex.config.acquisition import AcquisitionSettings
from catalystindex.documents.acquire.base import Fetched
from catalystindex.documents.acquire.guard import Guard
from catalystindex.documents.acquire.http import WebPages
from catalystindex.model.errors import SourceRefused, SourceUnavailable
from catalystindex.model.sources import UrlSource
from support.acquire import Free, Names, settings
from support.certificates import server_context
from support.fault_server import FaultServer, Page
from support.faults import Fault, scripted
from support.stores import noon_clock

OUTSIDE = "127.0.0.2"
"""Stands for a public address: the only one that these settings let through."""

VICTIM = "127.0.0.1"


def only_outside() -> AcquisitionSettings:
    return settings(allowed_networks=(f"{OUTSIDE}/32",))


def fetch(url: str, names: Names, given: AcquisitionSettings | None = None) -> Fetched:
    given = given or only_outside()
    pages = WebPages(given, Guard(given.allowed_networks, names), noon_clock())
    result = pages.fetch(UrlSource(url=url), None, Free())
    assert isinstance(result, Fetched)
    return result


def victim(port: int = 0) -> FaultServer:
    return FaultServer({"/secret": b"secret", "/x": b"secret"}, host=VICTIM, port=port)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "[::ffff:127.0.0.1]",
     "[::ffff:7f00:1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[::127.0.0.1]", "[::1]", "0",
     "127.0.0.1.", "localhost"],
)  # fmt: skip
def test_no_form_of_the_loopback_address_is_connected_to(host: str) -> None:
    with victim() as server:
        given = settings(allowed_networks=())
        pages = WebPages(given, Guard(()), noon_clock())
        with pytest.raises(SourceRefused):
            pages.fetch(UrlSource(url=f"http://{host}:{server.port}/secret"), None, Free())
        assert server.requests == []


@pytest.mark.parametrize("answers", [[VICTIM], ["::ffff:127.0.0.1"], [OUTSIDE, VICTIM]])
def test_a_name_that_resolves_to_loopback_is_not_connected_to(answers: list[str]) -> None:
    with victim() as server:
        with pytest.raises(SourceRefused):
            fetch(f"http://evil.example:{server.port}/secret", Names(evil_example=[answers]))
        assert server.requests == []


@pytest.mark.parametrize("target", ["127.0.0.1", "2130706433", "[::ffff:127.0.0.1]", "in.example"])
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_loopback_is_not_followed(target: str, status: int) -> None:
    names = Names(out_example=[[OUTSIDE]], in_example=[[VICTIM]])
    with victim() as server, FaultServer({}, host=OUTSIDE) as outside:
        to = f"http://{target}:{server.port}/secret"
        outside.pages["/a"] = Page(status=status, headers={"Location": to})
        with pytest.raises(SourceRefused):
            fetch(f"http://out.example:{outside.port}/a", names)
        assert len(outside.requests) == 1
        assert server.requests == []


def test_dns_that_changes_between_check_and_use_changes_nothing() -> None:
    names = Names(evil_example=[[OUTSIDE], [VICTIM]])
    with victim() as server, FaultServer({"/x": b"outside"}, host=OUTSIDE, port=server.port):
        got = fetch(f"http://evil.example:{server.port}/x", names)
        assert got.data == b"outside"
        assert names.asked == ["evil.example"]  # once: there was nothing to change
        assert server.requests == []


def test_dns_that_changes_before_the_next_request_is_refused_then() -> None:
    names = Names(evil_example=[[OUTSIDE], [VICTIM]])
    with victim() as server, FaultServer({}, host=OUTSIDE, port=server.port) as outside:
        outside.pages["/a"] = Page(status=302, headers={"Location": "/x"})
        with pytest.raises(SourceRefused):
            fetch(f"http://evil.example:{server.port}/a", names)
        assert names.asked == ["evil.example"] * 2
        assert server.requests == []


def test_the_host_header_has_the_name_and_the_connection_the_address() -> None:
    with FaultServer({"/x": b"outside"}, host=OUTSIDE) as outside:
        fetch(f"http://out.example:{outside.port}/x", Names(out_example=[[OUTSIDE]]))
        assert outside.requests[0].headers["Host"] == f"out.example:{outside.port}"


def test_the_next_address_is_tried_where_nobody_listens() -> None:
    given = settings()
    with FaultServer({"/x": b"here"}, host=OUTSIDE) as outside:
        names = Names(out_example=[["127.0.0.3", OUTSIDE]])
        assert fetch(f"http://out.example:{outside.port}/x", names, given).data == b"here"


class TestCertificates:
    @pytest.fixture
    def secure(self, tmp_path: Path) -> tuple[ssl.SSLContext, list[str | None]]:
        return server_context(tmp_path, "out.example")

    @pytest.fixture
    def trusted(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Trust the test's certificate, as the system's may be (OpenSSL reads the variable)."""
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "out.example.pem"))

    @pytest.mark.usefixtures("trusted")
    def test_the_certificate_is_the_one_of_the_name(
        self, secure: tuple[ssl.SSLContext, list[str | None]]
    ) -> None:
        context, asked = secure
        with FaultServer({"/x": b"secure"}, host=OUTSIDE, tls=context) as outside:
            url = f"https://out.example:{outside.port}/x"
            assert fetch(url, Names(out_example=[[OUTSIDE]])).data == b"secure"
        assert asked == ["out.example"]

    @pytest.mark.usefixtures("trusted")
    @pytest.mark.parametrize("fault", [Fault("stall", seconds=1.2), Fault("slow", seconds=1.2)])
    def test_a_secure_connection_may_be_silent_for_a_while(
        self, secure: tuple[ssl.SSLContext, list[str | None]], fault: Fault
    ) -> None:
        data = bytes(range(256)) * 1000
        plan = scripted({"/x": [fault]})
        with FaultServer({"/x": data}, plan, host=OUTSIDE, tls=secure[0]) as outside:
            url = f"https://out.example:{outside.port}/x"
            assert fetch(url, Names(out_example=[[OUTSIDE]])).data == data

    @pytest.mark.usefixtures("trusted")
    def test_a_certificate_of_another_name_is_not_accepted(
        self, secure: tuple[ssl.SSLContext, list[str | None]]
    ) -> None:
        with FaultServer({"/x": b"secure"}, host=OUTSIDE, tls=secure[0]) as outside:
            url = f"https://other.example:{outside.port}/x"
            with pytest.raises(SourceUnavailable, match="certificate"):
                fetch(url, Names(other_example=[[OUTSIDE]]))
            assert outside.requests == []

    def test_a_certificate_that_nobody_trusts_is_not_accepted(
        self, secure: tuple[ssl.SSLContext, list[str | None]]
    ) -> None:
        with FaultServer({"/x": b"secure"}, host=OUTSIDE, tls=secure[0]) as outside:
            url = f"https://out.example:{outside.port}/x"
            with pytest.raises(SourceUnavailable, match="certificate"):
                fetch(url, Names(out_example=[[OUTSIDE]]))

    @pytest.mark.usefixtures("trusted")
    def test_a_redirect_from_https_to_http_is_not_followed(
        self, secure: tuple[ssl.SSLContext, list[str | None]]
    ) -> None:
        names = Names(out_example=[[OUTSIDE]])
        with (
            FaultServer({"/x": b"plain"}, host=OUTSIDE) as plain,
            FaultServer({}, host=OUTSIDE, tls=secure[0]) as outside,
        ):
            to = f"http://out.example:{plain.port}/x"
            outside.pages["/a"] = Page(status=302, headers={"Location": to})
            with pytest.raises(SourceRefused, match="https to http"):
                fetch(f"https://out.example:{outside.port}/a", names)
            assert plain.requests == []
