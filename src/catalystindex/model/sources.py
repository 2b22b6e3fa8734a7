"""Where documents come from: inline, files and folders of the server, HTTP, S3, Firecrawl.

A source names either one document, or (`Listing`) a place that holds many: a folder, a prefix, a
site. A listing becomes documents of the same job while the job runs.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from catalystindex.model.members import few_members

MAX_PLACE = 2048
MAX_PATTERNS = 20
MAX_LISTED = 100_000

Url = Annotated[
    str,
    Field(
        max_length=MAX_PLACE,
        pattern=r"^https?://[^\s/?#@]+([/?#]\S*)?$",
        description="http or https, without credentials.",
        examples=["https://example.com/filings/10-k.html"],
    ),
]
S3Object = Annotated[
    str,
    Field(
        max_length=MAX_PLACE,
        pattern=r"^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/[^\x00]*[^\x00/]$",
        examples=["s3://kyc-files/2025/acme.pdf"],
    ),
]
S3Prefix = Annotated[
    str,
    Field(
        max_length=MAX_PLACE,
        pattern=r"^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[^\x00]*)?$",
        examples=["s3://kyc-files/2025/"],
    ),
]
ServerPath = Annotated[
    str,
    Field(
        min_length=1,
        max_length=MAX_PLACE,
        pattern=r"^[^\x00]*$",
        description="An absolute path below one of the server's `acquisition.folder_roots`.",
        examples=["/srv/cases/417"],
    ),
]
Pattern = Annotated[str, Field(min_length=1, max_length=256, examples=["**/*.pdf"])]
Patterns = Annotated[list[Pattern], Field(max_length=MAX_PATTERNS)]
Limit = Annotated[int, Field(ge=1, le=MAX_LISTED, description="Most documents taken from it.")]


class SourceModel(BaseModel):
    """What every source has: a kind, and nothing that is not named."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    _members = model_validator(mode="before")(few_members)


class InlineSource(SourceModel):
    """The document itself, as text or as base64 (RFC 4648 section 4) of its bytes."""

    kind: Literal["inline"] = "inline"
    content: str | None = Field(default=None, description="Text.")
    content_base64: str | None = Field(default=None, description="Bytes of any kind of file.")
    filename: str = Field(default="document.txt", min_length=1, max_length=255)
    media_type: str | None = Field(default=None, max_length=128)

    @model_validator(mode="after")
    def _one_of_both(self) -> "InlineSource":
        if (self.content is None) == (self.content_base64 is None):
            raise ValueError("give either `content` or `content_base64`")
        return self


class UploadSource(SourceModel):
    """A file of the form that the submission is: its place among `files`, from 0."""

    kind: Literal["upload"] = "upload"
    file: int = Field(ge=0, le=MAX_LISTED)


class PackedSource(SourceModel):
    """Bytes that came with the submission: a range of its pack. Never part of a request."""

    kind: Literal["packed"] = "packed"
    pack: str = Field(description="Key of the artifact that holds the submission's bytes.")
    offset: int = Field(ge=0)
    length: int = Field(ge=0)
    filename: str = Field(min_length=1, max_length=255)
    media_type: str | None = None


class FileSource(SourceModel):
    """A file of the server."""

    kind: Literal["file"] = "file"
    path: ServerPath


class UrlSource(SourceModel):
    """What a GET of an address answers."""

    kind: Literal["url"] = "url"
    url: Url


class S3Source(SourceModel):
    """An object of S3 or of a store that speaks its protocol."""

    kind: Literal["s3"] = "s3"
    uri: S3Object


class FirecrawlScrape(SourceModel):
    """One page as Firecrawl renders it (v2 `/scrape`), in Markdown."""

    kind: Literal["firecrawl_scrape"] = "firecrawl_scrape"
    url: Url


class FolderSource(SourceModel):
    """Every file below a folder of the server; hidden ones are left out."""

    kind: Literal["folder"] = "folder"
    path: ServerPath
    include: Patterns = Field(default_factory=list, description="Globs; every file if empty.")
    exclude: Patterns = Field(default_factory=list, description="Globs of what is left out.")
    limit: Limit = 10_000


class S3PrefixSource(SourceModel):
    """Every object below a prefix."""

    kind: Literal["s3_prefix"] = "s3_prefix"
    uri: S3Prefix
    include: Patterns = Field(default_factory=list, description="Globs; every object if empty.")
    exclude: Patterns = Field(default_factory=list, description="Globs of what is left out.")
    limit: Limit = 10_000


class FirecrawlCrawl(SourceModel):
    """A site, page by page (v2 `/crawl`); the pages come with their text."""

    kind: Literal["firecrawl_crawl"] = "firecrawl_crawl"
    url: Url
    limit: Limit = 100
    max_depth: int | None = Field(default=None, ge=0, le=50)
    include_paths: Patterns = Field(default_factory=list, description="Regular expressions.")
    exclude_paths: Patterns = Field(default_factory=list, description="Regular expressions.")


class FirecrawlMap(SourceModel):
    """The addresses of a site (v2 `/map`), each of which is then scraped."""

    kind: Literal["firecrawl_map"] = "firecrawl_map"
    url: Url
    search: str | None = Field(default=None, max_length=500)
    limit: Limit = 100


Listing = FolderSource | S3PrefixSource | FirecrawlCrawl | FirecrawlMap
LISTING_KINDS = frozenset({"folder", "s3_prefix", "firecrawl_crawl", "firecrawl_map"})

Source = Annotated[
    InlineSource
    | UploadSource
    | FileSource
    | UrlSource
    | S3Source
    | FirecrawlScrape
    | FolderSource
    | S3PrefixSource
    | FirecrawlCrawl
    | FirecrawlMap,
    Field(discriminator="kind"),
]
"""What a caller may name."""

StoredSource = Annotated[
    PackedSource
    | FileSource
    | UrlSource
    | S3Source
    | FirecrawlScrape
    | FolderSource
    | S3PrefixSource
    | FirecrawlCrawl
    | FirecrawlMap,
    Field(discriminator="kind"),
]
"""What a job records: inline content is packed when it is accepted."""


def place_of(source: SourceModel) -> str:
    """Return where a document comes from, in one line for people; its key where none is given."""
    for name in ("url", "uri", "path", "filename"):
        place = getattr(source, name, None)
        if isinstance(place, str):
            return place
    raise TypeError(f"{type(source).__name__} names no place")
