"""Values of JSON, and how they are written down for readers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from catalystindex.documents.builder import DocumentBuilder
from catalystindex.documents.parse.charsets import fit
from catalystindex.documents.parse.context import ParseContext
from catalystindex.documents.parse.mailbox.attachments import write_text
from catalystindex.model.errors import NestedTooDeep


class Literal(str):
    """A number as it is written."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Members:
    """An object's members in order; a key may come more than once."""

    pairs: "list[tuple[str, Value]]"


Value: TypeAlias = "str | bool | Members | list[Value] | None"
Rows: TypeAlias = "list[list[str]]"

HEADING_LEVELS = 6
MAX_LEVELS = 100
MIN_RECORDS = 2
MAX_CELL = 500
MAX_INLINE = 200
MIN_FILLED = 0.25
CELLS_PER_TABLE = 100_000
STEPS_BETWEEN_TICKS = 1_000


def scalar(value: Value) -> str | None:
    """Return how a single value is written, or None for one that holds others."""
    if isinstance(value, str):
        return fit(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    if isinstance(value, Members):
        return None if value.pairs else "{}"
    return None if value else "[]"


def as_table(values: Sequence[Value]) -> tuple[Rows, int] | None:
    """Return like flat records (or rows) as a table and the count of its header rows, or None."""
    if len(values) < MIN_RECORDS:
        return None
    if isinstance(values[0], Members):
        return _of_records([one for one in values if isinstance(one, Members)], len(values))
    return _of_rows([one for one in values if isinstance(one, list)], len(values))


def _of_rows(rows: "list[list[Value]]", wanted: int) -> tuple[Rows, int] | None:
    if len(rows) < wanted or len(rows[0]) < 2 or len({len(row) for row in rows}) > 1:
        return None
    cells = [[_cell(one) for one in row] for row in rows]
    shown = [[one for one in row if one is not None] for row in cells]
    return (shown, 0) if shown == cells else None


def _of_records(records: Sequence[Members], wanted: int) -> tuple[Rows, int] | None:
    if len(records) < wanted or not all(_is_row(record) for record in records):
        return None
    columns: dict[str, int] = {}
    for record in records:
        for key, _ in record.pairs:
            columns.setdefault(key, len(columns))
    filled = sum(len(record.pairs) for record in records)
    if len(columns) * len(records) * MIN_FILLED > filled:
        return None
    return [[fit(key) for key in columns], *(_row(record, columns) for record in records)], 1


def _is_row(record: Members) -> bool:
    """Tell whether a record is single short values under keys of its own."""
    keys = {key for key, _ in record.pairs}
    own = 0 < len(keys) == len(record.pairs)
    return own and all(_cell(value) is not None for _, value in record.pairs)


def _cell(value: Value) -> str | None:
    """Return a single value that a cell has room for, or None."""
    text = scalar(value)
    return None if text is None or len(text) > MAX_CELL or "\n" in text else text


def _row(record: Members, columns: dict[str, int]) -> list[str]:
    row = [""] * len(columns)
    for key, value in record.pairs:
        row[columns[key]] = scalar(value) or ""
    return row


class Writer:
    """Writes values into a builder."""

    def __init__(self, builder: DocumentBuilder, context: ParseContext) -> None:
        self._builder, self._context = builder, context
        self._steps = 0

    def write(self, value: Value, level: int, name: str) -> None:
        """Write a value whose name, if any, stands above it."""
        self._step()
        text = scalar(value)
        if text is not None:
            write_text(text, self._builder)
        elif level > HEADING_LEVELS:
            self._builder.add("paragraph", "\n".join(flattened(value)))
        elif isinstance(value, Members):
            self._members(value, level)
        elif isinstance(value, list):
            self._items(value, level, name)

    def add_table(self, rows: Rows, header_rows: int) -> None:
        """Add a table, in pieces with the same header if it is long."""
        header, body = rows[:header_rows], rows[header_rows:]
        step = max(CELLS_PER_TABLE // max(len(rows[0]), 1), 1)
        for start in range(0, len(body), step):
            self._context.tick()
            piece = [*header, *body[start : start + step]]
            self._builder.table(piece, header_rows=header_rows)

    def _step(self) -> None:
        self._steps += 1
        if self._steps % STEPS_BETWEEN_TICKS == 0:
            self._context.tick()

    def _members(self, members: Members, level: int) -> None:
        lines: list[str] = []
        for key, value in members.pairs:
            line = _line(fit(key), value)
            if line is not None:
                lines.append(line)
                continue
            self._paragraph(lines)
            if isinstance(value, str):
                write_text(f"{fit(key)}: {fit(value)}", self._builder)
            else:
                self._nested(key, value, level)
        self._paragraph(lines)

    def _items(self, items: "list[Value]", level: int, name: str) -> None:
        table = as_table(items)
        if table is not None:
            self.add_table(*table)
            return
        lines: list[str] = []
        for place, item in enumerate(items):
            text = scalar(item)
            if text is not None:
                lines.append(text)
                continue
            self._paragraph(lines)
            self._nested(f"{name}[{place}]", item, level)
        self._paragraph(lines)

    def _nested(self, key: str, value: Value, level: int) -> None:
        self._builder.heading(level, fit(key) or "(no name)")
        self.write(value, level + 1, key)
        self._builder.leave(level)

    def _paragraph(self, lines: list[str]) -> None:
        self._builder.add("paragraph", "\n".join(lines))
        lines.clear()


def _line(key: str, value: Value) -> str | None:
    """Return a member as one line, or None if it needs more room."""
    text = scalar(value)
    if text is not None:
        return None if "\n\n" in text else f"{key}: {text}"
    short = _short_list(value) if isinstance(value, list) else None
    return None if short is None else f"{key}: {short}"


def _short_list(values: "list[Value]") -> str | None:
    """Return single values on a line, if they are short and a comma can stand between them."""
    if len(values) > MAX_INLINE:
        return None
    texts = [scalar(one) or "" for one in values]
    clear = all(text and "," not in text and "\n" not in text for text in texts)
    line = ", ".join(texts)
    return line if clear and len(line) <= MAX_INLINE else None


def flattened(value: Value) -> Iterator[str]:
    """Yield a line for each single value below one, named by the keys that lead to it."""
    todo: list[tuple[str, int, Value]] = [("", 0, value)]
    while todo:
        path, depth, one = todo.pop()
        text = scalar(one)
        if text is not None:
            yield f"{path}: {text}"
            continue
        if depth >= MAX_LEVELS:
            raise NestedTooDeep(
                f"The JSON text is nested more than {MAX_LEVELS} levels deep.", levels=MAX_LEVELS
            )
        todo += reversed([(step, depth + 1, inner) for step, inner in _steps(path, one)])


def _steps(path: str, value: Value) -> Iterator[tuple[str, Value]]:
    if isinstance(value, Members):
        for key, inner in value.pairs:
            yield f"{path}.{fit(key)}" if path else fit(key), inner
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield f"{path}[{place}]", inner
