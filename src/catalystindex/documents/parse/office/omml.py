"""Equations of office documents (OMML, ECMA-376 part 1, 22.1) as one line of text.

Without signs for fractions and powers the letters alone would say another number: ten to the
minus six is not "10-6". Written as in a formula field: ``(a+b)/c``, ``x^2``, ``x_i``.
"""

from collections.abc import Callable

from catalystindex.documents.parse.office.ooxml import MATH, WORD, Element

_LETTERS = (f"{MATH}t", f"{WORD}t")
_FUNCTION_SIGN = "\u2061"
"""An invisible sign between a function and what it is applied to."""


def equation(node: Element) -> str:
    """Return an equation, or a part of one, as a line of text."""
    if node.tag in _LETTERS:
        return (node.text or "").replace(_FUNCTION_SIGN, " ")
    known = _WRITERS.get(node.tag)
    return known(node) if known else "".join(equation(child) for child in node)


def _part(node: Element, name: str) -> str:
    found = node.find(f"{MATH}{name}")
    return equation(found) if found is not None else ""


def _group(text: str) -> str:
    """Return a part in parentheses, unless it is one word or number."""
    text = text.strip()
    return text if text.isalnum() or len(text) <= 1 else f"({text})"


def _sign(node: Element, properties: str, name: str, default: str) -> str:
    found = node.find(f"{MATH}{properties}/{MATH}{name}")
    value = found.get(f"{MATH}val") if found is not None else None
    return default if value is None else value


def _fraction(node: Element) -> str:
    return f"{_group(_part(node, 'num'))}/{_group(_part(node, 'den'))}"


def _script(node: Element) -> str:
    """Return a base with what stands above and below it."""
    below, above = _part(node, "sub"), _part(node, "sup")
    marks = (f"_{_group(below)}" if below else "") + (f"^{_group(above)}" if above else "")
    return _part(node, "e") + marks


def _radical(node: Element) -> str:
    degree = _part(node, "deg")
    return f"{degree}\u221a{_group(_part(node, 'e'))}"


def _delimited(node: Element) -> str:
    inner = _sign(node, "dPr", "sepChr", "|").join(
        equation(part) for part in node.findall(f"{MATH}e")
    )
    return _sign(node, "dPr", "begChr", "(") + inner + _sign(node, "dPr", "endChr", ")")


def _sum(node: Element) -> str:
    below, above = _part(node, "sub"), _part(node, "sup")
    sign = _sign(node, "naryPr", "chr", "\u222b")
    limits = (f"_{_group(below)}" if below else "") + (f"^{_group(above)}" if above else "")
    return f"{sign}{limits} {_part(node, 'e')}"


def _limit(node: Element) -> str:
    return f"{_part(node, 'e')}_{_group(_part(node, 'lim'))}"


def _function(node: Element) -> str:
    return f"{_part(node, 'fName').strip()} {_part(node, 'e')}"


def _matrix(node: Element) -> str:
    rows = (", ".join(map(equation, row)) for row in node.findall(f"{MATH}mr"))
    return "[" + "; ".join(rows) + "]"


def _lines(node: Element) -> str:
    return "; ".join(equation(part) for part in node.findall(f"{MATH}e"))


_WRITERS: dict[str, Callable[[Element], str]] = {
    f"{MATH}f": _fraction,
    f"{MATH}sSub": _script,
    f"{MATH}sSup": _script,
    f"{MATH}sSubSup": _script,
    f"{MATH}sPre": _script,
    f"{MATH}rad": _radical,
    f"{MATH}d": _delimited,
    f"{MATH}nary": _sum,
    f"{MATH}limLow": _limit,
    f"{MATH}limUpp": _limit,
    f"{MATH}func": _function,
    f"{MATH}m": _matrix,
    f"{MATH}eqArr": _lines,
}
