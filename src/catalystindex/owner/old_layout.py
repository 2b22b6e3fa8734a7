"""Data folders of before there were generations: their index becomes the first one."""

import json
from pathlib import Path

from catalystindex.model.encoder import EncoderRef
from catalystindex.model.errors import ConfigurationError
from catalystindex.stores.artifacts.base import ArtifactStore
from catalystindex.stores.disk import sync_folder

MODEL_FILE = "model.json"
STATE_FILE = "state.json"
FIRST = "g000001"
OLD_VECTORS = "vectors.npz"


def bring_up_to_date(folder: Path, artifacts: ArtifactStore, model: EncoderRef) -> None:
    """Move an index that lies in ``folder`` itself to where the first generation is.

    Raises `ConfigurationError` when it was built with another encoder than that of the settings,
    whose files it does not name. Every step may be cut off and is done again.
    """
    note = folder / MODEL_FILE
    if not note.exists():
        return
    built_with = json.loads(note.read_text("utf-8"))
    if built_with["digest"] != model.digest:
        raise ConfigurationError(
            f"The index was built with the encoder {built_with['name']!r}, and the settings choose "
            f"{model.name!r}: start once with the former, then `catalystctl reindex`.",
            key="embedding.model_path",
        )
    if model.vectors_artifact != OLD_VECTORS:
        _rename_vectors(artifacts, model.vectors_artifact)
    target = folder / FIRST
    target.mkdir(exist_ok=True)
    kept = (FIRST, MODEL_FILE, STATE_FILE)
    for path in sorted(path for path in folder.iterdir() if path.name not in kept):
        path.replace(target / path.name)
    if (folder / STATE_FILE).exists():
        (folder / STATE_FILE).replace(target / STATE_FILE)
    note.unlink()
    sync_folder(folder)


def _rename_vectors(artifacts: ArtifactStore, name: str) -> None:
    for key in list(artifacts.keys("")):
        prefix, _, last = key.rpartition("/")
        if last == OLD_VECTORS and not artifacts.exists(f"{prefix}/{name}"):
            artifacts.put(f"{prefix}/{name}", artifacts.get(key))
