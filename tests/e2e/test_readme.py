"""The README shows what is seen: its transcript is the demo's output, to the letter."""

import re
import subprocess
import sys
from pathlib import Path

from support.documents import SAMPLES, sample_builder
from support.process import environment

ROOT = Path(__file__).parent.parent.parent
SECONDS_ALLOWED = 180


def test_the_transcript_of_the_readme_is_what_the_demo_prints(tmp_path: Path) -> None:
    sample_builder().write(SAMPLES, "docx")
    assert demo(tmp_path / "data") == transcript()
    assert demo(tmp_path / "data") == transcript(), "a second time"


def demo(data: Path) -> str:
    """What the demo prints on a data folder, with the names that the README has."""
    program = Path(sys.executable).parent / "catalystctl"
    ran = subprocess.run(
        [program, "demo", "--samples", "samples"],
        cwd=ROOT,
        env=environment(data) | {"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=SECONDS_ALLOWED,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    shown = ran.stdout.replace(str(program), ".venv/bin/catalystctl").replace(str(data), ".demo")
    return shown.rstrip()


def transcript() -> str:
    """The block of the README that begins with the command."""
    text = (ROOT / "README.md").read_text("utf-8")
    found = re.search(r"```console\n\$ make demo\n(.*?)```", text, re.DOTALL)
    assert found is not None
    return found[1].rstrip()
