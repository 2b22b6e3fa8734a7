"""E-mail addresses: the dot-atom form of RFC 5321 section 4.1.2, without quotes and literals."""

import re

from catalystindex.documents.metadata.base import Extractor, Mention

KIND = "emails"
MAX_LOCAL, MAX_DOMAIN = 64, 255
"""Octets (RFC 5321 section 4.5.3.1)."""
LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*\Z")
LEADING = re.compile(r"^[^A-Za-z0-9]+")
DOMAIN = re.compile(
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,8}[A-Za-z]{2,63}(?![A-Za-z0-9-])"
)
ALLOWED = frozenset("!#$%&'*+/=?^_`{|}~-.")


def find_emails(text: str) -> list[Mention]:
    """Return the addresses. They are compared in lower case, as every provider does."""
    found: list[Mention] = []
    at = text.find("@")
    while at >= 0:
        mention = _around(text, at, found[-1].end if found else 0)
        if mention is not None:
            found.append(mention)
        at = text.find("@", at + 1)
    return found


def _around(text: str, at: int, low: int) -> Mention | None:
    domain = DOMAIN.match(text, at + 1, at + 1 + MAX_DOMAIN)
    if domain is None:
        return None
    start = at
    while start > max(low, at - MAX_LOCAL) and _may_stand(text[start - 1]):
        start -= 1
    local = LEADING.sub("", text[start:at])
    if not local or LOCAL.match(local) is None:
        return None
    value = f"{local}@{domain[0]}"
    return Mention(at - len(local), domain.end(), KIND, value, value.lower())


def _may_stand(char: str) -> bool:
    return char.isascii() and (char.isalnum() or char in ALLOWED)


EMAILS = Extractor("emails", 1, find_emails)
