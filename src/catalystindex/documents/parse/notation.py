"""How documents write moments and languages, in one form."""

import re
from datetime import UTC, datetime


def moment(text: str | None) -> str | None:
    """Return a moment (W3CDTF) as RFC 3339 in UTC, or None for what is none."""
    try:
        found = datetime.fromisoformat((text or "").strip())
        aware = found if found.tzinfo else found.replace(tzinfo=UTC)
        return aware.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")
    except (ValueError, OverflowError):
        return None


def language_tag(text: str | None) -> str | None:
    """Return a language if it looks like one (BCP 47) and says something."""
    name = (text or "").strip()
    known = re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", name)
    return name if known and not name.lower().startswith("und") else None
