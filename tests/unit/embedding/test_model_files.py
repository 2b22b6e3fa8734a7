import shutil
from pathlib import Path

import numpy as np
import pytest

from catalystindex.config.sections import EmbeddingSettings
from catalystindex.embedding.encoder import LocalEncoder, load_encoder
from catalystindex.embedding.model_files import (
    PACKAGED_MODEL,
    PACKAGED_TOKENIZER,
    ModelFiles,
    find_model,
)
from catalystindex.model.errors import DependencyMissing


@pytest.fixture(scope="module")
def packaged() -> ModelFiles:
    return find_model(EmbeddingSettings())


def custom(model: Path, tokenizer: Path, engine: str = "auto") -> EmbeddingSettings:
    return EmbeddingSettings.model_validate(
        {"model_path": model, "tokenizer_path": tokenizer, "engine": engine}
    )


def test_files_of_ones_own_are_used_under_their_name(packaged: ModelFiles, tmp_path: Path) -> None:
    model = shutil.copy(packaged.model, tmp_path / "ours.onnx")
    found = find_model(custom(Path(model), packaged.tokenizer))
    assert found.name == "ours"
    assert found.model == tmp_path / "ours.onnx"
    assert found.digest == packaged.digest, "the digest is of the content, not of the name"


def test_another_tokenizer_is_another_model(packaged: ModelFiles, tmp_path: Path) -> None:
    tokenizer = tmp_path / "tokenizer.json"
    tokenizer.write_bytes(packaged.tokenizer.read_bytes() + b"\n")
    assert find_model(custom(packaged.model, tokenizer)).digest != packaged.digest


def test_files_of_ones_own_give_the_same_vectors(
    packaged: ModelFiles, encoder: LocalEncoder
) -> None:
    own = load_encoder(custom(packaged.model, packaged.tokenizer))
    np.testing.assert_allclose(own.encode(["cash"]), encoder.encode(["cash"]), atol=1e-5)


def test_a_file_that_is_not_there_is_named(packaged: ModelFiles, tmp_path: Path) -> None:
    missing = tmp_path / "nothing.onnx"
    with pytest.raises(DependencyMissing, match=r"nothing\.onnx"):
        find_model(custom(missing, packaged.tokenizer))


@pytest.mark.parametrize("which", [PACKAGED_MODEL, PACKAGED_TOKENIZER], ids=["model", "tokenizer"])
def test_a_packaged_file_that_is_not_the_pinned_one_is_refused(
    which: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package, file = which
    (tmp_path / package / file).parent.mkdir(parents=True)
    (tmp_path / package / "__init__.py").touch()
    (tmp_path / package / file).write_bytes(b"something else")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(DependencyMissing, match="is not the pinned file") as refused:
        find_model(EmbeddingSettings())
    assert refused.value.context["file"] == Path(file).name


@pytest.mark.parametrize("engine", ["auto", "openvino", "onnxruntime"])
def test_a_model_that_no_engine_can_load_is_refused(
    packaged: ModelFiles, tmp_path: Path, engine: str
) -> None:
    model = tmp_path / "broken.onnx"
    model.write_bytes(b"not a model")
    with pytest.raises(DependencyMissing):
        load_encoder(custom(model, packaged.tokenizer, engine))


def test_a_tokenizer_that_cannot_be_read_is_refused(packaged: ModelFiles, tmp_path: Path) -> None:
    tokenizer = tmp_path / "tokenizer.json"
    tokenizer.write_text("{")
    with pytest.raises(DependencyMissing):
        load_encoder(custom(packaged.model, tokenizer))


@pytest.mark.parametrize(
    ("engine", "expected"),
    [("auto", "openvino"), ("openvino", "openvino"), ("onnxruntime", "onnxruntime")],
)
def test_the_engine_is_the_one_asked_for(engine: str, expected: str) -> None:
    settings = EmbeddingSettings.model_validate({"engine": engine, "threads": 1})
    encoder = load_encoder(settings)
    assert encoder.engine == expected
    assert encoder.encode(["cash"]).shape == (1, 384)
