"""Where a request may go: the check that stands between an address and the connection to it."""

import socket
from collections.abc import Callable, Sequence
from ipaddress import ip_network

import httpx

from catalystindex.documents.acquire.addresses import Address, Network, is_public, literal, parse
from catalystindex.documents.acquire.words import shown_url
from catalystindex.model.errors import SourceRefused, SourceUnavailable
from catalystindex.telemetry.logs import logger

Resolver = Callable[[str, int], Sequence[str]]
"""Host and port to the addresses of the host, as text. Raises `OSError` if there are none."""

HTTP_PORTS = frozenset({80, 443})
FIRST_FREE_PORT = 1024
"""Ports below are those of other protocols (mail, SSH, DNS), but for 80 and 443."""

MAX_ADDRESSES = 8
"""Addresses of one host that are tried."""

log = logger(__name__)

REMEDY = "An operator can allow a private network with `acquisition.allowed_networks`."


def system_resolver(host: str, port: int) -> list[str]:
    """Ask the system. Raises `OSError`."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(sockaddr[0]) for *_, sockaddr in found]


def _is_web_port(port: int) -> bool:
    return port in HTTP_PORTS or FIRST_FREE_PORT <= port <= 65_535


class Guard:
    """Lets requests through to public addresses, and to networks that the settings allow."""

    def __init__(
        self, allowed_networks: Sequence[str] = (), resolver: Resolver = system_resolver
    ) -> None:
        self._allowed: tuple[Network, ...] = tuple(ip_network(one) for one in allowed_networks)
        self._resolve = resolver

    def check_url(self, text: str) -> httpx.URL:
        """Return an address that may be asked, as far as its text tells; without its fragment.

        http and https only, no credentials, port 80, 443 or from 1024 on. Raises `SourceRefused`.
        """
        try:
            url = httpx.URL(text).copy_with(fragment=None)
        except (httpx.InvalidURL, ValueError) as error:
            raise SourceRefused("The address is not a valid URL: correct it.") from error
        if url.scheme not in ("http", "https") or not url.host:
            raise SourceRefused(f"{shown_url(url)} is no http or https address.")
        if url.userinfo:
            raise SourceRefused(
                f"{shown_url(url)} has credentials in it, which would be stored with the "
                "document: leave them out.",
                url=shown_url(url),
            )
        if url.port is not None and not _is_web_port(url.port):
            raise SourceRefused(
                f"Port {url.port} is not one of web servers: 80, 443 or from 1024 on are reached.",
                url=shown_url(url),
            )
        self.check_literal(url.raw_host.decode("ascii"))
        return url

    def check_literal(self, host: str) -> Address | None:
        """Return the address a host is, or None for a name. Raises `SourceRefused`."""
        try:
            address = literal(host)
        except ValueError as error:
            raise SourceRefused(
                f"{host[:100]!r} is neither a name nor an address: correct it.", host=host[:100]
            ) from error
        if address is not None and not self._permits(address):
            raise self._refusal(host, address)
        return address

    def addresses(self, host: str, port: int) -> list[Address]:
        """Return the addresses of a host, each of them checked; there is at least one.

        One that may not be reached refuses the host: which of them a connection takes is chance.
        Raises `SourceRefused`, and `SourceUnavailable` if the host is not found.
        """
        address = self.check_literal(host)
        if address is not None:
            return [address]
        found = self._look_up(host, port)
        for one in found:
            if not self._permits(one):
                raise self._refusal(host, one)
        return found[:MAX_ADDRESSES]

    def _look_up(self, host: str, port: int) -> list[Address]:
        try:
            texts = list(dict.fromkeys(self._resolve(host, port)))
        except (OSError, UnicodeError) as error:
            raise SourceUnavailable(
                f"The host {host[:100]!r} is not found: check its name, and the server's DNS.",
                host=host[:100],
            ) from error
        if not texts:
            raise SourceUnavailable(f"The host {host[:100]!r} has no address.", host=host[:100])
        try:
            return [parse(text) for text in texts]
        except ValueError as error:
            raise SourceRefused(
                f"The host {host[:100]!r} resolves to an address with a zone id, which is local.",
                host=host[:100],
            ) from error

    def _permits(self, address: Address) -> bool:
        return is_public(address) or any(address in network for network in self._allowed)

    @staticmethod
    def _refusal(host: str, address: Address) -> SourceRefused:
        """Say so without the address: names of a private network are not to be looked up here."""
        log.info("source_refused", host=host[:100], address=str(address))
        return SourceRefused(
            f"{host[:100]!r} is not at a public address. {REMEDY}", host=host[:100]
        )
