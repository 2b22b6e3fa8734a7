"""What a filter means, said a second time in plain Python: the truth that engines are held to.

It reads the JSON form and knows nothing of the product's conditions, payloads or instants.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

Json = Mapping[str, object]


def holds(filters: Json, fields: Json) -> bool:
    """Tell whether fields (metadata, built-in ones among them) fulfil a filter."""
    return all(_entry_holds(key, wanted, fields) for key, wanted in filters.items())


def _entry_holds(key: str, wanted: object, fields: Json) -> bool:
    if key == "and":
        return all(holds(part, fields) for part in _objects(wanted))
    if key == "or":
        return any(holds(part, fields) for part in _objects(wanted))
    if key == "not":
        return not holds(_object(wanted), fields)
    return _field_holds(wanted, _values(fields.get(key)))


def _field_holds(wanted: object, values: Sequence[object]) -> bool:
    if not isinstance(wanted, dict):
        return any(_same(one, value) for one in _values(wanted) for value in values)
    bounds = {name: bound for name, bound in wanted.items() if name in ("gt", "gte", "lt", "lte")}
    if bounds and not any(_within(value, bounds) for value in values):
        return False
    return all(
        _operator_holds(name, operand, values)
        for name, operand in wanted.items()
        if name not in bounds
    )


def _operator_holds(name: str, operand: object, values: Sequence[object]) -> bool:
    if name == "prefix":
        return any(isinstance(v, str) and v.startswith(str(operand)) for v in values)
    if name == "not":
        return not _field_holds(operand, values)
    if name == "exists":
        return bool(values) is operand
    assert name == "any", name
    return any(isinstance(v, dict) and holds(_object(operand), v) for v in values)


def _within(value: object, bounds: Json) -> bool:
    return all(_bound_holds(value, name, bound) for name, bound in bounds.items())


def _bound_holds(value: object, name: str, bound: object) -> bool:
    if isinstance(value, bool) or isinstance(value, str) is not isinstance(bound, str):
        return False
    if isinstance(value, int) and isinstance(bound, int):
        return {
            "gt": value > bound,
            "gte": value >= bound,
            "lt": value < bound,
            "lte": value <= bound,
        }[name]
    moment = _moment(value)
    if moment is None:
        return False
    start = _moment(bound)
    assert start is not None, bound
    if len(str(bound)) > len("2024-01-01"):
        return {
            "gt": moment > start,
            "gte": moment >= start,
            "lt": moment < start,
            "lte": moment <= start,
        }[name]
    day, asked = moment.astimezone(UTC).date(), start.date()
    return {"gt": day > asked, "gte": day >= asked, "lt": day < asked, "lte": day <= asked}[name]


def _moment(value: object) -> datetime | None:
    """Return a text as a moment, to the millisecond; None where it names none."""
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    if found.tzinfo is None:
        if len(str(value)) != len("2024-01-01") or "W" in str(value):
            return None
        found = found.replace(tzinfo=UTC)
    return found.replace(microsecond=found.microsecond // 1000 * 1000)


def _same(one: object, other: object) -> bool:
    return type(one) is type(other) and one == other


def _values(value: object) -> list[object]:
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]


def _object(value: object) -> Json:
    assert isinstance(value, dict)
    return value


def _objects(value: object) -> list[Json]:
    assert isinstance(value, list)
    return [_object(item) for item in value]
