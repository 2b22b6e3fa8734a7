"""The effective settings as rows: value, source and meaning, with secrets masked."""

from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, SecretStr

from catalystindex.config.settings import LoadedSettings, known_keys

MASK = "********"

SettingValue = str | int | float | bool | list[str] | dict[str, str] | None


@dataclass(frozen=True)
class SettingRow:
    """One setting as it is in force."""

    key: str
    value: SettingValue
    source: str
    meaning: str


def setting_rows(loaded: LoadedSettings) -> list[SettingRow]:
    """Return every setting in the order of declaration."""
    return [_row(loaded, key) for key in known_keys()]


def _row(loaded: LoadedSettings, key: str) -> SettingRow:
    owner: BaseModel = loaded.settings
    *path, field = key.split(".")
    for part in path:
        owner = getattr(owner, part)
    meaning = type(owner).model_fields[field].description or ""
    source = loaded.sources.get(key, "default")
    return SettingRow(key, _plain(getattr(owner, field)), source, meaning)


def _plain(value: object) -> SettingValue:
    if isinstance(value, SecretStr):
        return MASK
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, tuple):
        return [str(item) for item in value]
    if isinstance(value, dict):
        return {str(key): str(value[key]) for key in sorted(value)}
    if value is None or isinstance(value, str | int | float | bool):
        return value
    raise TypeError(f"a setting of type {type(value).__name__} cannot be shown")
