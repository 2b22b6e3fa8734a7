"""What alerts are worth by a truth or by labels, for people."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from catalystindex.cli.output import counted, print_lines, print_table

if TYPE_CHECKING:
    from catalystindex.cli.measuring import Measured
    from catalystindex.detection.evaluate import CurvePoint, Evaluation, Tally
    from catalystindex.detection.labelled_accounts import AccountEvaluation

POINTS = 15
"""Rows of the curve that are printed; `--json` has all."""

COLUMNS = ("TYPOLOGY", "PATTERNS", "FOUND", "NAMED", "OPEN ALERTS", "TRUE", "OF ITS OWN")
CURVE = ("SCORE", "OPEN ALERTS", "PER 1,000 ACCOUNTS", "RECALL", "PRECISION")
ACCOUNTS = ("TYPOLOGY", "OPEN ALERTS", "ACCOUNTS IN THEM", "LABELLED", "SHARE")


def print_measured(measured: "Measured") -> None:
    """Print the table by typology, recall and rates, and what a least score would come to."""
    if measured.payments is not None:
        _print_payments(measured.payments)
    if measured.accounts is not None:
        _print_accounts(measured.accounts)
    print_lines(*_missing(measured))


def _print_payments(found: "Evaluation") -> None:
    rows = [_row(name, tally) for name, tally in sorted(found.by_typology.items())]
    print_table(COLUMNS, [*rows, _row("all", found.total)])
    if found.lookalikes:
        print_lines("")
        lawful = [(name, *counts) for name, counts in sorted(found.lookalikes.items())]
        print_table(("LAWFUL LOOK-ALIKE", "THERE", "ALERTED"), lawful)
    print_lines("", *_sentences(found))
    if found.curve:
        print_lines("", "Only open alerts from a score on:")
        print_table(CURVE, [_point(one, found) for one in _some(found.curve)])


def _row(name: str, tally: "Tally") -> tuple[object, ...]:
    return (
        name, tally.patterns, tally.found, tally.named, tally.alerts,
        _part(tally.true, tally.precision), _part(tally.precise, tally.strict_precision),
    )  # fmt: skip


def _sentences(found: "Evaluation") -> Iterator[str]:
    total = found.total
    if total.patterns:
        yield f"Found {total.found} of {counted(total.patterns, 'pattern')}: {_recall(found)}"
    if found.alerts_per_thousand is not None:
        yield (
            f"{found.alerts_per_thousand:.1f} open alerts for 1,000 accounts, "
            f"of {counted(found.accounts, 'account')}."
        )
    yield (
        f"{found.abuse_alerted:,} of {counted(found.abuse_payments, 'labelled payment')} "
        "are in an open alert."
    )


def _recall(found: "Evaluation") -> str:
    named = found.total.named_recall or 0.0
    return f"recall {found.recall or 0.0:.2f}, by name {named:.2f}."


def _point(one: "CurvePoint", found: "Evaluation") -> tuple[object, ...]:
    return (
        one.score,
        one.alerts,
        f"{one.alerts_per_thousand:.1f}" if found.accounts else "",
        f"{one.recall:.2f}" if found.total.patterns else "",
        f"{one.precision:.2f}",
    )


def _some(curve: "Sequence[CurvePoint]") -> "list[CurvePoint]":
    """Return points evenly among all, the first and the last among them."""
    last = len(curve) - 1
    if last < POINTS:
        return list(curve)
    return [curve[number * last // (POINTS - 1)] for number in range(POINTS)]


def _print_accounts(found: "AccountEvaluation") -> None:
    rows = [
        (name, tally.alerts, tally.members, tally.labelled, _share(tally.share))
        for name, tally in sorted(found.by_typology.items())
    ]
    print_table(ACCOUNTS, rows)
    print_lines(
        "",
        f"{found.named:,} of {counted(found.labelled, 'labelled account')} are in an open alert.",
    )


def _missing(measured: "Measured") -> Iterator[str]:
    """Say what the labels cannot tell."""
    if measured.payments is None:
        yield (
            "The labels are on accounts only: there are no patterns, so recall over patterns and "
            "precision by payments cannot be given."
        )
    elif not measured.patterns:
        yield "The labels name no patterns of these payments: recall over patterns cannot be given."
    if measured.unknown:
        yield (
            f"{counted(measured.unknown, 'label')} of payments or accounts that were not read are "
            "left out."
        )


def _part(count: int, share: float | None) -> str:
    return str(count) if share is None else f"{count} ({share:.2f})"


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"
