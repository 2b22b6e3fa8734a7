"""DrawingML (ECMA-376 part 1, 20 and 21): text bodies, charts and diagrams.

Slides, sheets and text documents share it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from catalystindex.documents.builder import NOWHERE, DocumentBuilder, Where
from catalystindex.documents.parse.office.cells import check_cells
from catalystindex.documents.parse.office.omml import equation
from catalystindex.documents.parse.office.ooxml import (
    CHART,
    DIAGRAM,
    DRAWING,
    MATH,
    RELATION,
    Element,
    Package,
    flattened,
    whole,
)


@dataclass(frozen=True)
class Line:
    """A paragraph of a text body. ``bullet`` is None where the paragraph leaves it to its list."""

    text: str
    level: int
    bullet: bool | None


def lines(body: Element) -> Iterator[Line]:
    """Yield the paragraphs of a text body that hold text."""
    for paragraph in body.iter(f"{DRAWING}p"):
        text = text_of(paragraph)
        if text.strip():
            properties = paragraph.find(f"{DRAWING}pPr")
            level = whole(properties.get("lvl")) if properties is not None else 0
            level = min(max(level, 0), 8)
            yield Line(text.strip(), level, bullet_of(properties))


def bullet_of(properties: Element | None) -> bool | None:
    """Tell whether paragraph properties ask for a bullet, or None if they do not say."""
    if properties is None:
        return None
    if properties.find(f"{DRAWING}buNone") is not None:
        return False
    signs = ("buChar", "buAutoNum", "buBlip")
    return any(properties.find(f"{DRAWING}{name}") is not None for name in signs) or None


def text_of(node: Element) -> str:
    """Return the text of a paragraph or of part of one."""
    if node.tag == f"{DRAWING}t":
        return node.text or ""
    if node.tag == f"{DRAWING}br":
        return "\n"
    if node.tag.startswith(MATH):
        return equation(node)
    return "".join(text_of(child) for child in flattened(node))


def flat_text(node: Element) -> str:
    """Return all text below a node, a paragraph a line."""
    return "\n".join(line.text for line in lines(node))


# --- charts ------------------------------------------------------------------


def add_chart(
    package: Package,
    owner: str,
    reference: str | None,
    builder: DocumentBuilder,
    where: Where = NOWHERE,
) -> None:
    """Add a chart as tables: a row per category, a column per series, its title as caption."""
    part = package.target(owner, reference)
    root = package.xml(part) if part else None
    if root is None:
        builder.warn("A chart could not be read: its data is missing or of an unknown kind.")
        return
    if root.tag != f"{CHART}chartSpace":
        _add_new_chart(root, builder, where)
        return
    title = _chart_title(root.find(f"{CHART}chart"))
    for axis, series in _by_categories(root):
        before = builder.length
        header = ["", *(one.name for one in series)]
        _add_points(header, [axis, *(one.values for one in series)], builder, where, title)
        title = title if builder.length == before else None
    builder.add("paragraph", title or "", where)  # of a chart whose numbers are not stored
    for node in root.iter(*(f"{CHART}{name}" for name in ("catAx", "valAx", "dateAx", "serAx"))):
        builder.add("paragraph", _chart_title(node) or "", where)


def _add_points(
    header: Sequence[str],
    columns: Sequence[dict[int, str]],
    builder: DocumentBuilder,
    where: Where,
    title: str | None = None,
) -> None:
    """Add columns of points, each by its number, as a table."""
    keys = sorted({key for column in columns for key in column})
    check_cells(len(keys), len(columns))
    rows = [[column.get(key, "") for column in columns] for key in keys]
    head = [list(header)] if any(header) else []
    builder.table([*head, *rows], where, header_rows=len(head), caption=title)


@dataclass(frozen=True)
class _Series:
    name: str
    values: dict[int, str]


def _by_categories(root: Element) -> list[tuple[dict[int, str], list[_Series]]]:
    """Return the series in order, those that follow one another over the same axis together."""
    groups: list[tuple[dict[int, str], list[_Series]]] = []
    for node in root.iter(f"{CHART}ser"):
        axis = _points(node, "cat") or _points(node, "xVal")
        name = _points(node, "tx")
        series = [_Series(" ".join(name.values()), _points(node, "val") or _points(node, "yVal"))]
        sizes = _points(node, "bubbleSize")
        if sizes:
            series.append(_Series(f"{series[0].name} (size)".strip(), sizes))
        if groups and (not axis or groups[-1][0] == axis):
            groups[-1][1].extend(series)
        else:
            groups.append((axis, series))
    return groups


def _points(series: Element, name: str) -> dict[int, str]:
    """Return the cached points by index; levels of a category from the outermost."""
    found: dict[int, str] = {}
    node = series.find(f"{CHART}{name}")
    points = list(node.iter(f"{CHART}pt")) if node is not None else []
    for point in points:
        index = whole(point.get("idx"))
        value = " ".join((point.findtext(f"{CHART}v") or "").split())
        found[index] = f"{value} / {found[index]}" if index in found else value
    direct = node.findtext(f"{CHART}v") if node is not None else None
    return found or ({0: direct} if direct else {})


def _chart_title(node: Element | None) -> str | None:
    title = node.find(f"{CHART}title") if node is not None else None
    if title is None:
        return None
    cached = (point.findtext(f"{CHART}v") or "" for point in title.iter(f"{CHART}pt"))
    return " ".join((flat_text(title) or " ".join(cached)).split()) or None


def _add_new_chart(root: Element, builder: DocumentBuilder, where: Where) -> None:
    """Add a chart of the kinds that came in 2016 (funnel, waterfall, ...): a column per level."""
    for node in root.iter("{*}title", "{*}tx"):
        plain = " ".join(value.text or "" for value in node.iter("{*}v"))
        builder.add("paragraph", flat_text(node) or plain, where)
    _add_points([], [_level(node) for node in root.iter("{*}lvl")], builder, where)


def _level(node: Element) -> dict[int, str]:
    return {whole(point.get("idx")): " ".join((point.text or "").split()) for point in node}


# --- diagrams (SmartArt) -----------------------------------------------------


def add_diagram(
    package: Package, owner: str, ids: Element, builder: DocumentBuilder, where: Where = NOWHERE
) -> None:
    """Add the text of a diagram, its points in the order of its outline."""
    part = package.target(owner, ids.get(f"{RELATION}dm"))
    root = package.xml(part) if part else None
    if root is None:
        builder.warn("A diagram (SmartArt) could not be read: its data is missing.")
        return
    points = {node.get("modelId") or "": node for node in root.iter(f"{DIAGRAM}pt")}
    for name in _outline(root, points):
        body = points[name].find(f"{DIAGRAM}t")
        builder.add("list_item", flat_text(body) if body is not None else "", where)


def _outline(root: Element, points: dict[str, Element]) -> list[str]:
    """Return the points, parents before their children; those that nothing leads to come last."""
    below = _children(root)
    order: dict[str, None] = {}
    stack = [name for name, node in reversed(points.items()) if node.get("type") == "doc"]
    while stack:
        name = stack.pop()
        if name in points and name not in order:
            order[name] = None
            stack += [target for _, target in sorted(below.get(name, ()), reverse=True)]
    return list(order | dict.fromkeys(points))


def _children(root: Element) -> dict[str, list[tuple[int, str]]]:
    """Return the points below each point, with their places."""
    below: dict[str, list[tuple[int, str]]] = {}
    for link in root.iter(f"{DIAGRAM}cxn"):
        if link.get("type", "parOf") == "parOf":
            target = (whole(link.get("srcOrd")), link.get("destId") or "")
            below.setdefault(link.get("srcId") or "", []).append(target)
    return below
