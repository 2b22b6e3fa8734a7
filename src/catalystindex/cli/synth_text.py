"""What a synthetic bank came to, for people."""

from pathlib import Path
from typing import TYPE_CHECKING

from catalystindex.cli.output import counted, print_lines, print_table

if TYPE_CHECKING:
    from catalystindex.synthetic.manifest import Manifest


def print_summary(manifest: "Manifest", out: Path | None) -> None:
    """Print how many events of each kind there are, and what was planted."""
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
    written = counted(len(manifest.files), "file")
    print_lines("", f"{written} and a manifest in {out}" if out else "All of it is in the log.")


def _size(count: int | None) -> str:
    return "" if count is None else f"{count:,}"
