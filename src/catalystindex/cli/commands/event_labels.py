"""`catalystctl events labels`: the answers of simulators, for measuring what detectors find."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from catalystindex.cli.context import JsonOption, server_part
from catalystindex.cli.output import counted, print_json, print_lines, print_table

if TYPE_CHECKING:
    from catalystindex.streaming.importers.labels import Label

EXAMPLES = """Examples:

catalystctl events labels --format amlgentex transactions.parquet --out labels.jsonl

catalystctl events labels --format amlworld LI_Trans.csv --patterns LI_Patterns.txt --out l.jsonl

catalystctl detect --file transactions.parquet --format amlgentex --truth labels.jsonl

Formats with labels: amlgentex, amlsim (nodes.csv: accounts only), amlworld, paysim. Give the same
--currency here and to `detect` or `events import`: labels name payments as the importer does."""


@dataclass
class _Counts:
    """What the labels of all files come to."""

    labels: int = 0
    transactions: int = 0
    accounts: int = 0
    """Payments and accounts that are part of laundering or fraud."""
    patterns: dict[str, set[str]] = field(default_factory=dict)
    """Names of patterns by typology; of one whose typology is not said, under an empty one."""

    def add(self, label: "Label") -> None:
        """Count a label."""
        self.labels += 1
        if not label.positive:
            return
        self.accounts += label.kind == "account"
        self.transactions += label.kind != "account"
        if label.pattern is not None:
            self.patterns.setdefault(label.typology or "", set()).add(label.pattern)

    def as_json(self) -> dict[str, object]:
        """Return it for programs."""
        return {
            "labels": self.labels,
            "transactions": self.transactions,
            "accounts": self.accounts,
            "patterns": {name: len(some) for name, some in sorted(self.patterns.items())},
        }


def labels(
    files: Annotated[
        list[Path], typer.Argument(help="Files with answers.", exists=True, dir_okay=False)
    ],
    form: Annotated[str, typer.Option("--format", help="Format of the files.")],
    out: Annotated[
        Path, typer.Option(help="Write labels to this file (JSON lines).", dir_okay=False)
    ],
    patterns: Annotated[
        Path | None,
        typer.Option(help="*_Patterns.txt of AMLworld.", exists=True, dir_okay=False),
    ] = None,
    currency: Annotated[
        str, typer.Option(help="ISO 4217 code, where the files name no currency.")
    ] = "USD",
    *,
    as_json: JsonOption = False,
) -> None:
    """Write which payments and accounts of a simulator's files are part of a crime."""
    options = server_part("catalystindex.streaming.importers.base").ImportOptions(currency=currency)
    server_part("catalystindex.streaming.importers.registry").check_options(options)
    keys = server_part("catalystindex.streaming.importers.amlworld_patterns")
    key = None if patterns is None else keys.AnswerKey(patterns)
    counts = _Counts()
    lines = server_part("catalystindex.streaming.importers.label_file")
    lines.write_labels(out, _lines(form, files, options, key, counts))
    if as_json:
        print_json({**counts.as_json(), "key_left": key.left if key is not None else None})
        return
    if counts.patterns:
        rows = [(name or "(not said)", len(some)) for name, some in sorted(counts.patterns.items())]
        print_table(("TYPOLOGY", "PATTERNS"), rows)
    print_lines(*_said(counts, out))
    if key is not None and key.left:
        print_lines(f"{key.left:,} of {key.payments:,} payments of the patterns are in no file.")


def _lines(
    form: str,
    files: Sequence[Path],
    options: Any,  # noqa: ANN401  # a type of the optional extra
    key: Any,  # noqa: ANN401  # as above
    counts: _Counts,
) -> Iterator[Any]:
    readers = server_part("catalystindex.streaming.importers.labels")
    lines = server_part("catalystindex.streaming.importers.label_file")
    for file in files:
        for label in readers.labels(form, file, options, key):
            counts.add(label)
            yield lines.line_of(label)


def _said(counts: _Counts, out: Path) -> Iterator[str]:
    yield (
        f"{counted(counts.transactions, 'payment')} and {counted(counts.accounts, 'account')} of "
        f"{counted(counts.labels, 'label')} are part of a crime; they are in {out}."
    )
    if counts.transactions and not counts.patterns:
        yield "The labels name no patterns: alerts can be measured by them, recall cannot."
    elif not counts.transactions:
        yield "No payment is labelled: alerts can be measured by the accounts that they name only."
