"""Feed every parser mutated documents, and say what came out that should not have.

    python tools/fuzz_parsers.py [--seconds N] [--seed S] [KIND ...]

The seeds are the made documents of the golden set and, where they are, the shared real documents.
Each batch runs in a process of its own with bounded memory, so that a native crash is seen and told
apart. Anything but a document or a typed `DocumentError`, and any input over `SLOW` seconds, is a
finding: its mutated bytes are kept, and the exit code is 1.
"""

import argparse
import random
import resource
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests")]

from catalystindex.config.sections import ParsingSettings  # noqa: E402
from catalystindex.documents.parse.builtin import load_registry  # noqa: E402
from catalystindex.documents.parse.context import ParseContext  # noqa: E402
from catalystindex.documents.parse.media import detect_media_type  # noqa: E402
from catalystindex.model.errors import DocumentError  # noqa: E402
from support.expectations import real_documents  # noqa: E402
from support.golden_documents import MADE  # noqa: E402

BATCH = 100
SLOW = 20.0
MEMORY = 6 << 30
MAX_SEED_BYTES = 800_000


def seeds() -> dict[str, list[bytes]]:
    """Return the documents of each kind."""
    found: dict[str, list[bytes]] = defaultdict(list)
    named = [(name, made.data) for name, made in MADE.items()]
    folder = real_documents()
    real = sorted(folder.rglob("*.*")) if folder else []
    named += [(path.name, path.read_bytes()) for path in real]
    for name, data in named:
        if len(data) <= MAX_SEED_BYTES:
            try:
                found[detect_media_type(data, name, None)].append(data)
            except DocumentError:
                continue
    return dict(sorted(found.items()))


def mutated(data: bytes, chance: random.Random) -> bytes:
    """Return a document with a few bytes changed, cut, doubled, moved or put in."""
    result = bytearray(data)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(max(len(result), 1))
        length = min(chance.choice((1, 4, 32, 500)), len(result) - at)
        what = chance.randrange(6)
        if what == 0:
            result[at : at + 1] = bytes([chance.randrange(256)])
        elif what == 1:
            del result[at : at + length]
        elif what == 2:
            result[at:at] = result[at : at + length]
        elif what == 3:
            result[at : at + length] = chance.randbytes(length)
        elif what == 4:
            other = chance.randrange(max(len(result), 1))
            result[other:other] = result[at : at + length]
        elif chance.random() < 0.3:
            del result[at:]
    return bytes(result)


def batch(pipe: Connection, media_type: str, data: list[bytes], seed: int) -> None:
    """Parse a batch, telling of each input before it is parsed and what came of it."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    registry, chance = load_registry(ParsingSettings()), random.Random(seed)  # noqa: S311
    for _ in range(BATCH):
        document = mutated(chance.choice(data), chance)
        pipe.send(("try", document))
        started = time.monotonic()
        verdict = ""
        try:
            registry.parse(document, media_type, ParseContext())
        except DocumentError:
            pass
        except BaseException as error:  # noqa: BLE001  # that is what is looked for
            verdict = f"{type(error).__name__}: {error}"[:200]
        seconds = time.monotonic() - started
        if not verdict and seconds > SLOW:
            verdict = f"took {seconds:.1f} s"
        pipe.send(("done", verdict))
    pipe.send(("end", ""))


def verdicts(media_type: str, data: list[bytes], seed: int) -> Iterator[tuple[bytes, str]]:
    """Run one batch in a process of its own; yield each input with what was wrong, if anything."""
    ours, theirs = get_context("spawn").Pipe()
    process = get_context("spawn").Process(target=batch, args=(theirs, media_type, data, seed))
    process.start()
    theirs.close()
    last = b""
    while True:
        try:
            if not ours.poll(3 * SLOW):
                yield last, "hung"
                break
            what, value = ours.recv()
        except EOFError:
            process.join()
            yield last, f"the process ended with {process.exitcode}"
            break
        if what == "end":
            break
        if what == "try":
            last = value
        else:
            yield last, value
    process.kill()
    process.join()


def run(media_type: str, data: list[bytes], seed: int, keep: Path) -> tuple[int, list[str]]:
    """Run one batch; return how many inputs were parsed, and the findings."""
    count, findings = 0, list[str]()
    for count, (document, verdict) in enumerate(verdicts(media_type, data, seed), start=1):
        if verdict:
            place = keep / f"{media_type.replace('/', '_')}-{seed}-{count}.bin"
            place.write_bytes(document)
            findings.append(f"{media_type} seed {seed}: {verdict} ({place})")
    return count, findings


def main() -> int:
    """Share the seconds among the kinds; return the exit code."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("kinds", nargs="*", help="media types; all by default")
    options.add_argument("--seconds", type=float, default=600)
    options.add_argument("--seed", type=int, default=1)
    asked = options.parse_args()
    keep = Path(tempfile.mkdtemp(prefix="catalyst-fuzz-"))
    chosen = {k: v for k, v in seeds().items() if not asked.kinds or k in asked.kinds}
    findings: list[str] = []
    for media_type, data in chosen.items():
        ends = time.monotonic() + asked.seconds / len(chosen)
        total, seed = 0, asked.seed
        while time.monotonic() < ends:
            count, found = run(media_type, data, seed, keep)
            total, seed = total + count, seed + 1
            findings += found
        print(f"{media_type}: {total} inputs", flush=True)
    print("\n".join(findings) or "only documents and typed errors came out")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
