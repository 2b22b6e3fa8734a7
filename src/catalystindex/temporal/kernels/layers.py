"""Layers: senders that pay the same receivers, and who stands above them.

For a row e, in which s pays r, and a window of W that ends with e (rows of equal time that are
before e in order of rows belong to it):

- R(x) are the accounts that x paid within the window, x itself left out;
- the *senders* are s and every x that paid r, is not among R(s), and shares at least ``LEAST``
  receivers with s: R(x) and R(s) have so many in common, r among them;
- the *receivers* are those of R(s) that one of the other senders paid;
- the *density* is the share of pairs (sender, receiver) in which there was a payment: 1 where every
  sender paid every receiver.

Without another sender there is no layer, and all are 0. With one, the *depth* of the stack is 1 and
grows by 1, to at most 3, for each layer above: accounts in no layer so far, at least `LEAST` of
them, that each paid at least `LEAST` accounts of the layer below, within the window and strictly
before the last payment by which that account belongs to its layer (of a sender: its last one to a
receiver; of an account above: its last one that counts to the layer below).

Two ways lead to the same counts: from each candidate to what it paid, or from each receiver to who
paid it. The shorter list of accounts is followed. Per list the newest ``most`` entries are looked
at, and no list is begun after ``steps`` entries: then counts are lower bounds, the row is flagged,
and no layer above is looked for if that happened below.
"""

from typing import NamedTuple

from catalystindex.temporal.compiled import compiled, folded
from catalystindex.temporal.kernels.marks import Marks, new_mark
from catalystindex.temporal.kernels.newest import newest
from catalystindex.temporal.kernels.scatter_gather import CAPPED_LIST, CAPPED_SEARCH
from catalystindex.temporal.layout import Ints, Longs, View

LEAST = 2
"""Receivers that a sender must share; accounts of a layer that one above must pay."""

SHARED = 1
"""Value of a receiver's mark, once another sender paid it."""


class Work(NamedTuple):
    """Arrays of one thread: marks and ``last`` have a place per account."""

    receiver: Marks
    """What s paid; with `SHARED` if another sender did."""
    counts: Marks
    """Candidates for a layer, with what speaks for them."""
    level: Marks
    """Members of layers, counted from 1; receivers that are shared have 0."""
    last: Ints
    """Row of the last payment by which a member belongs to its layer."""
    receivers: Ints
    """What s paid, oldest first."""
    senders: Ints
    """Candidates, then senders other than s: oldest payment to r first."""
    upper: Ints
    """Accounts above, layer upon layer; `upper_room` long."""
    left: Longs
    """Element 0: entries that may still be looked at."""
    flags: Longs
    """Element 0: bounds that bit."""


@compiled
def look(work: Work, begin: int, end: int, capped: bool) -> None:
    """Count the entries of a list."""
    work.left[0] -= end - begin
    if capped:
        work.flags[0] |= CAPPED_LIST


@compiled
def exhausted(work: Work) -> bool:
    """Tell whether no list may be begun any more, and flag that."""
    if work.left[0] > 0:
        return False
    work.flags[0] |= CAPPED_SEARCH
    return True


@folded
def _mark_receivers(view: View, row: int, lo: int, most: int, work: Work) -> tuple[int, int]:
    """List and mark what s paid; return how many, and the mark. Of one or none, no list is made."""
    at = row - view.base
    out, payer = view.out, view.source[at]
    begin, end, capped = newest(out, payer, lo, row + 1, most)
    look(work, begin, end, capped)
    if end - begin < LEAST:
        return 0, 0
    first, last, _ = newest(view.into, view.target[at], lo, row + 1, most)
    if last - first < LEAST:  # nobody else paid r
        return 0, 0
    mark, found = new_mark(work.receiver), 0
    for p in range(begin, end):
        one = out.other[p]
        if one >= 0 and one != payer and out.prev[p] < out.row[begin]:
            work.receiver.word[one] = mark
            work.receivers[found] = one
            found += 1
    return found, mark


@folded
def _list_candidates(view: View, row: int, lo: int, most: int, mark: int, work: Work) -> int:
    """List who else paid r; return how many."""
    at = row - view.base
    payer, payee, into = view.source[at], view.target[at], view.into
    begin, end, capped = newest(into, payee, lo, row + 1, most)
    look(work, begin, end, capped)
    found = 0
    for p in range(begin, end):
        one = into.other[p]
        if one < 0 or one in (payer, payee) or into.prev[p] >= into.row[begin]:
            continue
        if work.receiver.word[one] < mark:
            work.senders[found] = one
            found += 1
    return found


