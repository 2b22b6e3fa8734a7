"""The guard: what an address says, and what its name resolves to."""

import pytest
from structlog.testing import capture_logs

from catalystindex.documents.acquire.guard import MAX_ADDRESSES, Guard
from catalystindex.model.errors import SourceRefused, SourceUnavailable
from support.acquire import LOOPBACK, Names

REFUSED = [
    "http://127.0.0.1/", "http://127.1/", "http://2130706433/", "http://0x7f000001/",
    "http://0x7f.1/", "http://[::1]/", "http://[::]/", "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/", "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/",
    "http://[2001:0:7f00:1::]/", "http://[::127.0.0.1]/", "http://[fe80::1%25eth0]/",
    "http://169.254.169.254/latest/meta-data/", "http://[fd00:ec2::254]/", "http://10.0.0.1/",
    "http://100.64.0.1/", "http://192.168.1.1/", "http://172.16.0.1/", "http://224.0.0.1/",
    "http://0/", "http://127。0。0。1/", "http://\uff11\uff12\uff17.0.0.1/", "http://127%2e0.0.1/",
    "http://0177.0.0.1/", "http://017700000001/", "http://127.0.0.1./", "https://127.0.0.1:8443/",
]  # fmt: skip


class TestAddressesInUrls:
    @pytest.mark.parametrize("url", REFUSED)
    def test_local_addresses_are_refused_in_every_form(self, url: str) -> None:
        with pytest.raises(SourceRefused):
            Guard().check_url(url)

    @pytest.mark.parametrize(
        "url",
        ["http://127.0.0.1:8080/", "http://2130706433/", "http://[::ffff:127.0.0.1]/",
         "http://127.9.9.9/"],
    )  # fmt: skip
    def test_a_network_of_the_settings_is_let_through(self, url: str) -> None:
        assert Guard(LOOPBACK).check_url(url).host

    @pytest.mark.parametrize(
        "url", ["http://10.0.0.1/", "http://[::1]/", "http://[64:ff9b::7f00:1]/"]
    )
    def test_other_networks_stay_refused(self, url: str) -> None:
        with pytest.raises(SourceRefused):
            Guard(LOOPBACK).check_url(url)

    @pytest.mark.parametrize(
        "url",
        ["ftp://example.com/", "file:///etc/passwd", "gopher://example.com/", "http:///x",
         "javascript:alert(1)", "example.com", "http://exa mple.com/", "http://[::1", ""],
    )  # fmt: skip
    def test_what_is_no_web_address_is_refused(self, url: str) -> None:
        with pytest.raises(SourceRefused):
            Guard().check_url(url)

    @pytest.mark.parametrize("port", [22, 25, 53, 0, 1023, 81, 65536, 99999])
    def test_ports_of_other_protocols_are_refused(self, port: int) -> None:
        with pytest.raises(SourceRefused, match=r"Port|valid"):
            Guard().check_url(f"http://example.com:{port}/")

    @pytest.mark.parametrize("port", [80, 443, 1024, 8080, 65535])
    def test_ports_of_web_servers_are_let_through(self, port: int) -> None:
        assert Guard().check_url(f"http://example.com:{port}/").host == "example.com"

    def test_credentials_are_refused_and_not_repeated(self) -> None:
        with pytest.raises(SourceRefused, match="credentials") as caught:
            Guard().check_url("https://ana:geheim@example.com/x?token=abc")
        assert "geheim" not in str(caught.value) + str(caught.value.context)
        assert "abc" not in str(caught.value) + str(caught.value.context)

    def test_the_fragment_is_left_out(self) -> None:
        assert str(Guard().check_url("https://example.com/x?y=1#z")) == "https://example.com/x?y=1"


class TestNames:
    def test_the_addresses_of_a_name_are_the_ones_to_connect_to(self) -> None:
        guard = Guard((), Names(a_example=[["1.1.1.1", "1.1.1.1", "2606:4700::1111"]]))
        assert [str(one) for one in guard.addresses("a.example", 80)] == [
            "1.1.1.1",
            "2606:4700::1111",
        ]

    @pytest.mark.parametrize("address", ["127.0.0.1", "::ffff:10.0.0.1", "fe80::1%2", "::1"])
    def test_a_name_that_resolves_to_a_local_address_is_refused(self, address: str) -> None:
        with pytest.raises(SourceRefused):
            Guard((), Names(a_example=[[address]])).addresses("a.example", 80)

    def test_one_local_address_among_public_ones_refuses_the_name(self) -> None:
        answers = [f"1.1.1.{n}" for n in range(20)] + ["192.168.0.1"]
        with pytest.raises(SourceRefused):
            Guard((), Names(a_example=[answers])).addresses("a.example", 80)

    def test_the_address_of_a_private_name_is_told_to_the_operator_only(self) -> None:
        guard = Guard((), Names(db_internal=[["10.0.3.7"]]))
        with capture_logs() as logs, pytest.raises(SourceRefused) as caught:
            guard.addresses("db.internal", 443)
        assert "10.0.3.7" not in caught.value.detail + str(caught.value.context)
        assert [one["address"] for one in logs] == ["10.0.3.7"]

    def test_a_mapped_address_is_connected_to_as_what_it_is(self) -> None:
        guard = Guard(LOOPBACK, Names(a_example=[["::ffff:127.0.0.1"]]))
        assert [str(one) for one in guard.addresses("a.example", 80)] == ["127.0.0.1"]

    def test_no_more_than_some_addresses_are_tried(self) -> None:
        answers = [f"1.1.1.{n}" for n in range(20)]
        guard = Guard((), Names(a_example=[answers]))
        assert len(guard.addresses("a.example", 80)) == MAX_ADDRESSES

    @pytest.mark.parametrize("answers", [[], [[]]])
    def test_a_name_without_addresses_may_have_some_later(self, answers: list[list[str]]) -> None:
        with pytest.raises(SourceUnavailable):
            Guard((), Names(a_example=answers)).addresses("a.example", 80)

    def test_an_address_is_not_looked_up(self) -> None:
        names = Names()
        assert Guard((), names).addresses("1.1.1.1", 80)
        assert names.asked == []

    def test_the_system_says_that_localhost_is_here(self) -> None:
        with pytest.raises(SourceRefused):
            Guard().addresses("localhost", 80)
