"""Compare what reading gives for our own documents with what is stored, or store it anew.

    python tools/golden.py                      # show what differs; exit 1 if anything does
    python tools/golden.py --update             # store what reading gives now
    python tools/golden.py --update made/memo.pdf bank/adverse-media-note.md

Read every change that you accept against what the document shows: a wrong result that is stored
is worse than none. The documents are those of ``samples/`` and the made ones of
tests/support/golden_documents.py; the results are in tests/golden.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent / "tests"


def main() -> int:
    """Run; return the exit code."""
    sys.path.insert(0, str(TESTS))  # what is compared, and how, is shared with the test
    from support.golden import names

    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--update", action="store_true", help="store what reading gives")
    parser.add_argument("names", nargs="*", metavar="NAME", help="documents; all if none is named")
    arguments = parser.parse_args()
    unknown = sorted(set(arguments.names) - set(names()))
    if unknown:
        parser.error(f"no such document: {', '.join(unknown)}; there are {', '.join(names())}")
    chosen: Sequence[str] = arguments.names or names()
    if arguments.update:
        return update(chosen, whole=not arguments.names)
    return compare(chosen)


def update(chosen: Sequence[str], *, whole: bool) -> int:
    """Store what reading gives, and remove what belongs to no document any more."""
    from support.golden import FOLDER, accept, golden_file, leftovers

    FOLDER.mkdir(exist_ok=True)
    changed = [golden_file(name) for name in chosen if accept(name)]
    for file in leftovers() if whole else ():
        file.unlink()
        changed.append(file)
    for file in changed:
        print(f"changed: {file.relative_to(TESTS.parent)}")
    print(f"{len(chosen)} documents read, {len(changed)} files changed")
    return 0


def compare(chosen: Sequence[str]) -> int:
    """Print what differs."""
    from support.golden import ACCEPT, difference

    differences = [found for name in chosen if (found := difference(name))]
    print("\n\n".join(differences) or "golden: reading gives what is stored")
    if differences:
        print(f"\nIf the new results are right, accept them: {ACCEPT} [NAME ...]")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
