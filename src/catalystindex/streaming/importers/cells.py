"""What one cell of a mapped table means for one field."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation
from typing import Any, Final
from zoneinfo import ZoneInfo

from catalystindex.model.currency import exponent, to_scaled
from catalystindex.model.errors import EventInvalid, MoneyInvalid
from catalystindex.streaming.importers.fields import FieldKind
from catalystindex.streaming.importers.mapping import AmountRules, TableMapping, TimeRules, TimeUnit
from catalystindex.streaming.importers.values import DAY, HOUR, micros

Cell = Any
"""Text of a CSV file; a text, number, decimal, float, date, datetime, bool or list of Parquet."""

_UNITS: Final[dict[TimeUnit, int]] = {
    "us": 1,
    "ms": 1_000,
    "s": 1_000_000,
    "hours": HOUR,
    "days": DAY,
}
_DECIMALS: Final = {FieldKind.PRICE: 6, FieldKind.QUANTITY: 3, FieldKind.SHARE: 2}
"""Of the major unit, of the unit counted in, of a percent."""

_DAY: Final = re.compile(r"\d{4}(-\d\d(-\d\d)?)?", re.ASCII)
_TRUTH: Final = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
_WIDE: Final = Context(prec=100)


class Cells:
    """Turns cells into values by the rules of a mapping."""

    def __init__(self, mapping: TableMapping, start: datetime) -> None:
        """Take the rules; ``start`` is what numbers count from where the rules say so."""
        self._separator = mapping.separator
        self._amounts = mapping.amounts
        self._times = Times(mapping.time, start)
        self._readers: dict[FieldKind, Callable[[Cell], Any]] = {
            FieldKind.NUMBER: self._number,
            FieldKind.TRUTH: _truth,
            FieldKind.TIME: self._times.moment,
            FieldKind.DAY: self._times.day,
            FieldKind.LIST: lambda cell: [text(one) for one in self._parts(cell)],
            FieldKind.DAYS: lambda cell: [self._times.day(one) for one in self._parts(cell)],
        }

    def value(self, kind: FieldKind, cell: Cell, currency: str) -> Any:  # noqa: ANN401
        """Return the value of a cell that is not empty; ``currency`` is that of money beside it.

        Raises `EventInvalid`.
        """
        if kind is FieldKind.TEXT:
            return text(cell)
        if kind is FieldKind.MONEY:
            places = 0 if self._amounts.unit == "minor" else exponent(currency)
            return scaled(cell, places, self._amounts)
        if kind in _DECIMALS:
            return scaled(cell, _DECIMALS[kind], self._amounts)
        return self._readers[kind](cell)

    def _number(self, cell: Cell) -> int:
        return scaled(cell, 0, self._amounts)

    def _parts(self, cell: Cell) -> list[Cell]:
        if isinstance(cell, list | tuple):
            return [one for one in cell if not empty(one)]
        return [part for one in text(cell).split(self._separator) if (part := one.strip())]


class Times:
    """Turns cells into times."""

    def __init__(self, rules: TimeRules, start: datetime) -> None:
        self._rules = rules
        self._zone = UTC if rules.zone == "UTC" else ZoneInfo(rules.zone)
        self._zero = micros(start) if rules.since == "start" else 0

    def moment(self, cell: Cell) -> int:
        """Return microseconds since 1970 in UTC. Raises `EventInvalid`."""
        if isinstance(cell, datetime):
            return self._placed(cell)
        if isinstance(cell, date):
            return self._placed(datetime(cell.year, cell.month, cell.day))  # noqa: DTZ001
        if self._rules.format == "number":
            return self._counted(cell)
        return self._placed(self._parsed(text(cell)))

    def day(self, cell: Cell) -> str:
        """Return a day, or a year, or a year and month, as ISO 8601. Raises `EventInvalid`."""
        if isinstance(cell, date):
            return cell.strftime("%Y-%m-%d")
        written = text(cell)
        if self._rules.day_format is not None:
            written = _strptime(written, self._rules.day_format).strftime("%Y-%m-%d")
        if not _DAY.fullmatch(written):
            raise EventInvalid(f"{written[:40]!r} is no day of the form 2024-12-31")
        return written

    def _parsed(self, written: str) -> datetime:
        if self._rules.format != "iso":
            return _strptime(written, self._rules.format)
        try:
            return datetime.fromisoformat(written)
        except ValueError:
            raise EventInvalid(f"{written[:40]!r} is no time of ISO 8601") from None

    def _counted(self, cell: Cell) -> int:
        try:
            number = Decimal(text(cell)) * _UNITS[self._rules.unit]
            whole = int(number) if number.is_finite() and number.adjusted() < 18 else None
        except InvalidOperation:
            whole = None
        if whole is None:
            raise EventInvalid(f"{text(cell)[:40]!r} is no number of {self._rules.unit}")
        return self._zero + whole

    def _placed(self, moment: datetime) -> int:
        if moment.tzinfo is not None:
            return micros(moment)
        if self._zone is UTC:
            return micros(moment.replace(tzinfo=UTC))
        placed = moment.replace(tzinfo=self._zone)
        try:
            back = placed.astimezone(UTC).astimezone(self._zone).replace(tzinfo=None)
        except OverflowError:
            raise EventInvalid(f"{moment} is outside the years 1 to 9999") from None
        if back != moment:
            raise EventInvalid(
                f"{moment} does not occur in {self._rules.zone}: clocks went forward"
            )
        return micros(placed)


def empty(cell: Cell) -> bool:
    """Tell whether a cell says nothing."""
    return cell is None or cell == [] or (isinstance(cell, str) and not cell.strip())


def text(cell: Cell) -> str:
    """Return a cell as text, without spaces around it; a float that is whole without decimals.

    Raises `EventInvalid` where it is no single value.
    """
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, bytes):
        try:
            return cell.decode("utf-8").strip()
        except UnicodeDecodeError:
            raise EventInvalid("a text is not UTF-8") from None
    if isinstance(cell, list | tuple | dict):
        raise EventInvalid("there is a list or a record where one value is wanted")
    return str(cell)


def scaled(cell: Cell, places: int, rules: AmountRules) -> int:
    """Return a number in units of its last decimal place. Raises `MoneyInvalid`.

    A float is rounded only where the rules allow it: 0.1 is none that has one decimal.
    """
    if isinstance(cell, float) and not rules.round and not cell.is_integer():
        raise MoneyInvalid(f"{cell} is a float: it takes `round = true` in [amounts] to round it")
    number: Decimal | int | str
    if isinstance(cell, int | float | Decimal) and not isinstance(cell, bool):
        number = Decimal(cell)
    else:
        number = _written(text(cell), rules)
    return to_scaled(_rounded(number, places) if rules.round else number, places)


def _written(number: str, rules: AmountRules) -> str:
    """Return a number as Python writes it."""
    if rules.thousands:
        number = number.replace(rules.thousands, "")
    elif rules.decimal == "," and "." in number:
        raise MoneyInvalid(f"{number[:40]!r} has a point, and no thousands are told")
    return number.replace(",", ".") if rules.decimal == "," else number


def _rounded(number: Decimal | str, places: int) -> Decimal | str:
    try:
        exact = Decimal(number)
        if not exact.is_finite() or exact.adjusted() > 20:
            return number  # refused by whoever scales it
        return exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN, _WIDE)
    except InvalidOperation:
        return number


def _truth(cell: Cell) -> bool:
    if isinstance(cell, bool):
        return cell
    value = _TRUTH.get(text(cell).lower())
    if value is None:
        raise EventInvalid(f"{text(cell)[:40]!r} is neither true nor false")
    return value


def _strptime(written: str, pattern: str) -> datetime:
    try:
        return datetime.strptime(written, pattern)  # noqa: DTZ007 - `_placed` gives it its zone
    except ValueError:
        raise EventInvalid(f"{written[:40]!r} is not of the form {pattern}") from None
