"""Reading elements of one namespace by their local names."""

from collections.abc import Iterator

from lxml import etree


def local(element: etree._Element) -> str:
    """Return an element's name without its namespace."""
    return element.tag.rpartition("}")[2]


def namespace_of(element: etree._Element) -> str:
    """Return an element's namespace, empty if it has none."""
    return element.tag.rpartition("}")[0].removeprefix("{")


class Tags:
    """The names of one namespace. Paths are local names with ``/`` between them."""

    def __init__(self, namespace: str) -> None:
        """Take the namespace of the message's elements."""
        self.namespace = namespace
        self._prefix = f"{{{namespace}}}"
        self._paths: dict[str, tuple[str, ...]] = {}

    def qualified(self, name: str) -> str:
        """Return a local name with its namespace."""
        return self._prefix + name

    def at(self, element: etree._Element | None, path: str) -> etree._Element | None:
        """Return the first element at a path, None if there is none, also none to begin with."""
        here = element
        for tag in self._paths.get(path) or self._split(path):
            if here is None:
                return None
            here = next(here.iterchildren(tag), None)
        return here

    def each(self, element: etree._Element | None, name: str) -> Iterator[etree._Element]:
        """Give out the children of one name."""
        return iter(()) if element is None else element.iterchildren(self._prefix + name)

    def text(self, element: etree._Element | None, path: str) -> str | None:
        """Return the text at a path without space around it; None where there is none."""
        if element is None:
            return None
        found = self.at(element, path)
        return None if found is None else (found.text or "").strip() or None

    def first(self, element: etree._Element | None, *paths: str) -> str | None:
        """Return the text at the first of the paths that has one."""
        for path in paths:
            if found := self.text(element, path):
                return found
        return None

    def _split(self, path: str) -> tuple[str, ...]:
        parts = tuple(self._prefix + name for name in path.split("/"))
        self._paths[path] = parts
        return parts
