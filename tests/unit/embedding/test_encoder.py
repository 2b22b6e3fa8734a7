from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from catalystindex.config.sections import EmbeddingSettings
from catalystindex.embedding.encoder import LocalEncoder, load_encoder

TEXTS = [
    "cash",
    "Seven cash deposits of 9,500 USD were made in eight days, each below the threshold.",
    "word " * 400,
    "Grüße aus Köln, 漢字 and 😀",
    "F33.1",
    "",
    "\ue000\ue001",
    "The clinic billed a visit that never took place. " * 6,
]


def test_the_packaged_model_is_what_it_says(encoder: LocalEncoder) -> None:
    identity = encoder.identity
    assert (identity.name, identity.dimension) == ("all-MiniLM-L6-v2-int8", 384)
    assert identity.max_tokens == 256
    assert len(identity.digest) == 64


def test_vectors_are_of_unit_length(encoder: LocalEncoder, fallback: LocalEncoder) -> None:
    for one in (encoder, fallback):
        vectors = one.encode(TEXTS)
        assert vectors.dtype == np.float32
        assert vectors.shape == (len(TEXTS), 384)
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


@pytest.mark.parametrize("precision", ["auto", "f32"])
def test_both_engines_agree(fallback: LocalEncoder, precision: str) -> None:
    settings = EmbeddingSettings.model_validate({"engine": "openvino", "precision": precision})
    cosines = (load_encoder(settings).encode(TEXTS) * fallback.encode(TEXTS)).sum(axis=1)
    assert cosines.min() > 0.998


def test_the_order_given_is_kept_whatever_the_lengths(encoder: LocalEncoder) -> None:
    texts = [f"{'deposit ' * (17 * n % 40)}number {n}" for n in range(40)]
    together = encoder.encode(texts)
    alone = np.vstack([encoder.encode([text]) for text in texts])
    assert (together * alone).sum(axis=1).min() > 0.998
    assert ((together @ alone.T).argmax(axis=1) == np.arange(40)).all()


def test_equal_texts_have_equal_vectors(encoder: LocalEncoder) -> None:
    vectors = encoder.encode(["cash", *TEXTS, "cash"])
    np.testing.assert_allclose(vectors[0], vectors[-1], atol=1e-3)


def test_meaning_is_near_and_the_rest_is_far(encoder: LocalEncoder) -> None:
    query, near, far = encoder.encode(
        ["paying in cash", "a customer deposits banknotes", "surgery of the left knee"]
    )
    assert query @ near > query @ far + 0.2


def test_nothing_gives_an_empty_matrix(encoder: LocalEncoder) -> None:
    assert encoder.encode([]).shape == (0, 384)


def test_text_beyond_the_limit_is_cut_off(encoder: LocalEncoder) -> None:
    full, longer = encoder.encode(["word " * 300, "word " * 300 + "surgery of the left knee"])
    np.testing.assert_allclose(full, longer, atol=1e-3)


def test_the_batch_budget_does_not_change_the_vectors() -> None:
    small = load_encoder(EmbeddingSettings(batch_tokens=256)).encode(TEXTS)
    large = load_encoder(EmbeddingSettings(batch_tokens=8192)).encode(TEXTS)
    assert (small * large).sum(axis=1).min() > 0.998


def test_threads_get_what_one_after_the_other_gets(encoder: LocalEncoder) -> None:
    tasks = [[*TEXTS[n:], *TEXTS[:n], f"task {n}"] for n in range(8)]
    serial = [encoder.encode(task) for task in tasks]
    with ThreadPoolExecutor(4) as pool:
        threaded = list(pool.map(encoder.encode, tasks))
    for own, other in zip(serial, threaded, strict=True):
        np.testing.assert_allclose(own, other, atol=1e-5)
