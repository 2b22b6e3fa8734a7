"""Shapes of a slide: where they stand, what they inherit from the layout, and in what order."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from catalystindex.documents.parse.office.drawingml import bullet_of
from catalystindex.documents.parse.office.ooxml import DRAWING, SLIDES, Element, flattened, whole
from catalystindex.documents.parsed import Box

EMU = 12_700
"""English metric units in a point."""
ROW_HEIGHT = 18 * EMU
"""Shapes whose tops differ by less stand in one row and are read from left to right."""
KINDS = ("sp", "pic", "graphicFrame", "cxnSp", "contentPart")
BODY_TYPES = ("body", "obj", "subTitle")
MASTER_TYPES = {"ctrTitle": "title", "subTitle": "body", "obj": "body"}


@dataclass(frozen=True)
class Frame:
    """A rectangle in EMU; not ``upright`` inside a group that is turned: its place is unknown."""

    left: float
    top: float
    right: float
    bottom: float
    upright: bool = True


@dataclass(frozen=True)
class Shape:
    """A shape that is no group. ``kind`` is one of `KINDS`."""

    kind: str
    node: Element
    frame: Frame | None

    @property
    def role(self) -> tuple[str, str] | None:
        """The type and number of the placeholder it fills, or None if it fills none."""
        found = self.node.find(f"*/{SLIDES}nvPr/{SLIDES}ph")
        return (found.get("type") or "obj", found.get("idx") or "0") if found is not None else None

    @property
    def list_style(self) -> Element | None:
        """What the shape's text says about bullets of each level."""
        return self.node.find(f"{SLIDES}txBody/{DRAWING}lstStyle")


@dataclass(frozen=True)
class _Map:
    """How a group's coordinates become those of the slide."""

    scale_x: float = 1
    scale_y: float = 1
    x: float = 0
    y: float = 0
    upright: bool = True

    def frame(self, transform: Element) -> Frame | None:
        """Return the place of a shape, turned as it is shown."""
        rectangle = _rectangle(transform, "off", "ext")
        if rectangle is None:
            return None
        left, top, width, height = rectangle
        left, width = self.x + left * self.scale_x, width * abs(self.scale_x)
        top, height = self.y + top * self.scale_y, height * abs(self.scale_y)
        angle = math.radians(whole(transform.get("rot")) / 60_000)
        wide = abs(width * math.cos(angle)) + abs(height * math.sin(angle))
        high = abs(width * math.sin(angle)) + abs(height * math.cos(angle))
        middle_x, middle_y = left + width / 2, top + height / 2
        return Frame(
            middle_x - wide / 2,
            middle_y - high / 2,
            middle_x + wide / 2,
            middle_y + high / 2,
            self.upright,
        )

    def inner(self, transform: Element | None) -> "_Map":
        """Return the map for the shapes of a group."""
        outer = _rectangle(transform, "off", "ext")
        own = _rectangle(transform, "chOff", "chExt")
        if transform is None or outer is None or own is None:
            return self
        across = outer[2] / own[2] if own[2] else 1
        down = outer[3] / own[3] if own[3] else 1
        turned = any(transform.get(name, "0") not in ("0", "false") for name in _TURNS)
        return _Map(
            self.scale_x * across,
            self.scale_y * down,
            self.x + (outer[0] - own[0] * across) * self.scale_x,
            self.y + (outer[1] - own[1] * down) * self.scale_y,
            self.upright and not turned,
        )


_TURNS = ("rot", "flipH", "flipV")


def _rectangle(
    transform: Element | None, offset: str, extent: str
) -> tuple[float, float, float, float] | None:
    first = transform.find(f"{DRAWING}{offset}") if transform is not None else None
    second = transform.find(f"{DRAWING}{extent}") if transform is not None else None
    if first is None or second is None:
        return None
    x, y = whole(first.get("x")), whole(first.get("y"))
    return x, y, max(whole(second.get("cx")), 0), max(whole(second.get("cy")), 0)


