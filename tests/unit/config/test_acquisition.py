"""Settings of acquisition: what contradicts itself is refused before anything starts."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from catalystindex.config.acquisition import AcquisitionSettings


def made(**values: object) -> AcquisitionSettings:
    return AcquisitionSettings.model_validate(values)


def test_by_default_nothing_on_the_server_or_its_networks_can_be_reached() -> None:
    given = made()
    assert [*given.folder_roots, *given.allowed_networks, *given.s3_buckets] == []
    assert given.firecrawl_api_key is given.s3_access_key_id is None


def test_lists_are_written_in_one_line() -> None:
    given = made(folder_roots="/srv/a:/srv/b", allowed_networks="10.0.0.0/8, fd00::/8,",
                 s3_buckets="kyc, kyc-2")  # fmt: skip
    assert given.folder_roots == (Path("/srv/a"), Path("/srv/b"))
    assert given.allowed_networks == ("10.0.0.0/8", "fd00::/8")
    assert given.s3_buckets == ("kyc", "kyc-2")


@pytest.mark.parametrize(
    "values",
    [
        {"folder_roots": "srv/a"},
        {"folder_roots": ("/srv", "cases")},
        {"allowed_networks": "10.0.0.1/8"},
        {"allowed_networks": "intranet"},
        {"s3_buckets": "KYC"},
        {"s3_buckets": "kyc/2025"},
        {"s3_access_key_id": "id"},
        {"s3_secret_access_key": "secret"},
        {"s3_endpoint": "https://id:secret@store.example"},
        {"firecrawl_url": "https://user:pw@crawl.example"},
        {"firecrawl_url": "http://crawl.example", "firecrawl_api_key": "fc-key"},
        {"user_agent": "one\r\ntwo"},
        {"max_bytes": 10},
        {"max_redirects": -1},
        {"read_timeout": 0},
    ],
)
def test_what_cannot_work_is_refused(values: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        made(**values)


@pytest.mark.parametrize("url", ["https://crawl.example", "http://localhost:3002"])
def test_a_key_is_sent_where_nobody_can_read_it(url: str) -> None:
    assert made(firecrawl_url=url, firecrawl_api_key="fc-key").firecrawl_api_key


def test_secrets_are_not_shown() -> None:
    given = made(
        s3_access_key_id="an-id", s3_secret_access_key="a-secret", firecrawl_api_key="fc-k"
    )
    assert not {"an-id", "a-secret", "fc-k"} & set(repr(given).replace("'", " ").split())
