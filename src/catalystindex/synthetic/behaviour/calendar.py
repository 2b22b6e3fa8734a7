"""Working days, and which days of the month are booked on a date."""

from datetime import date, timedelta
from typing import Final

import numpy as np

from catalystindex.synthetic.draws import Bools, Ints
from catalystindex.synthetic.tables import WEEK, YEAR

_SATURDAY: Final = 5


def is_working_day(day: date) -> bool:
    """Tell whether banks and companies work; holidays are not modelled."""
    return day.weekday() < _SATURDAY


def booked(day: date) -> Bools:
    """Return for days of the month 0 to 31 whether they are booked on this date.

    What falls on a weekend is booked on the Friday before; day 0 stands for never.
    """
    flags = np.zeros(32, dtype=np.bool_)
    if not is_working_day(day):
        return flags
    flags[day.day] = True
    if day.weekday() == _SATURDAY - 1:
        for later in (1, 2):
            flags[(day + timedelta(days=later)).day] = True
    return flags


def due(days_of_month: Ints, day: date) -> Ints:
    """Return the positions whose day of the month is booked on this date."""
    return np.nonzero(booked(day)[days_of_month])[0]


def activity(expected: int, day: date) -> int:
    """Return what shoppers do on this date, of what they do on an average one."""
    return expected * WEEK[day.weekday()] * YEAR[day.month - 1] // 1_000_000


def working_days_between(first: date, last: date) -> int:
    """Return the number of working days from first to before last."""
    return sum(
        is_working_day(first + timedelta(days=offset)) for offset in range((last - first).days)
    )
