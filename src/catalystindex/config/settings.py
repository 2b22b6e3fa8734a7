"""The effective settings: read, validated as a whole, and traceable to where each came from.

Precedence: environment ``CATALYST_SECTION__FIELD``, then a TOML file (``CATALYST_CONFIG`` or
``catalyst.toml`` in the working folder), then the defaults. An unknown key in either place is
refused with its name: a typo must never silently leave a default in force.
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from catalystindex.config.acquisition import AcquisitionSettings
from catalystindex.config.detection import DetectionSettings
from catalystindex.config.sections import (
    ClientSettings,
    EmbeddingSettings,
    JobsSettings,
    LimitsSettings,
    LoggingSettings,
    ParsingSettings,
    QueueSettings,
    RecordsSettings,
    Section,
    SecuritySettings,
    ServerSettings,
    VectorsSettings,
)
from catalystindex.config.streams import ConsumersSettings, EventsSettings, GraphSettings
from catalystindex.model.errors import ConfigurationError

PREFIX = "CATALYST_"
CONFIG_VARIABLE = "CATALYST_CONFIG"
DEFAULT_FILE = "catalyst.toml"
FOREIGN_PREFIXES = ("CATALYST_BENCH_", "CATALYST_TEST_")
"""Variables of the benchmarks and tests, which are not settings of the product."""


class Settings(BaseSettings):
    """Everything that can be set."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter="__",
        env_nested_max_split=1,
        extra="forbid",
        frozen=True,
        validate_default=True,
    )

    profile: Literal["embedded", "cluster"] = Field(
        default="embedded", description="`embedded` needs no service; `cluster` uses servers."
    )
    data_dir: Path = Field(
        default=Path("catalyst-data"), description="Folder of everything the owner stores."
    )
    server: ServerSettings = ServerSettings()
    security: SecuritySettings = SecuritySettings()
    records: RecordsSettings = RecordsSettings()
    vectors: VectorsSettings = VectorsSettings()
    embedding: EmbeddingSettings = EmbeddingSettings()
    jobs: JobsSettings = JobsSettings()
    queue: QueueSettings = QueueSettings()
    acquisition: AcquisitionSettings = AcquisitionSettings()
    limits: LimitsSettings = LimitsSettings()
    parsing: ParsingSettings = ParsingSettings()
    events: EventsSettings = EventsSettings()
    consumers: ConsumersSettings = ConsumersSettings()
    graph: GraphSettings = GraphSettings()
    detection: DetectionSettings = DetectionSettings()
    logging: LoggingSettings = LoggingSettings()
    client: ClientSettings = ClientSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Environment over file; the file arrives as the initial values."""
        del settings_cls, dotenv_settings, file_secret_settings
        return env_settings, init_settings


@dataclass(frozen=True)
class LoadedSettings:
    """Settings, and the place each dotted key was read from (absent: the default)."""

    settings: Settings
    sources: Mapping[str, str]


def known_keys() -> tuple[str, ...]:
    """Every dotted key of the settings, in the order of declaration."""
    keys: list[str] = []
    for name, info in Settings.model_fields.items():
        kind = info.annotation
        if isinstance(kind, type) and issubclass(kind, Section):
            keys += [f"{name}.{field}" for field in kind.model_fields]
        else:
            keys.append(name)
    return tuple(keys)


def load_settings(file: Path | None = None) -> LoadedSettings:
    """Read and validate the settings of this process.

    Raises `ConfigurationError`, whose context names the key and the place it was read from, for
    an unknown key, a bad value or an unreadable file.
    """
    path = _config_file(file)
    values = {} if path is None else _read_toml(path)
    sources = dict.fromkeys(_dotted(values), f"file {path}")
    variables = _settings_variables(os.environ)
    sources.update({key: f"environment {name}" for name, key in variables.items()})
    _refuse_unknown(sources)
    return LoadedSettings(_validate(values, sources), sources)


def _config_file(file: Path | None) -> Path | None:
    variable = os.environ.get(CONFIG_VARIABLE)
    named = file or (Path(variable) if variable else None)
    if named is None:
        default = Path(DEFAULT_FILE)
        return default if default.is_file() else None
    if not named.is_file():
        raise ConfigurationError(f"There is no settings file {named}.", file=str(named))
    return named


def _read_toml(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise ConfigurationError(
            f"The settings file {path} cannot be read: {error}", file=str(path)
        ) from error


def _dotted(values: Mapping[str, object]) -> list[str]:
    keys: list[str] = []
    for name, value in values.items():
        inner = [f"{name}.{field}" for field in value] if isinstance(value, dict) else []
        known_section = isinstance(value, dict) and name in Settings.model_fields
        keys += inner if inner or known_section else [name]
    return keys


def _settings_variables(environment: Mapping[str, str]) -> dict[str, str]:
    """Map each variable that claims to be a setting to its dotted key."""
    return {
        name: name[len(PREFIX) :].lower().replace("__", ".", 1)
        for name in sorted(environment)
        if name.upper().startswith(PREFIX)
        and name != CONFIG_VARIABLE
        and not name.upper().startswith(FOREIGN_PREFIXES)
    }


def _refuse_unknown(sources: Mapping[str, str]) -> None:
    known = set(known_keys())
    for key, place in sources.items():
        if key not in known:
            raise ConfigurationError(
                f"There is no setting {key!r} (from {place}).", key=key, source=place
            )


def _validate(values: dict[str, object], sources: Mapping[str, str]) -> Settings:
    try:
        return Settings(**values)  # type: ignore[arg-type]  # pydantic checks the values itself
    except SettingsError as error:  # a JSON value in the environment that is none
        detail = f"{error}: such a setting is to be written as JSON in the environment."
        raise ConfigurationError(detail[:1].upper() + detail[1:]) from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        key = ".".join(str(part) for part in first["loc"][:2])
        place = sources.get(key, "default")
        detail = f"The setting {key!r} (from {place}) is not valid: {first['msg']}."
        raise ConfigurationError(detail, key=key, source=place) from None
