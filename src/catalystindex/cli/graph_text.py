"""The entity graph in words: profiles, tables of relations, walks, trees of who owns what."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from catalystindex.cli.output import counted, inline
from catalystindex.model.graph import (
    Entity,
    EntityProfile,
    EntityRef,
    GraphPath,
    MoneyFlow,
    Relation,
)

RELATION_COLUMNS = ("TIME", "RELATION", "FROM", "TO", "MONEY", "SUBJECT")
BASIS_POINTS_PER_PERCENT = 100
SHARE, NAME = "share", "name"
TIMES = ("opened", "closed")
"""Properties that are microseconds since 1970, in UTC."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Step = tuple[str, str]
"""An arrow with its relation, and the entity it leads to, both as they are shown."""


@dataclass(frozen=True)
class Tree:
    """What lies beyond an entity, by the step that leads there."""

    below: "dict[Step, Tree]"


def named(entity: Entity) -> str:
    """Return an entity with its name, where it has one."""
    name = entity.properties.get(NAME)
    return f"{ref(entity)} {inline(name)}" if isinstance(name, str) else ref(entity)


def ref(entity: EntityRef) -> str:
    """Return what names an entity."""
    return f"{entity.label} {inline(entity.id)}"


def relation_row(one: Relation) -> tuple[object, ...]:
    """Return a relation as a row of `RELATION_COLUMNS`."""
    at = one.event_time.isoformat(sep=" ", timespec="seconds").removesuffix("+00:00")
    return at, one.label, ref(one.source), ref(one.target), _money(one), one.entity_id


def profile_lines(found: EntityProfile) -> list[str]:
    """Return everything known of an entity, a line each."""
    facts: dict[str, object] = {
        **{name: _shown(name, value) for name, value in sorted(found.entity.properties.items())},
        "accounts": ", ".join(one.id for one in found.accounts),
        "relations": ", ".join(f"{number} {name}" for name, number in found.counts.items()),
        "sent": _flows(found.sent),
        "received": _flows(found.received),
        "first seen": found.first_seen and found.first_seen.isoformat(sep=" "),
        "last seen": found.last_seen and found.last_seen.isoformat(sep=" "),
        "event": found.entity.event_id and f"{found.entity.event_id} v{found.entity.version}",
    }
    lines = [
        f"  {name:<20} {inline(str(value))}"
        for name, value in facts.items()
        if value not in (None, "")
    ]
    return [ref(found.entity), *lines, *truncated_lines(found.truncated)]


def _shown(name: str, value: object) -> object:
    """Return a property as people read it."""
    if name not in TIMES or not isinstance(value, int):
        return value
    return (EPOCH + timedelta(microseconds=value)).isoformat(sep=" ")


def path_line(path: GraphPath) -> str:
    """Return a walk in one line: ``account A -sent 5.00 EUR-> account B <-holds- person P``."""
    first = named(path.entities[0]) if path.entities else ""
    return " ".join([first, *(f"{arrow} {name}" for arrow, name in _steps(path))])


def tree_lines(paths: Sequence[GraphPath]) -> list[str]:
    """Return walks that begin at one entity as a tree; what they share is written once."""
    tree = Tree({})
    for path in paths:
        below = tree
        for step in _chain(path):
            below = below.below.setdefault(step, Tree({}))
    return [named(paths[0].entities[0]), *_branches(tree, "")]


def truncated_lines(truncated: str | None) -> list[str]:
    """Return what says that an answer is not whole."""
    return [] if truncated is None else [f"There is more: cut short by the bound on {truncated}."]


def counts_text(counts: dict[str, int]) -> str:
    """Return counts in one line."""
    return ", ".join(f"{number:,} {name}" for name, number in counts.items() if number)


def _chain(path: GraphPath) -> list[Step]:
    """Return the steps of a chain of ownership; its end says what all of it comes to."""
    steps = list(_steps(path))
    if path.share is not None and len(steps) > 1:
        arrow, name = steps[-1]
        steps[-1] = arrow, f"{name} ({_percent(path.share)} in all)"
    return steps


def _steps(path: GraphPath) -> Iterator[Step]:
    for before, one, after in zip(path.entities, path.relations, path.entities[1:], strict=False):
        said = " ".join(part for part in (one.label, _share(one), _money(one)) if part)
        forwards = (one.source.label, one.source.id) == (before.label, before.id)
        yield f"-{said}->" if forwards else f"<-{said}-", named(after)


def _branches(tree: Tree, indent: str) -> Iterator[str]:
    last = len(tree.below) - 1
    for place, ((arrow, name), below) in enumerate(tree.below.items()):
        yield f"{indent}{'└─' if place == last else '├─'} {arrow} {name}"
        yield from _branches(below, indent + ("   " if place == last else "│  "))


def _money(one: Relation) -> str:
    return "" if one.money is None else f"{one.money.amount} {one.money.currency}"


def _share(one: Relation) -> str:
    share = one.properties.get(SHARE)
    return _percent(share) if isinstance(share, int) else ""


def _percent(share: int) -> str:
    return f"{share / BASIS_POINTS_PER_PERCENT:g}%"


def _flows(flows: Sequence[MoneyFlow]) -> str:
    return "; ".join(
        f"{counted(one.payments, 'payment')}, {one.total.amount} {one.total.currency}"
        for one in flows
    )