@compiled
def _shared_by(view: View, one: int, begin: int, end: int, mark: int, work: Work) -> int:
    """Count the receivers of s among those that a candidate paid: entries from begin to end."""
    out, word, found = view.out, work.receiver.word, 0
    floor = out.row[begin]
    for p in range(begin, end):
        # Without branches: the last place of word stands in for nobody's, at no harm.
        first = (out.prev[p] < floor) & (out.other[p] >= 0)
        found += first & (word[out.other[p]] >= mark)
    return found


@compiled
def _note_shared(view: View, begin: int, end: int, mark: int, work: Work) -> int:
    """Note that the receivers of s among these entries are shared; return how many were not yet."""
    out, found = view.out, 0
    for p in range(begin, end):
        other = out.other[p]
        if other >= 0 and work.receiver.word[other] == mark:
            work.receiver.word[other] = mark + SHARED
            found += 1
    return found


@folded
def _by_candidates(
    view: View, row: int, lo: int, most: int, candidates: int, mark: int, work: Work
) -> tuple[int, int, int]:
    """Keep the candidates that share enough; return them, shared receivers, and pairs."""
    senders, shared, pairs = 0, 0, 0
    for i in range(candidates):
        if exhausted(work):
            break
        one = work.senders[i]
        begin, end, capped = newest(view.out, one, lo, row + 1, most)
        look(work, begin, end, capped)
        if end - begin < LEAST:
            continue
        found = _shared_by(view, one, begin, end, mark, work)
        if found >= LEAST:
            shared += _note_shared(view, begin, end, mark, work)
            pairs += found
            work.senders[senders] = one
            senders += 1
    return senders, shared, pairs


@compiled
def _count_senders(
    view: View, row: int, lo: int, most: int, receivers: int, none: int, work: Work
) -> None:
    """Count what each candidate shares, from the lists of receivers."""
    into = view.into
    for i in range(receivers):
        if exhausted(work):
            return
        begin, end, capped = newest(into, work.receivers[i], lo, row + 1, most)
        look(work, begin, end, capped)
        for p in range(begin, end):
            one = into.other[p]
            if one >= 0 and into.prev[p] < into.row[begin] and work.counts.word[one] >= none:
                work.counts.word[one] += 1


@compiled
def _mark_shared(
    view: View, row: int, lo: int, most: int, receivers: int, mark: int, none: int, work: Work
) -> int:
    """Mark the receivers that a sender paid; return how many there are."""
    into, shared = view.into, 0
    for i in range(receivers):
        if exhausted(work):
            break
        begin, end, _ = newest(into, work.receivers[i], lo, row + 1, most)
        for p in range(begin, end):
            one = into.other[p]
            if one >= 0 and work.counts.word[one] >= none + LEAST:
                work.receiver.word[work.receivers[i]] = mark + SHARED
                shared += 1
                look(work, begin, p + 1, False)
                break
        else:
            look(work, begin, end, False)
    return shared


@folded
def _by_receivers(
    view: View, row: int, lo: int, most: int, candidates: int, receivers: int, mark: int,
    work: Work,
) -> tuple[int, int, int]:  # fmt: skip
    """Keep the candidates that share enough; return them, shared receivers, and pairs."""
    none = new_mark(work.counts)
    for i in range(candidates):
        work.counts.word[work.senders[i]] = none
    _count_senders(view, row, lo, most, receivers, none, work)
    senders, pairs = 0, 0
    for i in range(candidates):
        one = work.senders[i]
        found = work.counts.word[one] - none
        if found >= LEAST:
            pairs += found
            work.senders[senders] = one
            senders += 1
    if not senders:
        return 0, 0, 0
    return senders, _mark_shared(view, row, lo, most, receivers, mark, none, work), pairs


@folded
def find_layer(
    view: View, row: int, lo: int, most: int, steps: int, work: Work
) -> tuple[int, int, int, int]:
    """Return the senders of a row but s, the shared receivers, pairs of both, and R's size.

    The other senders are the first of ``work.senders``, R(s) is in ``work.receivers``, and those of
    it that are shared are marked `SHARED` in ``work.receiver``. All are 0 without another sender.
    """
    work.left[0], work.flags[0] = steps, 0
    receivers, mark = _mark_receivers(view, row, lo, most, work)
    if receivers < LEAST:
        return 0, 0, 0, 0
    candidates = _list_candidates(view, row, lo, most, mark, work)
    if not candidates:
        return 0, 0, 0, 0
    if candidates <= receivers:
        senders, shared, pairs = _by_candidates(view, row, lo, most, candidates, mark, work)
    else:
        senders, shared, pairs = _by_receivers(
            view, row, lo, most, candidates, receivers, mark, work
        )
    return senders, shared, pairs + shared, receivers


def upper_room(most: int, steps: int) -> int:
    """Return how long `Work.upper` must be: the senders, and all that entries may add."""
    return 2 * most + steps + 1
