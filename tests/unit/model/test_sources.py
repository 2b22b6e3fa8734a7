"""Sources: what their places may look like."""

import pytest
from pydantic import ValidationError

from catalystindex.model.sources import (
    FileSource,
    FirecrawlCrawl,
    FolderSource,
    S3PrefixSource,
    S3Source,
    SourceModel,
    UrlSource,
)

PLACES: list[tuple[type[SourceModel], str, list[str], list[str]]] = [
    (
        UrlSource,
        "url",
        ["https://example.com", "http://example.com:8080/a?b=c#d", "http://[::1]/"],
        ["ftp://example.com", "https://ana:pw@example.com/", "https://", "https://a b/", "x"],
    ),
    (FirecrawlCrawl, "url", ["https://example.com/"], ["file:///etc/passwd"]),
    (
        S3Source,
        "uri",
        ["s3://kyc-files/a", "s3://kyc.files/2025/ü b.pdf"],
        ["s3://kyc", "s3://kyc/", "s3://kyc/a/", "s3://KYC/a", "https://kyc/a", "s3://kyc/a\0b"],
    ),
    (
        S3PrefixSource,
        "uri",
        ["s3://kyc", "s3://kyc/", "s3://kyc/2025/", "s3://kyc/2025"],
        ["s3://k", "s3://kyc/a\0b", "kyc/2025"],
    ),
    (FileSource, "path", ["/srv/a b/ü.pdf"], ["", "/srv/a\0b", "/" * 3000]),
    (FolderSource, "path", ["/srv"], ["", "\0"]),
]


@pytest.mark.parametrize(("kind", "field", "good", "bad"), PLACES, ids=lambda one: str(one)[-30:])
def test_a_place_is_of_its_kind(
    kind: type[SourceModel], field: str, good: list[str], bad: list[str]
) -> None:
    for place in good:
        assert getattr(kind.model_validate({field: place}), field) == place
    for place in bad:
        with pytest.raises(ValidationError):
            kind.model_validate({field: place})
