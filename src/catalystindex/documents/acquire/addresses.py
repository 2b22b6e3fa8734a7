"""Which network addresses are public, however they are written.

Sources: the IANA special-purpose registries for IPv4 and IPv6, RFC 6052 and 8215 (NAT64),
RFC 7526 (6to4), RFC 4380 (Teredo), and the WHATWG URL standard for the forms of IPv4.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

NAT64 = IPv6Network("64:ff9b::/96")
GLOBAL_UNICAST = IPv6Network("2000::/3")

SPECIAL_V4 = tuple(
    IPv4Network(one)
    for one in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
SPECIAL_V6 = tuple(
    IPv6Network(one)
    for one in (
        "2001::/23",  # protocol assignments, Teredo among them
        "2001:db8::/32",
        "2002::/16",  # 6to4: ends in any IPv4 network, and is retired
        "2620:4f:8000::/48",
        "3fff::/20",
    )
)


def literal(host: str) -> Address | None:
    """Return the address that a host is, in any form that a resolver reads; None for a name.

    IPv4 comes as one to four numbers, each decimal, octal (``0177``) or hexadecimal (``0x7f``).
    Raises `ValueError` for what is neither: a zone id, or a last label that is a number without
    the whole being an address.
    """
    bare = host.removeprefix("[").removesuffix("]")
    if ":" in bare or "%" in bare:
        return normal(IPv6Address(_without_zone(bare)))
    labels = bare.removesuffix(".").split(".")
    if not _looks_numeric(labels[-1]):
        return None
    return _inet_aton(labels)


def normal(address: Address) -> Address:
    """Return the IPv4 address behind an IPv4-mapped one; any other as it is."""
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return address if mapped is None else mapped


def parse(text: str) -> Address:
    """Return an address as a resolver gives it. Raises `ValueError` for a zone id or no address."""
    return normal(ip_address(_without_zone(text)))


def is_public(address: Address) -> bool:
    """Tell whether anyone on the internet could be at this address.

    Loopback, private, link-local, shared (CGNAT), multicast, reserved, unspecified, documentation
    and the retired transition addresses (6to4, Teredo, IPv4-compatible) are not public; one of
    NAT64 is what the IPv4 address inside it is.
    """
    plain = normal(address)
    if isinstance(plain, IPv4Address):
        return not any(plain in network for network in SPECIAL_V4)
    if plain in NAT64:
        return is_public(IPv4Address(int(plain) & 0xFFFFFFFF))
    return plain in GLOBAL_UNICAST and not any(plain in network for network in SPECIAL_V6)


def _without_zone(text: str) -> str:
    if "%" in text:
        raise ValueError(f"{text!r} has a zone id")
    return text


def _looks_numeric(label: str) -> bool:
    return label.isascii() and (label.isdigit() or label[:2].lower() == "0x")


def _inet_aton(labels: list[str]) -> IPv4Address:
    if len(labels) > 4:
        raise ValueError("an IPv4 address has at most four parts")
    *heads, last = [_number(label) for label in labels]
    if any(head > 255 for head in heads) or last >= 256 ** (5 - len(labels)):
        raise ValueError("a part of the IPv4 address is too large")
    value = last
    for place, head in enumerate(heads):
        value += head << (24 - 8 * place)
    return IPv4Address(value)


def _number(label: str) -> int:
    if not label.isascii() or not label.isalnum() or len(label) > 32:
        raise ValueError("a part of the IPv4 address is no number")
    if label[:2].lower() == "0x":
        return int(label[2:] or "0", 16)
    return int(label, 8 if label.startswith("0") else 10)
