"""What a client needs before its first call: who it is, and whether a proxy may see that."""

from urllib.parse import urlsplit

from catalystindex.model.errors import InvalidToken

DEFAULT_TIMEOUT = 180.0
"""Seconds to wait for an answer: longer than the server lets a request wait for its document."""

LOCAL = ("localhost", "127.0.0.1", "::1", "catalystindex")


def is_local(url: str) -> bool:
    """Tell whether a server is on this machine: no proxy of the environment is to see its token."""
    return (urlsplit(url).hostname or "") in LOCAL


def authorised(token: str | None) -> dict[str, str]:
    """Return the header that carries a token. Raises `InvalidToken` for what is none."""
    if not token or not token.strip():
        return {}
    clean = token.strip()
    if not (clean.isascii() and clean.isprintable()) or " " in clean:
        # Said without quoting it: a token belongs in no message.
        raise InvalidToken("The access token holds characters that no token has.")
    return {"Authorization": f"Bearer {clean}"}
