"""SIGKILL while the index is rebuilt: the build goes on at the next start, nothing is missing."""

import random
import time
from pathlib import Path

from catalystindex.model.generation import Generation, GenerationState
from catalystindex.sdk import Client
from support.process import Server

KILLS = 3
SEED = 20_261_124
DOCUMENTS = 12
BASE = "rebuilt"
PATIENCE = 120.0
TEXT = "Cash was deposited below the threshold on each of the days. " * 20


def found(client: Client) -> set[str]:
    hits = client.search("cash below the threshold", knowledge_bases=[BASE], limit=100).hits
    return {hit.citation.document_id for hit in hits}


def ended(client: Client, number: int, wanted: set[str]) -> Generation:
    """Wait for the end of a build; every document must be found all the time."""
    deadline = time.monotonic() + PATIENCE
    while True:
        generation = client.index.generation(number)
        assert found(client) == wanted
        if generation.state is not GenerationState.BUILDING:
            return generation
        assert time.monotonic() < deadline, "the build did not end"
        time.sleep(0.1)


def test_a_build_that_is_killed_goes_on_and_misses_nothing(tmp_path: Path) -> None:
    moments = random.Random(SEED)
    server = Server(tmp_path / "data")
    with server.client() as client:
        client.knowledge_bases.create(BASE)
        for number in range(DOCUMENTS):
            client.ingest(BASE, f"# Memo {number}\n\n{TEXT}\n\nEnd {number}.", key=str(number))
        wanted = found(client)
        number = client.index.reindex(policy="clinical_note", knowledge_bases=[BASE]).number
    assert len(wanted) == DOCUMENTS
    for _ in range(KILLS):
        time.sleep(moments.uniform(0.1, 1.5))
        server.kill()
        server = Server(tmp_path / "data")
        with server.client() as client:
            assert found(client) == wanted
    with server.client() as client:
        built = ended(client, number, wanted)
        assert (built.state, built.documents) == (GenerationState.ACTIVE, DOCUMENTS)
        assert {document.policy for document in client.documents.all()} == {"clinical_note"}
        assert client.audit.verify().valid
    code = server.stop()
    assert code == 0, server.log()[-3000:]