class Layout:
    """The slides that a slide is made after, nearest first: its layout and its master."""

    def __init__(self, shapes: Sequence[Sequence[Shape]], body_style: Element | None) -> None:
        self._shapes, self._body_style = shapes, body_style

    def inherited(self, shape: Shape) -> Iterator[Shape]:
        """Yield the placeholders that a shape takes after, nearest first."""
        role = shape.role
        if role is None:
            return
        for depth, shapes in enumerate(self._shapes):
            if depth == 0:
                found = _same(shapes, role) or _of_type(shapes, role[0])
            else:
                found = _of_type(shapes, MASTER_TYPES.get(role[0], role[0]))
            if found is not None:
                role = found.role or role
                yield found

    def placed(self, shape: Shape) -> Shape:
        """Return a shape with the place it has or inherits."""
        if shape.frame is not None:
            return shape
        frames = (one.frame for one in self.inherited(shape))
        return replace(shape, frame=next((one for one in frames if one is not None), None))

    def bullet(self, shape: Shape, level: int) -> bool:
        """Tell whether paragraphs of a level have bullets in a shape unless they say otherwise."""
        role = shape.role
        if role is None:
            return _list_bullet(shape.list_style, level) or False
        styles = [one.list_style for one in (shape, *self.inherited(shape))]
        if role[0] in BODY_TYPES:
            styles.append(self._body_style)
        found = (_list_bullet(style, level) for style in styles)
        return next((one for one in found if one is not None), False)


def _same(shapes: Sequence[Shape], role: tuple[str, str]) -> Shape | None:
    if role[1] == "0":
        return None
    return next((one for one in shapes if one.role and one.role[1] == role[1]), None)


def _of_type(shapes: Sequence[Shape], kind: str) -> Shape | None:
    return next((one for one in shapes if one.role and one.role[0] == kind), None)


def _list_bullet(style: Element | None, level: int) -> bool | None:
    if style is None:
        return None
    return bullet_of(style.find(f"{DRAWING}lvl{level + 1}pPr"))


def plain_shapes(tree: Element) -> Iterator[Shape]:
    """Yield the shapes of a layout or master, without a look at their order."""
    for child in flattened(tree):
        kind = child.tag.removeprefix(SLIDES)
        if kind in KINDS:
            yield Shape(kind, child, _frame(child, _Map()))
        elif kind == "grpSp":
            yield from plain_shapes(child)


def shapes_in_order(tree: Element, layout: Layout) -> list[Shape]:
    """Return the shapes as they are read: by rows, and a group's together."""
    return _ordered(tree, layout, _Map())


def _ordered(tree: Element, layout: Layout, place: _Map) -> list[Shape]:
    units: list[tuple[Frame | None, list[Shape]]] = []
    for child in flattened(tree):
        kind = child.tag.removeprefix(SLIDES)
        if kind == "grpSp":
            inner = place.inner(child.find(f"{SLIDES}grpSpPr/{DRAWING}xfrm"))
            members = _ordered(child, layout, inner)
            units.append((_hull(members), members))
        elif kind in KINDS:
            shape = layout.placed(Shape(kind, child, _frame(child, place)))
            units.append((shape.frame, [shape]))
    return [shape for _, members in _by_rows(units) for shape in members]


def _by_rows(
    units: list[tuple[Frame | None, list[Shape]]],
) -> list[tuple[Frame | None, list[Shape]]]:
    """Sort by rows, then from left to right; what has no place comes last."""
    placed = [(frame, members) for frame, members in units if frame is not None]
    placed.sort(key=lambda unit: (unit[0].top, unit[0].left))
    keyed: list[tuple[int, float, int]] = []
    row, row_top = -1, -math.inf
    for at, (frame, _) in enumerate(placed):
        if frame.top - row_top >= ROW_HEIGHT:
            row, row_top = row + 1, frame.top
        keyed.append((row, frame.left, at))
    homeless = [unit for unit in units if unit[0] is None]
    return [placed[at] for _, _, at in sorted(keyed)] + homeless


def _hull(shapes: Sequence[Shape]) -> Frame | None:
    frames = [shape.frame for shape in shapes if shape.frame is not None]
    if not frames:
        return None
    return Frame(
        min(frame.left for frame in frames),
        min(frame.top for frame in frames),
        max(frame.right for frame in frames),
        max(frame.bottom for frame in frames),
    )


def _frame(node: Element, place: _Map) -> Frame | None:
    transform = node.find(f"{SLIDES}xfrm")
    if transform is None:
        transform = node.find(f"{SLIDES}spPr/{DRAWING}xfrm")
    return place.frame(transform) if transform is not None else None


def box_of(shape: Shape, page: int, width: float, height: float) -> Box | None:
    """Return the part of a shape that is on its slide, in points, or None if none is."""
    frame = shape.frame
    if frame is None or not frame.upright:
        return None
    left, right = (round(min(max(x / EMU, 0), width), 2) for x in (frame.left, frame.right))
    top, bottom = (round(min(max(y / EMU, 0), height), 2) for y in (frame.top, frame.bottom))
    return Box(page, left, top, right, bottom) if left < right and top < bottom else None
