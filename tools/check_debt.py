"""Fail unless every TODO, FIXME and HACK in the code is in `docs/debt-register.yaml`, and back.

An entry names the file and quotes the marker's text, so that neither side can drift.
"""

import re
import sys
from pathlib import Path
from typing import TypedDict

import yaml

ROOT = Path(__file__).parent.parent
REGISTER = ROOT / "docs" / "debt-register.yaml"
FOLDERS = ("src", "tests", "tools", "benchmarks", ".ci")
SUFFIXES = (".py", ".pyi", ".toml", ".mako", "")
_MARKER = re.compile(r"#\s*(?:TODO|FIXME|HACK|XXX)\b:?\s*(?P<text>.*)")


class Debt(TypedDict):
    """One entry of the register."""

    file: str
    text: str
    why: str
    until: str


def main() -> int:
    """Print every mismatch; return 1 if there is one."""
    register: list[Debt] = yaml.safe_load(REGISTER.read_text("utf-8"))["debts"]
    registered = {(debt["file"], debt["text"]) for debt in register}
    marked = {marker for folder in FOLDERS for marker in _markers(ROOT / folder)}
    for file, text in sorted(marked - registered):
        print(f"{file}: not in {REGISTER.name}: {text}")
    for file, text in sorted(registered - marked):
        print(f"{REGISTER.name}: paid off or moved: {file}: {text}")
    if marked == registered:
        print(f"debt register: {len(registered)} entries, all matched")
    return int(marked != registered)


def _markers(folder: Path) -> set[tuple[str, str]]:
    files = (path for path in folder.rglob("*") if path.is_file() and path.suffix in SUFFIXES)
    return {
        (path.relative_to(ROOT).as_posix(), match["text"].strip())
        for path in files
        if path != Path(__file__)
        for match in _MARKER.finditer(path.read_text("utf-8", "replace"))
    }


if __name__ == "__main__":
    sys.exit(main())
