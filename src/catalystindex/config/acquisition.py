"""The section of the settings about fetching documents from elsewhere."""

import re
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import NoDecode

from catalystindex.config.sections import MEBIBYTE, HttpAddress, Seconds, Section, is_private

BUCKET_NAME = re.compile(r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")
"""Names of buckets, as Amazon has them for general purposes."""


class AcquisitionSettings(Section):
    """Fetching documents from elsewhere. What is not named here cannot be reached."""

    folder_roots: Annotated[tuple[Path, ...], NoDecode] = Field(
        default=(),
        description="Folders of the server that may be ingested from; separated by colons in the "
        "environment. None by default.",
    )
    allowed_networks: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="Private networks (CIDR) that may be reached all the same; separated by "
        "commas. Everything that is not public is refused otherwise.",
    )
    max_bytes: int = Field(
        default=64 * MEBIBYTE, ge=1024, le=1024 * MEBIBYTE, description="Largest document fetched."
    )
    connect_timeout: Seconds = Field(default=10, description="Seconds to reach a source.")
    read_timeout: Seconds = Field(default=30, description="Seconds a source may be silent.")
    total_timeout: Seconds = Field(default=300, description="Seconds one document may take.")
    max_redirects: int = Field(default=5, ge=0, le=20, description="Redirects followed.")
    user_agent: str = Field(
        default="CatalystIndex",
        pattern=r"^[ -~]{1,200}$",
        description="How we introduce ourselves.",
    )
    s3_endpoint: HttpAddress | None = Field(
        default=None, description="Address of an S3-compatible store; AWS if unset."
    )
    s3_region: str = Field(default="us-east-1", description="Region of the buckets.")
    s3_access_key_id: SecretStr | None = Field(
        default=None, description="Key id; the environment's or the machine's role if unset."
    )
    s3_secret_access_key: SecretStr | None = Field(default=None, description="Its secret.")
    s3_buckets: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(), description="Buckets that may be read; separated by commas. None by default."
    )
    firecrawl_url: HttpAddress = Field(
        default="https://api.firecrawl.dev", description="Firecrawl: the cloud, or one's own."
    )
    firecrawl_api_key: SecretStr | None = Field(
        default=None, description="Its key; a server of one's own may need none."
    )
    firecrawl_poll: Seconds = Field(default=2, description="Seconds between looks at a crawl.")

    @field_validator("folder_roots", mode="before")
    @classmethod
    def _split_paths(cls, value: object) -> object:
        return tuple(part for part in value.split(":") if part) if isinstance(value, str) else value

    @field_validator("allowed_networks", "s3_buckets", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return _listed(value)

    @field_validator("allowed_networks")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(str(ip_network(one)) for one in value)

    @model_validator(mode="after")
    def _credentials_are_whole(self) -> "AcquisitionSettings":
        if (self.s3_access_key_id is None) != (self.s3_secret_access_key is None):
            raise ValueError("s3_access_key_id and s3_secret_access_key are set together")
        return self

    @model_validator(mode="after")
    def _key_is_safe(self) -> "AcquisitionSettings":
        if self.firecrawl_api_key is not None and not is_private(self.firecrawl_url):
            raise ValueError("firecrawl_api_key is sent over https only: firecrawl_url is http")
        return self

    @field_validator("s3_buckets")
    @classmethod
    def _bucket_names(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        wrong = [name for name in value if not BUCKET_NAME.match(name)]
        if wrong:
            raise ValueError(f"{wrong[0]!r} is no name of a bucket")
        return value

    @field_validator("folder_roots")
    @classmethod
    def _absolute(cls, value: tuple[Path, ...]) -> tuple[Path, ...]:
        wrong = [path for path in value if not path.is_absolute()]
        if wrong:
            raise ValueError(f"{str(wrong[0])!r} is not an absolute path")
        return value


def _listed(value: object) -> object:
    if not isinstance(value, str):
        return value
    return tuple(part.strip() for part in value.split(",") if part.strip())
