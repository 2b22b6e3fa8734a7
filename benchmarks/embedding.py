"""Embedding against a plain loop, paired in one run on SciFact texts.

The plain loop: onnxruntime with a default session, texts cut at 256 tokens, batches of 32 in the
order given, padded to the longest of the batch. Ours: the product's encoder with its defaults.
Both run the same model. They take turns, so that the machine's moods touch both.
"""

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from statistics import median

import numpy as np
import onnxruntime

from benchmarks.data import VARIABLE, beir_texts, find_data
from catalystindex.config.sections import EmbeddingSettings
from catalystindex.embedding.base import FloatMatrix
from catalystindex.embedding.batching import mean_pool
from catalystindex.embedding.encoder import load_encoder
from catalystindex.embedding.model_files import find_model
from catalystindex.embedding.tokens import ModelTokenizer

PLAIN_BATCH = 32
LEAST_RATIO = 2.5
LEAST_COSINE = 0.99

Encode = Callable[[Sequence[str]], FloatMatrix]


def main() -> int:
    """Measure and print; return 1 below a bar, 2 without data."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=512, help="SciFact documents (default 512)")
    parser.add_argument("--rounds", type=int, default=3, help="timed rounds (default 3)")
    options = parser.parse_args()
    data = find_data()
    if data is None:
        print(f"No real data: set {VARIABLE} to a folder that holds retrieval/scifact.")
        return 2
    texts = beir_texts(data / "retrieval" / "scifact", options.texts)
    return _report(texts, options.rounds)


def _report(texts: list[str], rounds: int) -> int:
    settings = EmbeddingSettings()
    encoder, plain = load_encoder(settings), plain_loop(settings)
    reference, ours = plain(texts), encoder.encode(texts)
    cosine = float(np.einsum("td,td->t", reference, ours).min())
    pairs = [(seconds(plain, texts), seconds(encoder.encode, texts)) for _ in range(rounds)]
    ratios = sorted(slow / fast for slow, fast in pairs)
    middle = median(ratios)
    print(f"texts               {len(texts)}")
    print(f"engine              {encoder.engine}, {encoder.identity.name}")
    print(f"plain loop          {median(slow for slow, _ in pairs):.2f} s")
    print(f"product             {median(fast for _, fast in pairs):.2f} s")
    print(f"ratio               {middle:.2f} (min {ratios[0]:.2f}, max {ratios[-1]:.2f})")
    print(f"minimum cosine      {cosine:.5f}")
    passed = middle >= LEAST_RATIO and cosine >= LEAST_COSINE
    print(
        f"bar                 ratio >= {LEAST_RATIO}, cosine >= {LEAST_COSINE}: "
        f"{'passed' if passed else 'NOT passed'}"
    )
    return 0 if passed else 1


def plain_loop(settings: EmbeddingSettings) -> Encode:
    """Return what one would write first."""
    files = find_model(settings)
    tokenizer = ModelTokenizer(files.tokenizer, files.max_tokens)
    session = onnxruntime.InferenceSession(str(files.model))

    def encode(texts: Sequence[str]) -> FloatMatrix:
        parts: list[FloatMatrix] = []
        for start in range(0, len(texts), PLAIN_BATCH):
            tokens = tokenizer.ids(texts[start : start + PLAIN_BATCH])
            length = max(len(ids) for ids in tokens)
            ids = np.array([own + [0] * (length - len(own)) for own in tokens], np.int64)
            mask = np.array([[1] * len(own) + [0] * (length - len(own)) for own in tokens])
            feed = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
            parts.append(mean_pool(session.run(None, feed)[0], mask))
        return np.concatenate(parts)

    return encode


def seconds(encode: Encode, texts: Sequence[str]) -> float:
    """Return how long one run takes."""
    began = time.perf_counter()
    encode(texts)
    return time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(main())
