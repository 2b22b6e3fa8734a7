"""How deep the elements of a web page nest, and the source without the tags beyond a depth.

The rules of HTML5 take time that grows as the square of the depth, and let some markup grow the
tree as the square of the source (formatting that is opened in every paragraph and never closed).
Programs that show pages drop tags beyond a depth (Chrome: 512), and so does this: the text stays.
The count may be too high for odd pages, which costs them structure; it is hardly ever too low.
"""

import re
from collections.abc import Iterator

MAX_OPEN = 512
MAX_FORMATTING = 8
MAX_OPTIONS = 20_000
"""The parser looks at all options of a list for each that it adds."""
_START = re.compile(r"<(?:!--|/?([A-Za-z][^\s/>]*))")
_COMMENT_END = re.compile(r"--!?>")
_END = re.compile(r"""(?>(?:[^"'>=]++|=\s*+(?:"[^"]*+"|'[^']*+')?+|["'])*+)>""")
VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source"}
    | {"track", "wbr"}
)
RAW = frozenset(
    {"script", "style", "xmp", "iframe", "noembed", "noframes", "textarea", "title", "plaintext"}
)
CLOSED_BY_NEXT = frozenset(
    {"body", "colgroup", "dd", "dt", "head", "html", "li", "option", "p", "tbody", "tfoot"}
    | {"thead"}
)
"""Elements that the next of their kind closes: they nest only as deep as what holds them."""
CELLS = frozenset({"td", "th", "tr"})
FORMATTING = frozenset(
    {"a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt"}
    | {"u"}
)
FOREIGN = frozenset({"svg", "math"})
HTML_INSIDE = {
    "svg": frozenset({"foreignobject", "desc", "title"}),
    "math": frozenset({"mi", "mo", "mn", "ms", "mtext"}),
}
LEAVES_FOREIGN = frozenset(
    {"blockquote", "body", "br", "center", "dd", "div", "dl", "dt", "embed", "h1", "h2", "h3"}
    | {"h4", "h5", "h6", "head", "hr", "img", "li", "listing", "menu", "meta", "ol", "p", "pre"}
    | {"ruby", "span", "sub", "sup", "table", "ul", "var"}
    | (FORMATTING - {"a"})
)
"""Tags that end a picture or formula (HTML5, 13.2.6.5)."""
WALLS = FOREIGN | {"table", "template", "object", "marquee", "applet"}
"""An end tag does not reach through these (HTML5, "has an element in scope")."""


def shallow(source: str) -> str:
    """Return the source without the tags that open elements too deep."""
    opened = _OpenElements()
    kept, done = [], 0
    for name, start, end in _tags(source, opened):
        if name.startswith("/"):
            opened.close(name[1:])
        elif not opened.open(name, closed=_closes_itself(source, start, end)):
            kept.append(source[done:start])
            done = end
    if not kept:
        return source
    return "".join([*kept, source[done:]])


def _tags(source: str, opened: "_OpenElements") -> Iterator[tuple[str, int, int]]:
    """Yield the tags outside comments and raw text, by name (``/p`` for an end) and place."""
    place = 0
    while found := _START.search(source, place):
        end = _end_of(source, found)
        if end is None:
            return
        place = end
        if found[1] is not None:
            name = found[0][1:].lower()
            raw = name in RAW and not opened.foreign()
            yield name, found.start(), place
            place = _after_raw(source, name, place) if raw else place


def _end_of(source: str, found: re.Match[str]) -> int | None:
    """Return where a tag or comment ends, or None if it does not."""
    is_comment = found[1] is None
    pattern, start = (_COMMENT_END, found.start() + 2) if is_comment else (_END, found.end())
    end = pattern.search(source, start) if is_comment else pattern.match(source, start)
    return end.end() if end else None


def _after_raw(source: str, name: str, place: int) -> int:
    """Return where the text of a script and the like ends."""
    close = re.compile(f"</{name}(?=[\\s/>])", re.IGNORECASE).search(source, place)
    return close.start() if close else len(source)


def _closes_itself(source: str, start: int, end: int) -> bool:
    """Tell whether a tag ends with a slash that belongs to no attribute."""
    if source[end - 2] != "/":
        return False
    return source[end - 3] in "\"' \t\r\n" or "=" not in source[start:end]


class _OpenElements:
    """The elements that are open, as far as they can nest. No more than `MAX_OPEN` are held."""

    def __init__(self) -> None:
        self._open: list[str] = []
        self._counts: dict[str, int] = {}
        self._options = 0

    def foreign(self) -> bool:
        """Tell whether a picture or formula is open, where most names mean nothing."""
        if not any(self._counts.get(name) for name in FOREIGN):
            return False
        above: set[str] = set()
        for name in reversed(self._open):
            if name in FOREIGN:
                return above.isdisjoint(HTML_INSIDE[name])
            above.add(name)
        return False

    def open(self, name: str, *, closed: bool) -> bool:
        """Note a start tag; tell whether to keep it."""
        while name in LEAVES_FOREIGN and self.foreign():
            self._leave_foreign()
        if self.foreign():
            return closed or self._push(name)
        if name in CELLS:
            self._close_cell()
        if name == "option":
            self._options += 1
            return self._options <= MAX_OPTIONS
        return name in VOID or name in CLOSED_BY_NEXT or name in CELLS or self._push(name)

    def _push(self, name: str) -> bool:
        formatting = name in FORMATTING
        if len(self._open) >= MAX_OPEN or (formatting and self._formatting() >= MAX_FORMATTING):
            return False
        self._open.append(name)
        self._counts[name] = self._counts.get(name, 0) + 1
        return True

    def _formatting(self) -> int:
        return sum(self._counts.get(name, 0) for name in FORMATTING)

    def close(self, name: str) -> None:
        """Note an end tag: it closes the nearest element of its name and those inside."""
        if name in CELLS:
            self._close_cell()
        elif self._counts.get(name):
            self._cut_at(frozenset({name}), keep=False)

    def _close_cell(self) -> None:
        """Close what is open inside the nearest table: a cell ends at the next."""
        if self._counts.get("table"):
            self._cut_at(frozenset({"table"}), keep=True)

    def _leave_foreign(self) -> None:
        places = range(len(self._open) - 1, -1, -1)
        self._cut(next(place for place in places if self._open[place] in FOREIGN))

    def _cut_at(self, names: frozenset[str], *, keep: bool) -> None:
        """Close the nearest of some elements (or only what is inside it), unless a wall is met."""
        for place in range(len(self._open) - 1, -1, -1):
            if self._open[place] in names:
                self._cut(place + keep)
                return
            if self._open[place] in WALLS:
                return

    def _cut(self, place: int) -> None:
        for name in self._open[place:]:
            self._counts[name] -= 1
        del self._open[place:]
