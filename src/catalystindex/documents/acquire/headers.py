"""Headers of answers: file names, media types, how long to wait, and what they are encoded as."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import unquote, unquote_to_bytes

import httpx

from catalystindex.documents.acquire.base import Validators

MAX_WAIT = 3600.0
"""Seconds: no source makes us wait longer before the next try."""

MAX_NAME = 255
MAX_TYPE = 128

_PARAMETER = re.compile(
    r""";[ \t]*([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*=[ \t]*("(?:[^"\\]|\\.)*"|[^;"\s]*)[ \t]*"""
)
_EXTENDED = re.compile(r"^(utf-8|iso-8859-1)'[A-Za-z0-9-]*'(\S*)$", re.IGNORECASE)
_TYPE = re.compile(r"^[!#$&^_.+0-9a-z-]+/[!#$&^_.+0-9a-z-]+$")
_DELAY = re.compile(r"^[0-9]{1,12}$")
_ETAG = re.compile(r'^(W/)?"[\x21\x23-\x7e]{0,1024}"$')
_DATE = re.compile(r"^[A-Za-z0-9:, +-]{1,64}$")

_GENERIC = frozenset({"application/octet-stream", "binary/octet-stream", "application/unknown"})


def retry_after(value: str | None, now: datetime) -> float | None:
    """Return the seconds to wait, at most `MAX_WAIT`; None if there is no usable value.

    RFC 9110 section 10.2.3: a number of seconds or a date.
    """
    text = (value or "").strip()
    if _DELAY.match(text):
        return min(float(text), MAX_WAIT)
    moment = _date(text)
    if moment is None:
        return None
    return min(max((moment - now).total_seconds(), 0.0), MAX_WAIT)


def _date(text: str) -> datetime | None:
    if not _DATE.match(text):
        return None
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, IndexError, TypeError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def disposition_name(value: str | None) -> str | None:
    """Return the file name of a `Content-Disposition`, safe to use as a name, or None.

    RFC 6266: `filename*` (RFC 8187) before `filename`; the last part of a path only.
    """
    found: dict[str, str] = {}
    for name, text in _PARAMETER.findall(";" + (value or "")[:8192].partition(";")[2]):
        found.setdefault(name.lower(), text)
    extended = _decode_extended(found.get("filename*", ""))
    return safe_name(extended or "") or safe_name(_unquoted(found.get("filename", "")))


def _decode_extended(value: str) -> str | None:
    match = _EXTENDED.match(_unquoted(value))
    if match is None:
        return None
    try:
        return unquote_to_bytes(match[2]).decode(match[1])
    except UnicodeDecodeError:
        return None


def _unquoted(value: str) -> str:
    if len(value) >= 2 and value[0] == value[-1] == '"':
        return re.sub(r"\\(.)", r"\1", value[1:-1])
    return value


def path_name(url: httpx.URL) -> str:
    """Return the file name that an address ends in, or its host's."""
    return safe_name(unquote(url.path)) or safe_name(url.host) or "document"


def safe_name(text: str) -> str | None:
    """Return the last part of a path without control characters, in `MAX_NAME` UTF-8 bytes.

    The ending is kept when a long name is cut. None if nothing is left.
    """
    last = re.split(r"[/\\]", text.rstrip("/\\"))[-1]
    plain = "".join(one for one in last if one.isprintable() and one.encode(errors="ignore"))
    plain = plain.strip()
    if plain in ("", ".", ".."):
        return None
    if len(plain.encode()) <= MAX_NAME:
        return plain
    stem, dot, ending = plain.rpartition(".")
    ending = dot + ending if dot and len(ending.encode()) <= 16 else ""
    stem = stem if ending else plain
    return stem.encode()[: MAX_NAME - len(ending.encode())].decode(errors="ignore") + ending


def media_type(value: str | None) -> str | None:
    """Return the type of a `Content-Type` without parameters; None if it says nothing."""
    text = (value or "").partition(";")[0].strip().lower()
    if len(text) > MAX_TYPE or not _TYPE.match(text) or text in _GENERIC:
        return None
    return text


def validators(headers: httpx.Headers) -> Validators | None:
    """Return what makes the next request conditional, if the answer has any of it."""
    etag = headers.get("etag", "").strip()
    date = headers.get("last-modified", "").strip()
    known = Validators(
        etag=etag if _ETAG.match(etag) else None,
        last_modified=date if _date(date) else None,
    )
    return known if known != Validators() else None


def conditions(known: Validators | None) -> dict[str, str]:
    """Return the headers of a conditional request (RFC 9110 section 13)."""
    if known is None:
        return {}
    fields = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
    return {name: value for name, value in fields.items() if value}
