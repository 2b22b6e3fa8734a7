"""Write the reference pages that the code is the authority of, or check that they are up to date.

`docs/reference/errors.md` from the error tree, `settings.md` from the settings, `scopes.md` from
the access table.
"""

import argparse
import sys
from pathlib import Path

from catalystindex.api.access import PUBLIC, SCOPES, VERSION_PREFIX
from catalystindex.config.settings import LoadedSettings, Settings
from catalystindex.config.show import setting_rows
from catalystindex.model.errors import all_error_types
from catalystindex.model.remedies import remedy_of

REFERENCE = Path(__file__).parent.parent / "docs" / "reference"
MADE = "<!-- Made by tools/reference_pages.py: change the code, then run `make reference`. -->"


def main() -> int:
    """Write the pages, or with ``--check`` compare; return 1 for a difference."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    checking: bool = parser.parse_args().check
    pages = {"errors.md": errors_page(), "settings.md": settings_page(), "scopes.md": scopes_page()}
    stale = [name for name, text in pages.items() if _read(REFERENCE / name) != text]
    if checking:
        print(
            "\n".join(f"{name} is stale: run `make reference`" for name in stale)
            or "reference pages: up to date"
        )
        return int(bool(stale))
    for name in stale:
        (REFERENCE / name).write_text(pages[name], "utf-8")
    return 0


def errors_page() -> str:
    """Return the page of stable codes."""
    rows = [
        f"| `{kind.code}` | {kind.status} | {kind.exit_code} | {_first_line(kind.__doc__)} "
        f"| {'yes' if kind.transient else ''} | {remedy_of(kind.code)} |"
        for kind in all_error_types()
    ]
    return "\n".join(
        [
            "# Errors",
            "",
            MADE,
            "",
            "Every error of the API is an RFC 9457 problem (`application/problem+json`) with one",
            "of these codes, or `http.*` for what HTTP itself refuses (`http.not_found`,",
            "`http.method_not_allowed`). Codes are stable; sentences are not. The CLI ends with",
            "the exit code and, with `--json`, prints the same fields on standard error. Besides:",
            "2 for wrong usage, 3 when some files of an ingest failed, 74 for files of one's own",
            "that cannot be read or written, 130 for Ctrl-C.",
            "",
            "`again`: ingestion tries again by itself, at most `jobs.max_attempts` times a stage.",
            "",
            "| code | HTTP status | exit code | meaning | again | what to do |",
            "| --- | --- | --- | --- | --- | --- |",
            *rows,
            "",
        ]
    )


def settings_page() -> str:
    """Return the page of settings."""
    defaults = LoadedSettings(Settings.model_construct(), {})
    rows = [f"| `{row.key}` | `{row.value}` | {row.meaning} |" for row in setting_rows(defaults)]
    return "\n".join(
        [
            "# Settings",
            "",
            MADE,
            "",
            "Environment `CATALYST_SECTION__FIELD` (for example `CATALYST_SERVER__PORT`), then a",
            "TOML file (`--config`, `CATALYST_CONFIG`, or `catalyst.toml` in the working folder),",
            "then these defaults. `catalystctl config show` prints what is in force and where it",
            "came from. An unknown key anywhere is refused with its name.",
            "",
            "| setting | default | meaning |",
            "| --- | --- | --- |",
            *rows,
            "",
        ]
    )


def scopes_page() -> str:
    """Return the page of routes and scopes."""
    rows = [
        f"| `{method}` | `{VERSION_PREFIX}{path}` | {'-' if scope is PUBLIC else f'`{scope}`'} |"
        for (method, path), scope in SCOPES.items()
    ]
    return "\n".join(
        [
            "# Routes and scopes",
            "",
            MADE,
            "",
            "A token carries exactly the scopes it needs; writing does not imply reading. The",
            "path without `/v1` is an alias. `openapi.json` beside this page describes each",
            "operation in full.",
            "",
            "| method | path | scope |",
            "| --- | --- | --- |",
            *rows,
            "",
        ]
    )


def _first_line(text: str | None) -> str:
    return (text or "").strip().splitlines()[0]


def _read(path: Path) -> str:
    return path.read_text("utf-8") if path.exists() else ""


if __name__ == "__main__":
    sys.exit(main())
