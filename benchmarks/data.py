"""Where real data is: `CATALYST_BENCH_DATA`, else the folder beside the checkout."""

import json
import os
from pathlib import Path

VARIABLE = "CATALYST_BENCH_DATA"
BESIDE = Path(__file__).parent.parent.parent / "shared" / "data"


def find_data() -> Path | None:
    """Return the folder of real data, or None where there is none."""
    named = os.environ.get(VARIABLE)
    folder = Path(named) if named else BESIDE
    return folder if folder.is_dir() else None


def beir_texts(folder: Path, count: int) -> list[str]:
    """Return title and text of the first documents of a BEIR collection."""
    with (folder / "corpus.jsonl").open(encoding="utf-8") as file:
        rows = [json.loads(line) for line, _ in zip(file, range(count), strict=False)]
    return [f"{row.get('title', '')} {row['text']}".strip() for row in rows]
