"""The sections of the settings: every tunable with its type, default and meaning."""

from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator
from pydantic_settings import NoDecode

Seconds = Annotated[float, Field(gt=0, le=86_400)]
MEBIBYTE = 1024 * 1024

ALLOWED_ALGORITHMS = ("Ed25519", "ES256", "RS256", "PS256")
"""Asymmetric signatures only: a verifier that holds no signing secret cannot leak one."""


POSTGRESQL = ("postgresql://", "postgres://", "postgresql+psycopg://")
"""How the URL of a PostgreSQL database begins."""

REDIS = ("redis://", "rediss://", "unix://")
"""How the URL of a Redis or Valkey begins."""

HttpAddress = Annotated[str, Field(pattern=r"^https?://[^/@\s]+(/[^@\s]*)?$")]
"""An address without credentials: those belong in a secret setting."""


class Section(BaseModel):
    """A group of settings; unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)


class ServerSettings(Section):
    """The HTTP edge."""

    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: int = Field(default=8080, ge=0, le=65535, description="TCP port; 0 picks a free one.")
    public_url: str | None = Field(default=None, description="URL clients use, if proxied.")
    shutdown_grace: Seconds = Field(default=10, description="Seconds to finish open requests.")


class SecuritySettings(Section):
    """Who may call: access tokens (JWT, RFC 7519 and RFC 9068)."""

    issuer: str = Field(default="catalystindex", description="Accepted and issued `iss`.")
    audience: str = Field(default="catalystindex-api", description="Accepted and issued `aud`.")
    algorithms: Annotated[tuple[str, ...], NoDecode] = Field(
        default=("Ed25519",),
        min_length=1,
        description="Accepted signature algorithms; separated by commas in the environment.",
    )
    key_file: Path | None = Field(
        default=None, description="JWK signing key, mode 0600; made in the data folder if unset."
    )
    token_ttl: Seconds = Field(default=3600, description="Lifetime of a new token, seconds.")
    leeway: float = Field(default=30, ge=0, le=300, description="Clock skew allowed, seconds.")

    @field_validator("algorithms", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",")) if isinstance(value, str) else value

    @field_validator("algorithms")
    @classmethod
    def _known_algorithms(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        unknown = [name for name in value if name not in ALLOWED_ALGORITHMS]
        if unknown:
            raise ValueError(f"{unknown[0]!r} is not one of {', '.join(ALLOWED_ALGORITHMS)}")
        return value


class RecordsSettings(Section):
    """Where tenants, documents, chunk text and audit live."""

    url: SecretStr | None = Field(
        default=None,
        description="`postgresql://user:password@host:port/database`; SQLite in the data folder "
        "if unset.",
    )
    busy_timeout: Seconds = Field(default=30, description="Seconds to wait for the write lock.")
    connections: int = Field(
        default=16, ge=2, le=500, description="Most connections to PostgreSQL, beside the owner's."
    )
    connect_timeout: Seconds = Field(
        default=10, description="Seconds to wait for a connection to PostgreSQL."
    )
    statement_timeout: Seconds = Field(
        default=120, description="Seconds one statement may take on PostgreSQL."
    )

    @field_validator("url")
    @classmethod
    def _known_scheme(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not value.get_secret_value().startswith(POSTGRESQL):
            raise ValueError("it is to start with postgresql://")
        return value


class VectorsSettings(Section):
    """Where chunks are found by meaning and by words."""

    url: HttpAddress | None = Field(
        default=None,
        description="Qdrant URL, port 6333 unless it names one; embedded Edge if unset.",
    )
    api_key: SecretStr | None = Field(
        default=None, description="Key or JWT of the Qdrant server; sent over https only."
    )
    ca_file: Path | None = Field(
        default=None,
        description="Certificates (PEM) that sign the server's; the system's if unset.",
    )
    timeout: int = Field(
        default=10, ge=1, le=600, description="Seconds to wait for one answer of the server."
    )
    collection_prefix: str = Field(
        default="catalystindex-",
        pattern=r"^[A-Za-z0-9_-]{1,64}$",
        description="Each index generation is a collection of this name and its id.",
    )
    shard_number: int = Field(
        default=1,
        ge=1,
        le=256,
        description="Shards of a new collection, or of a tenant's own shard key.",
    )
    replication_factor: int = Field(
        default=1, ge=1, le=16, description="Copies of every shard of a new collection."
    )
    write_consistency: int = Field(
        default=1, ge=1, le=16, description="Copies that must have a write before it is confirmed."
    )
    quantisation: Literal["none", "scalar"] = Field(
        default="none",
        description="`scalar` searches int8 vectors in memory and scores by the float32 ones.",
    )
    on_disk: bool = Field(
        default=False, description="Float32 vectors, term lists and payload indexes on disk."
    )
    tenant_shards: bool = Field(
        default=False,
        description="Shards by tenant: a large one can then be given a shard of its own.",
    )
    rebuild_after: int = Field(
        default=20_000, ge=100, description="Fresh points that start a new index generation."
    )

    @model_validator(mode="after")
    def _consistent(self) -> "VectorsSettings":
        if self.write_consistency > self.replication_factor:
            raise ValueError("write_consistency is larger than replication_factor")
        if self.api_key is not None and self.url is not None and not is_private(self.url):
            raise ValueError("api_key would cross the network unencrypted; url needs https")
        return self


def is_private(url: str) -> bool:
    """Return whether nobody on the way can read what is sent there."""
    address = urlsplit(url)
    return address.scheme == "https" or address.hostname in ("localhost", "127.0.0.1", "::1")


class EmbeddingSettings(Section):
    """Text to vectors."""

    engine: Literal["auto", "openvino", "onnxruntime"] = Field(
        default="auto", description="`auto` is OpenVINO, or onnxruntime where that cannot load."
    )
    model_path: Path | None = Field(
        default=None, description="An ONNX sentence encoder; the packaged MiniLM if unset."
    )
    tokenizer_path: Path | None = Field(
        default=None, description="Its `tokenizer.json`; needed together with `model_path`."
    )
    max_tokens: int = Field(
        default=256, ge=32, le=8192, description="Longest text the encoder reads, in tokens."
    )
    precision: Literal["auto", "f32"] = Field(
        default="auto", description="`auto` computes in bfloat16 where the processor does."
    )
    batch_tokens: int = Field(
        default=1024, ge=256, le=65_536, description="Padded tokens in one batch."
    )
    threads: int = Field(default=0, ge=0, le=256, description="0 leaves it to the engine.")
    cache_entries: int = Field(
        default=200_000, ge=0, description="Vectors kept per workspace; 0 turns the cache off."
    )


class JobsSettings(Section):
    """Background work: compute workers, attempts, leases, how much may wait."""

    workers: int = Field(
        default=2, ge=0, le=64, description="Compute workers that the server supervises."
    )
    acquirers: int = Field(
        default=8, ge=1, le=64, description="Threads that fetch documents from their sources."
    )
    task_timeout: Seconds = Field(
        default=300, description="Seconds without a sign of life until a worker is ended."
    )
    max_attempts: int = Field(
        default=5, ge=1, le=20, description="Runs of one stage before a document is given up."
    )
    backoff: Seconds = Field(default=1, description="Seconds before the first retry; doubles.")
    max_backoff: Seconds = Field(default=300, description="Longest wait between retries.")
    lease: float = Field(
        default=10, ge=2, le=600, description="Seconds a worker elsewhere may be silent."
    )
    synchronous: bool = Field(
        default=False,
        description="Ingest requests wait for their document unless they say otherwise.",
    )
    request_wait: Seconds = Field(default=120, description="Seconds a request that waits does so.")
    max_waiting: int = Field(
        default=200_000, ge=1, description="Documents that may be unfinished, in all workspaces."
    )
    keep_days: int = Field(
        default=90, ge=1, le=36_500, description="Days that jobs are kept after they ended well."
    )
    keep_failed_days: int = Field(
        default=365,
        ge=1,
        le=36_500,
        description="Days that jobs with dead letters are kept after they ended.",
    )
    max_waiting_per_workspace: int = Field(
        default=100_000, ge=1, description="Documents that may be unfinished, in one workspace."
    )


class QueueSettings(Section):
    """Wake-up calls for workers. The records say what there is to do."""

    url: SecretStr | None = Field(
        default=None,
        description="`redis://`, `rediss://` or `unix://` address of Redis or Valkey; a Valkey of "
        "the server's own if unset.",
    )
    name: str = Field(
        default="catalystindex",
        pattern=r"^[A-Za-z0-9_-]{1,64}$",
        description="Prefix of the queues, where several installations share one server.",
    )
    timeout: Seconds = Field(default=3, description="Seconds to wait for one answer.")

    @field_validator("url")
    @classmethod
    def _known_scheme(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not value.get_secret_value().startswith(REDIS):
            raise ValueError(f"it is to start with one of {', '.join(REDIS)}")
        return value


class LimitsSettings(Section):
    """What one request or document may cost."""

    max_body_bytes: int = Field(
        default=64 * MEBIBYTE, ge=1024, le=4096 * MEBIBYTE, description="Largest request body."
    )
    max_pages: int = Field(default=5_000, ge=1, description="Most pages in a document.")
    max_text_chars: int = Field(
        default=20_000_000, ge=1000, description="Most characters of parsed text."
    )
    max_unpacked_bytes: int = Field(
        default=256 * MEBIBYTE, ge=MEBIBYTE, description="Most bytes an archive may unpack to."
    )
    max_expansion: int = Field(
        default=200,
        ge=10,
        description="Most bytes an archive may unpack to per byte it takes, beyond 16 MiB.",
    )
    max_archive_entries: int = Field(
        default=20_000, ge=10, description="Most files in an archive (DOCX, XLSX, EPUB)."
    )
    max_nesting: int = Field(
        default=5, ge=0, le=50, description="Messages and files inside one another."
    )
    max_attachments: int = Field(
        default=200, ge=0, description="Files that one message may carry, at all depths together."
    )
    max_image_pixels: int = Field(
        default=120_000_000, ge=10_000, description="Most pixels of one picture or frame."
    )
    max_ocr_pages: int = Field(
        default=500, ge=0, description="Most pages of one document that are read as pictures."
    )
    max_parse_seconds: Seconds = Field(
        default=3_600, description="Seconds that reading one document may take in all."
    )
    max_worker_bytes: int = Field(
        default=6144 * MEBIBYTE,
        ge=1024 * MEBIBYTE,
        description="Address space of a compute worker; the encoder takes about 2 GiB of it, "
        "recognition of a page about 2 GiB.",
    )


class ParsingSettings(Section):
    """How documents are read."""

    ocr: Literal["auto", "figures", "never"] = Field(
        default="auto",
        description="`auto` recognises pages and pictures that stand for text; `figures` also "
        "pictures beside text, which takes seconds for each; with `never` pages without text are "
        "marked `no_text`.",
    )
    ocr_threads: int = Field(
        default=0, ge=0, le=64, description="Threads of one recognition; 0 is one per processor."
    )
    macros: Literal["refuse", "ignore"] = Field(
        default="refuse",
        description="Office documents with macros: refused, or read without them (never run).",
    )
    parsers: dict[str, str] = Field(
        default_factory=dict,
        description="Media type to parser, where the one of highest priority is not wanted; a "
        "JSON object in the environment.",
    )


class LoggingSettings(Section):
    """Log lines on standard error."""

    level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Least serious lines that are written."
    )
    format: Literal["json", "console"] = Field(
        default="json", description="`json` for machines, `console` for people."
    )


class ClientSettings(Section):
    """The CLI as a client."""

    url: HttpAddress | None = Field(
        default=None, description="Server to talk to, wherever it runs; no password in it."
    )
    token: SecretStr | None = Field(default=None, description="Access token for that server.")
    organisation: str = Field(default="local", description="Used with a data folder of one's own.")
    workspace: str = Field(default="default", description="Used with a data folder of one's own.")
    timeout: Seconds = Field(default=180, description="Seconds to wait for an answer.")
