"""Install the project without extras into a folder of its own, weigh it, and use it.

    python tools/bare_install.py            print what each package takes, and the sum
    python tools/bare_install.py --check    also fail above `MAX_MEGABYTES`

The bare install is the SDK. It is to be
small enough for a notebook, a function or an image of somebody else. Needs a package index.
"""

import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import distributions
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parent.parent
MAX_MEGABYTES = 30.0
"""Of 10^6 bytes, with the bytecode that pip adds while it installs."""
BYTECODE = ".pyc"

INSTALL = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check")
SDK = (
    "from catalystindex.sdk import AsyncClient, Client; Client('http://127.0.0.1:1', None).close()"
)


@dataclass(frozen=True)
class Weight:
    """What one installed package takes, in bytes."""

    name: str
    version: str
    brought: int
    compiled: int


def main() -> int:
    """Install, run, weigh and print; return the exit code."""
    with TemporaryDirectory(prefix="catalystindex-bare-") as folder:
        target = Path(folder)
        install(target)
        run(target, SDK)
        parts, total = weigh(target), weight(target.rglob("*"))
    for part in parts:
        print(f"{part.name + ' ' + part.version:<26} {_shown(part.brought, part.compiled)}")
    print(f"{'in all':<26} {_shown(*total)}; the bound is {MAX_MEGABYTES:.0f} MB")
    return int("--check" in sys.argv[1:] and sum(total) > MAX_MEGABYTES * 1e6)


def install(target: Path) -> None:
    """Install the project and what it needs, in the versions of the constraints file."""
    pins = ROOT / "constraints.txt"
    subprocess.run([sys.executable, *INSTALL, "-c", pins, "--target", target, ROOT], check=True)


def run(target: Path, program: str) -> None:
    """Run a program that finds nothing but the standard library and what was installed."""
    isolated = f"import sys; sys.path.insert(0, {str(target)!r}); {program}"
    subprocess.run([sys.executable, "-I", "-S", "-c", isolated], check=True, cwd=target)


def weigh(target: Path) -> list[Weight]:
    """Return what each package takes, the heaviest first."""
    found = []
    for one in distributions(path=[str(target)]):
        files = [target / str(file) for file in one.files or ()]
        found.append(Weight(one.name, one.version, *weight(files)))
    return sorted(found, key=lambda part: (-part.brought, part.name))


def weight(paths: Iterable[Path]) -> tuple[int, int]:
    """Return the bytes of files: those that packages bring, and those of bytecode."""
    sizes = [(path.suffix, path.stat().st_size) for path in paths if path.is_file()]
    compiled = sum(size for suffix, size in sizes if suffix == BYTECODE)
    return sum(size for _, size in sizes) - compiled, compiled


def _shown(brought: int, compiled: int) -> str:
    return f"{brought / 1e6:7.2f} MB, and {compiled / 1e6:5.2f} MB of bytecode"


if __name__ == "__main__":
    sys.exit(main())
