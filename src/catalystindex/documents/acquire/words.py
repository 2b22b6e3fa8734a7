"""Addresses as people may see them: in errors and logs without what may be secret."""

import httpx

SHOWN = 200
"""Characters of an address in an error."""


def shown_url(url: httpx.URL | str) -> str:
    """Return an address without credentials, query and fragment, cut to `SHOWN` characters.

    Queries carry signatures and keys (presigned addresses); what cannot be parsed is not shown.
    """
    try:
        parsed = httpx.URL(url)
        text = str(parsed.copy_with(userinfo=b"", query=None, fragment=None))
    except (httpx.InvalidURL, ValueError, UnicodeError):
        return "(not a valid address)"
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 3]}..."
