"""What a synthetic bank came to, for people."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from catalystindex.cli.output import counted, print_lines, print_table

if TYPE_CHECKING:
    from catalystindex.synthetic.manifest import Manifest


def print_summary(manifest: "Manifest", out: Path | None, log: dict[str, int] | None) -> None:
    """Print how many events of each kind there are, what was planted, and where all of it is."""
    sizes = {file.kind: file.bytes for file in manifest.files}
    rows = [(kind, f"{count:,}", _size(sizes.get(kind))) for kind, count in manifest.kinds.items()]
    print_table(("KIND", "EVENTS", "BYTES"), [*rows, ("all", f"{manifest.events:,}", "")])
    if manifest.typologies:
        print_lines("")
        print_table(
            ("PATTERN", "PLANTED", "EVENTS", ""),
            (
                (name, line.patterns, line.events, "lawful" if line.lookalikes else "")
                for name, line in manifest.typologies.items()
            ),
        )
    print_lines("", *_places(manifest, out, log))


def _places(manifest: "Manifest", out: Path | None, log: dict[str, int] | None) -> Iterator[str]:
    if log is not None:
        yield (
            f"{counted(log['accepted'], 'event')} accepted by the log, "
            f"{log['duplicates']:,} known already"
        )
    if out is not None:
        yield f"{counted(len(manifest.files), 'file')} and a manifest in {out}"


def _size(count: int | None) -> str:
    return "" if count is None else f"{count:,}"
