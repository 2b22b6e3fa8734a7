"""A text in the editor of whoever is at the terminal."""

import os
import shlex
import subprocess
import tempfile
from pathlib import Path

from catalystindex.model.errors import InvalidRequest

FALLBACK = "vi"


def edited(text: str, suffix: str) -> str:
    """Return a text as a person left it in $VISUAL or $EDITOR.

    Raises `InvalidRequest` where there is no editor, or it says that it failed.
    """
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or FALLBACK
    with tempfile.TemporaryDirectory(prefix="catalyst-edit-") as folder:  # 0700: it is evidence
        file = Path(folder) / f"event{suffix}"
        file.write_text(text, "utf-8")
        try:
            done = subprocess.run([*shlex.split(editor), str(file)], check=False)  # noqa: S603  # the person's own editor
        except OSError as error:
            raise InvalidRequest(
                f"The editor {editor!r} does not start ({error.strerror}): set EDITOR, or give "
                "the mended event with --data."
            ) from error
        if done.returncode != 0:
            raise InvalidRequest(f"The editor {editor!r} ended with {done.returncode}.")
        return file.read_text("utf-8")
