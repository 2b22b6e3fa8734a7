"""Imports and submissions of events in words."""

from collections.abc import Iterator
from pathlib import Path

from catalystindex.cli.importing import FileOutcome, SetAside, Totals
from catalystindex.cli.output import counted, inline
from catalystindex.model.stream import SubmitResult

CUT = 120
"""Characters of a row that are shown."""


def import_lines(totals: Totals, *, checked_only: bool, rejects: Path | None) -> Iterator[str]:
    """Yield what an import came to: rows set aside, files, the sum."""
    yield from (_set_aside(one) for one in totals.rejects)
    unseen = totals.rejected - len(totals.rejects)
    if unseen:
        place = f"all are in {rejects}" if rejects else "name a file for all with --rejects"
        yield f"and {unseen:,} more; {place}"
    yield from (_file(one) for one in totals.files)
    taken = (
        f"{counted(totals.events, 'event')}; nothing was sent"
        if checked_only
        else f"{counted(totals.accepted, 'event')} accepted, {totals.duplicates:,} known already"
    )
    yield (
        f"{counted(totals.rows, 'row')} in {totals.seconds:.1f} s ({totals.rows_per_second:,.0f} a "
        f"second): {taken}, {totals.rejected:,} set aside"
    )


def submit_lines(result: SubmitResult, shown: int) -> Iterator[str]:
    """Yield what a submission came to."""
    for one in result.rejected[:shown]:
        yield f"rejected   line {one.line}: {one.reason} [{one.code}]"
    if len(result.rejected) > shown:
        yield f"and {len(result.rejected) - shown:,} more"
    yield (
        f"{counted(result.accepted, 'event')} accepted, {result.duplicates:,} known already, "
        f"{len(result.rejected):,} rejected"
    )


def _set_aside(one: SetAside) -> str:
    place = one.file if one.line is None else f"{one.file}:{one.line}"
    raw = one.raw if len(one.raw) <= CUT else f"{one.raw[:CUT]}..."
    return inline(f"set aside  {place}: {one.reason} [{one.code}]  {' '.join(raw.split())}")


def _file(one: FileOutcome) -> str:
    if one.code is not None:
        after = counted(one.rows, "row")
        return inline(f"failed     {one.file}: {one.detail} [{one.code}], after {after}")
    rows, events = counted(one.rows, "row"), counted(one.events, "event")
    return inline(f"read       {one.file}: {rows}, {events}")
