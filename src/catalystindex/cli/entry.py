"""What `catalystctl` starts: the command line, or what to install where it is not."""

import sys
from importlib.util import find_spec

MISSING = 78
"""EX_CONFIG of sysexits.h."""


def main() -> None:
    """Run the command line; without the packages it is made of, say how to get them."""
    if any(find_spec(name) is None for name in ("typer", "rich", "pydantic_settings")):
        sys.stderr.write(
            "The command line is not part of the bare install: pip install 'catalystindex[cli]' "
            "for a client of a server elsewhere, 'catalystindex[server]' for all of it.\n"
        )
        sys.exit(MISSING)
    from catalystindex.cli.main import main as run

    run()
