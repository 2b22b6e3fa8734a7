"""The README shows what is seen: its transcript is the demo's output, to the letter."""

import re
import subprocess
import sys
from pathlib import Path

from support.documents import SAMPLES, sample_builder
from support.process import environment

ROOT = Path(__file__).parent.parent.parent
SECONDS_ALLOWED = 90


def test_the_transcript_of_the_readme_is_what_the_demo_prints(tmp_path: Path) -> None:
    sample_builder().write(SAMPLES, "docx")
    data, program = tmp_path / "data", Path(sys.executable).parent / "catalystctl"
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
    assert shown.rstrip() == transcript()


def transcript() -> str:
    """The block of the README that begins with the command."""
    text = (ROOT / "README.md").read_text("utf-8")
    found = re.search(r"```console\n\$ make demo\n(.*?)```", text, re.DOTALL)
    assert found is not None
    return found[1].rstrip()
