"""Versions of payments as they were handed in, and which of them hold."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from catalystindex.temporal.layout import Flags, Longs
from catalystindex.temporal.payments import Payments, joined, no_payments, taken


class Versions(NamedTuple):
    """Columns of n events about payments, in the order in which they were handed in."""

    payments: Payments
    version: Longs
    """Of two events of one entity the one with the greater (version, event id) holds."""
    gone: Flags
    """True where the event says that no money moved: it deletes the payment, or it was declined.
    Columns of a delete other than ids, entity and time mean nothing."""

    @property
    def rows(self) -> int:
        """How many there are."""
        return len(self.version)


def no_versions() -> Versions:
    """Return the columns of none."""
    return Versions(no_payments(), np.empty(0, np.int64), np.empty(0, np.bool_))


def take_versions(versions: Versions, which: NDArray[np.generic] | slice) -> Versions:
    """Return some of the events, by a mask, positions or a slice."""
    return Versions(taken(versions.payments, which), versions.version[which], versions.gone[which])


def join_versions(parts: Sequence[Versions]) -> Versions:
    """Return events one after the other."""
    if not parts:
        return no_versions()
    return Versions(
        joined([one.payments for one in parts]),
        np.concatenate([one.version for one in parts]),
        np.concatenate([one.gone for one in parts]),
    )


def latest(versions: Versions) -> Payments:
    """Return the payments that hold in the end, in the order in which they were handed in.

    Of each entity the event with the greatest (version, event id); none where that one deletes.
    """
    entity = versions.payments.entity
    order = np.argsort(entity, kind="stable")
    same = entity[order][1:] == entity[order][:-1]
    keep = ~versions.gone
    if same.any():
        several = np.zeros(len(entity), np.bool_)
        several[order[1:][same]] = True
        several[order[:-1][same]] = True
        keep[_superseded(versions, np.flatnonzero(several))] = False
    return versions.payments if keep.all() else taken(versions.payments, keep)


def _superseded(versions: Versions, among: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return those of these rows that another of them of the same entity outdoes."""
    some = taken(versions.payments, among)
    order = np.lexsort((some.id_low, some.id_high, versions.version[among], some.entity))
    last = np.append(some.entity[order][1:] != some.entity[order][:-1], True)
    outdone: NDArray[np.intp] = among[order[~last]]
    return outdone
