"""Write the OpenAPI document to `docs/reference/openapi.json`, or check that it is up to date."""

import argparse
import json
import sys
from pathlib import Path

from catalystindex.api.app import routed_app

SNAPSHOT = Path(__file__).parent.parent / "docs" / "reference" / "openapi.json"


def main() -> int:
    """Write, or with ``--check`` compare; return 1 for a difference."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    checking: bool = parser.parse_args().check
    text = json.dumps(routed_app().openapi(), indent=2, sort_keys=True) + "\n"
    if not checking:
        SNAPSHOT.write_text(text, "utf-8")
        return 0
    if SNAPSHOT.exists() and SNAPSHOT.read_text("utf-8") == text:
        print("openapi: the snapshot is up to date")
        return 0
    print(f"{SNAPSHOT.name} is not what the code says: run `make reference` and read the diff")
    return 1


if __name__ == "__main__":
    sys.exit(main())
