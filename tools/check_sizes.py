"""Fail on functions over 60 lines, modules over 400, and public functions without types.

What ruff and complexipy do not measure. A function's lines are counted from ``def`` to its end,
docstring included.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
PRODUCT = ("src", "tools", "benchmarks")
MAX_FUNCTION_LINES = 60
MAX_MODULE_LINES = 400
IMPLICIT = ("self", "cls")

Function = ast.FunctionDef | ast.AsyncFunctionDef


def main() -> int:
    """Print every finding; return 1 if there is one."""
    findings = [
        finding
        for folder in PRODUCT
        for path in sorted((ROOT / folder).rglob("*.py"))
        for finding in check_module(path)
    ]
    print("\n".join(findings) or "sizes: every function and module is within its bound")
    return 1 if findings else 0


def check_module(path: Path) -> Iterator[str]:
    """Yield what is wrong with one module."""
    text = path.read_text("utf-8")
    name = path.relative_to(ROOT)
    lines = text.count("\n")
    if lines > MAX_MODULE_LINES:
        yield f"{name}: {lines} lines; the bound is {MAX_MODULE_LINES}"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, Function):
            yield from (f"{name}:{node.lineno}: {node.name} {what}" for what in _wrong(node))


def _wrong(function: Function) -> Iterator[str]:
    length = (function.end_lineno or function.lineno) - function.lineno + 1
    if length > MAX_FUNCTION_LINES:
        yield f"has {length} lines; the bound is {MAX_FUNCTION_LINES}"
    if function.name.startswith("_"):
        return
    arguments = function.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    untyped = [one.arg for one in every if one.annotation is None and one.arg not in IMPLICIT]
    if untyped or function.returns is None:
        yield f"is public and lacks types: {', '.join(untyped) or 'its result'}"


if __name__ == "__main__":
    sys.exit(main())
