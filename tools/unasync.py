"""Make the synchronous client of the asynchronous one: `python tools/unasync.py [--check]`.

Every module of `sdk/aio` becomes one of `sdk/sync`: words that only asynchronous code has are
dropped or exchanged for those of `WORDS`, token by token, and ruff puts the result in order. With
``--check`` nothing is written; the exit code is 1 if what is there is not what would be.
"""

import io
import re
import subprocess
import sys
import tokenize
from itertools import accumulate, pairwise
from pathlib import Path

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "catalystindex" / "sdk" / "aio"
TARGET = ROOT / "src" / "catalystindex" / "sdk" / "sync"

HEADER = "# Made of sdk/aio/{name} by tools/unasync.py. Change that one, then run `make sync`.\n"
OURS = 'lint.isort.known-first-party = ["catalystindex"]'
"""For ruff, which looks for files that are not there yet."""

DROPPED = ("async", "await")
WORDS = {
    "AsyncChunks": "Chunks",
    "AsyncClient": "Client",
    "AsyncEventStream": "EventStream",
    "AsyncHTTPTransport": "HTTPTransport",
    "AsyncIterator": "Iterator",
    "AsyncSleep": "Sleep",
    "__aenter__": "__enter__",
    "__aexit__": "__exit__",
    "aclose": "close",
    "aclosing": "closing",
    "aiter_bytes": "iter_bytes",
    "aread": "read",
    "async_sleep": "sleep",
    "asynccontextmanager": "contextmanager",
}
NAMES = WORDS | {"aio": "sync"}
_TEXT = re.compile(r"\b(async|await) |\b(" + "|".join(WORDS) + r")\b")


def main() -> int:
    """Write the synchronous modules, or check them; return the exit code."""
    made = {TARGET / path.name: synchronous(path) for path in sorted(SOURCE.glob("*.py"))}
    if "--check" in sys.argv[1:]:
        return _check(made)
    TARGET.mkdir(exist_ok=True)
    for path in set(TARGET.glob("*.py")) - made.keys():
        path.unlink()
    for path, text in made.items():
        path.write_text(text, "utf-8")
    return 0


def synchronous(path: Path) -> str:
    """Return the synchronous form of a module."""
    text = HEADER.format(name=path.name) + without_async(path.read_text("utf-8"))
    named = ("--quiet", "--stdin-filename", str(TARGET / path.name), "-")
    text = _ruff(text, "check", "--select", "I", "--fix", "--config", OURS, *named)
    return _ruff(text, "format", *named)


def without_async(source: str) -> str:
    """Return Python source without asynchronous words; nothing else in it changes."""
    begins = [0, *accumulate(len(line) for line in source.splitlines(keepends=True))]
    tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
    made, done = [], 0
    for token, following in pairwise(tokens):
        start, end = (begins[row - 1] + column for row, column in (token.start, token.end))
        if token.type == tokenize.NAME and token.string in DROPPED:
            made.append(source[done:start])
            done = begins[following.start[0] - 1] + following.start[1]
        elif token.type == tokenize.NAME and token.string in NAMES:
            made += source[done:start], NAMES[token.string]
            done = end
        elif token.type in (tokenize.STRING, tokenize.COMMENT):
            made += source[done:start], _TEXT.sub(_exchanged, token.string)
            done = end
    return "".join([*made, source[done:]])


def _exchanged(found: re.Match[str]) -> str:
    return "" if found[1] else WORDS[found[2]]


def _ruff(text: str, *arguments: str) -> str:
    ruff = Path(sys.executable).with_name("ruff")
    done = subprocess.run(
        [ruff, *arguments], input=text, capture_output=True, text=True, check=False, cwd=ROOT
    )
    if done.returncode != 0:
        raise SystemExit(f"ruff: {done.stderr or done.stdout}")
    return done.stdout


def _check(made: dict[Path, str]) -> int:
    there = {path: path.read_text("utf-8") for path in TARGET.glob("*.py")}
    stale = sorted(path for path in made.keys() | there.keys() if made.get(path) != there.get(path))
    for path in stale:
        print(f"{path.relative_to(ROOT)} is not what sdk/aio makes; run `make sync`")
    if not stale:
        print(f"sync client: {len(made)} modules, all made of sdk/aio")
    return int(bool(stale))


if __name__ == "__main__":
    sys.exit(main())
