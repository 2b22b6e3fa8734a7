"""Which encoder the index was built with: vectors of two models must never be compared."""

import json
from pathlib import Path

from catalystindex.embedding.base import ModelIdentity
from catalystindex.model.errors import ConfigurationError
from catalystindex.stores.disk import sync_file

MODEL_FILE = "model.json"


def check_index_model(folder: Path, model: ModelIdentity) -> None:
    """Note the encoder of a new index, and refuse an index of another one.

    Raises `ConfigurationError`: its vectors would be found near questions by accident only.
    """
    path = folder / MODEL_FILE
    own = {"name": model.name, "digest": model.digest, "dimension": model.dimension}
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        draft = folder / f"{MODEL_FILE}.new"
        draft.write_text(json.dumps(own, sort_keys=True), "utf-8")
        sync_file(draft)
        draft.replace(path)
        return
    built_with = json.loads(path.read_text("utf-8"))
    if built_with != own:
        raise ConfigurationError(
            f"The index was built with the encoder {built_with['name']!r}, and the settings choose "
            f"{model.name!r}: use the former, or ingest into a new data folder.",
            key="embedding.model_path",
        )
