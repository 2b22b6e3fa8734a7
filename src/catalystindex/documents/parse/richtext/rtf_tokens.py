"""RTF (1.9.1) as tokens: braces, control words, symbols and bytes of text."""

import re
from collections.abc import Iterator
from typing import NamedTuple

OPEN, CLOSE, WORD, SYMBOL, HEX, TEXT = range(6)
_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?[0-9]{1,10})? ?|\\'([0-9a-fA-F]{2})|\\(.)"
    rb"|([{}])|([^\\{}\r\n]+)|[\r\n]+",
    re.DOTALL,
)


class Token(NamedTuple):
    """A token; ``name`` is a word or symbol, ``data`` are bytes of text."""

    kind: int
    name: str = ""
    number: int | None = None
    data: bytes = b""


OPENED, CLOSED = Token(OPEN), Token(CLOSE)


def tokens(data: bytes) -> Iterator[tuple[Token, int]]:
    """Yield the tokens and where each ends. Binary data is passed over by its length."""
    place = 0
    while found := _TOKEN.match(data, place):
        place = found.end()
        token = _token(found)
        if token is None:
            continue
        if token.kind == WORD and token.name == "bin":
            place += max(token.number or 0, 0)
            continue
        yield token, place


def _token(found: re.Match[bytes]) -> Token | None:
    """Return a token, or None for line ends, which count for nothing."""
    word, number, code, symbol, brace, text = found.groups()
    if text is not None:
        return Token(TEXT, data=text)
    if word is not None:
        return Token(WORD, word.decode("ascii"), int(number) if number is not None else None)
    if brace is not None:
        return OPENED if brace == b"{" else CLOSED
    if code is not None:
        return Token(HEX, data=bytes([int(code, 16)]))
    return Token(SYMBOL, symbol.decode("latin-1")) if symbol is not None else None
