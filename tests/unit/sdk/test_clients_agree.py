"""The two clients have the same families, methods and parameters: one is made of the other."""

import inspect

import pytest

import unasync
from catalystindex.sdk import AsyncClient, Client

FAMILIES = (
    "alerts", "audit", "dead_letters", "detectors", "documents", "events", "graph", "index", "jobs", "knowledge_bases",
    "policies",
    "streams", "workers",
)  # fmt: skip


def methods(thing: object) -> dict[str, list[str]]:
    found = inspect.getmembers(thing, inspect.isroutine)
    names = {"aclose": "close"}
    return {
        names.get(name, name): list(inspect.signature(method).parameters)
        for name, method in found
        if not name.startswith("_")
    }


def test_both_clients_have_the_same_methods() -> None:
    one, two = Client("http://x", None), AsyncClient("http://x", None)
    assert methods(one) == methods(two)
    assert set(methods(one)) >= {
        "ingest", "upload", "ingest_bulk", "upload_bulk", "search", "debug_bundle", "health",
        "ready", "close",
    }  # fmt: skip
    one.close()


@pytest.mark.parametrize("family", FAMILIES)
def test_both_clients_have_the_same_families(family: str) -> None:
    one, two = Client("http://x", None), AsyncClient("http://x", None)
    assert methods(getattr(one, family)) == methods(getattr(two, family)) != {}


def test_the_synchronous_client_is_what_the_other_makes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["unasync.py", "--check"])
    assert unasync.main() == 0, capsys.readouterr().out


def test_only_asynchronous_words_change() -> None:
    source = (
        "async def f(x: AsyncIterator[str]) -> str:\n"
        '    """Await the `AsyncClient`, async with care."""\n'
        "    async with aclosing(x) as y:\n"
        "        async for one in y:  # await it\n"
        '            await g(one, await h(f"await {one}"))\n'
        "    return (await k()).text\n"
    )
    assert unasync.without_async(source) == (
        "def f(x: Iterator[str]) -> str:\n"
        '    """Await the `Client`, with care."""\n'
        "    with closing(x) as y:\n"
        "        for one in y:  # it\n"
        '            g(one, h(f"{one}"))\n'
        "    return (k()).text\n"
    )
