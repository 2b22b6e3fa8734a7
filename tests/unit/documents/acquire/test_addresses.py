"""Addresses: every form of one that is not public is seen for what it is."""

from ipaddress import IPv4Address, IPv6Address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalystindex.documents.acquire.addresses import is_public, literal, normal, parse

LOCAL_V4 = [
    "127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16",
    "100.64.0.0/10", "0.0.0.0/8", "224.0.0.0/4", "240.0.0.0/4", "198.18.0.0/15", "192.0.2.0/24",
    "198.51.100.0/24", "203.0.113.0/24",
]  # fmt: skip

local_v4 = st.sampled_from(LOCAL_V4).flatmap(lambda one: st.ip_addresses(v=4, network=one))


def forms(address: IPv4Address) -> list[str]:
    """Every way to write an IPv4 address that a resolver reads."""
    a, b, c, d = address.packed
    number = int(address)
    return [
        str(address),
        f"{address}.",
        str(number),
        hex(number),
        f"0X{number:X}",
        f"0{number:o}",
        f"{a}.{(b << 16) | (c << 8) | d}",
        f"{a}.{b}.{(c << 8) | d}",
        f"0x{a:x}.0x{b:x}.0x{c:x}.0x{d:x}",
        f"0{a:o}.0{b:o}.0{c:o}.0{d:o}",
        f"0x{a:08x}.{b}.0{c:o}.{d}",
        f"[::ffff:{address}]",
        f"::ffff:{address}",
        f"::ffff:{a:02x}{b:02x}:{c:02x}{d:02x}",
        f"0:0:0:0:0:FFFF:{address}",
    ]


@given(local_v4)
def test_no_form_of_a_local_ipv4_address_is_public(address: IPv4Address) -> None:
    for form in forms(address):
        assert literal(form) == address
    assert not is_public(address)


@given(st.ip_addresses(v=4))
def test_every_form_is_the_address_it_stands_for(address: IPv4Address) -> None:
    assert {literal(form) for form in forms(address)} == {address}


@given(local_v4)
def test_a_local_ipv4_address_inside_an_ipv6_address_is_not_public(address: IPv4Address) -> None:
    number = int(address)
    inside = [
        IPv6Address(number),  # IPv4-compatible
        IPv6Address((0xFFFF << 32) | number),  # IPv4-mapped
        IPv6Address((0x64FF9B << 96) | number),  # NAT64
        IPv6Address((0x2002 << 112) | (number << 80) | 1),  # 6to4
        IPv6Address((0x20010000 << 96) | (number ^ 0xFFFFFFFF)),  # Teredo: client, inverted
        IPv6Address((0x20010000 << 96) | (number << 64)),  # Teredo: server
        IPv6Address((0x64FF9B0001 << 80) | number),  # NAT64 of local use
    ]
    assert [one for one in inside if is_public(one)] == []


@given(st.ip_addresses(v=6))
def test_only_global_unicast_is_public_in_ipv6(address: IPv6Address) -> None:
    if is_public(address):
        plain = normal(address)
        nat64 = ip_network("64:ff9b::/96")
        assert plain.is_global
        assert not plain.is_multicast
        assert plain.version == 4 or plain in nat64 or plain in ip_network("2000::/3")


@given(st.ip_addresses(v=4))
def test_what_is_public_is_global_for_python_too(address: IPv4Address) -> None:
    if is_public(address):
        assert address.is_global
        assert not address.is_multicast


@pytest.mark.parametrize(
    "text",
    ["::", "::1", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1", "100::1",
     "3fff::1", "fec0::1", "5f00::1", "2001::1", "2002:808:808::1", "::8.8.8.8"],
)  # fmt: skip
def test_local_ipv6_addresses_are_not_public(text: str) -> None:
    assert not is_public(parse(text))


@pytest.mark.parametrize(
    "text", ["1.1.1.1", "8.8.8.8", "93.184.216.34", "2606:4700::1111", "64:ff9b::8.8.8.8"]
)
def test_public_addresses_are_public(text: str) -> None:
    assert is_public(parse(text))


@pytest.mark.parametrize(
    "host", ["example.com", "localhost", "127.0.0.1.example.com", "0x7f.example", "a.b1", "x--y"]
)
def test_names_are_not_addresses(host: str) -> None:
    assert literal(host) is None


@pytest.mark.parametrize(
    "host",
    ["fe80::1%eth0", "fe80::1%25eth0", "127.0.0.1%lo", "1.2.3.4.5", "256.1.1.1", "1.2.3.256",
     "4294967296", "0x100000000", "1..2", "09.1.1.1", "foo.1", "foo.0x1", "127.0.0.0x", "1.2.-3.4",
     "::g", "1.1_0.1.1"],
)  # fmt: skip
def test_what_is_neither_name_nor_address_is_refused(host: str) -> None:
    if host == "127.0.0.0x":  # a resolver may read an empty hexadecimal number as zero
        assert literal(host) == IPv4Address("127.0.0.0")
        return
    with pytest.raises(ValueError, match=r"."):
        literal(host)


def test_a_resolver_that_answers_with_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        parse("fe80::1%2")
