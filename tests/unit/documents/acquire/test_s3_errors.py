"""The words of obstore: read for what they say, and not fooled by the names of objects."""

import pytest
from obstore.exceptions import GenericError

from catalystindex.documents.acquire.s3_errors import source_error
from catalystindex.model.errors import (
    AcquisitionError,
    SourceNotConfigured,
    SourceTooSlow,
    SourceUnavailable,
)


def of(text: str) -> AcquisitionError:
    return source_error(GenericError(text), "s3://kyc/a")


@pytest.mark.parametrize(
    "asked",
    ["PUT http://169.254.169.254/latest/api/token", "GET http://169.254.170.2/v2/credentials/x",
     "POST https://sts.eu-central-1.amazonaws.com", "PUT http://[fd00:ec2::254]/latest/api/token"],
)  # fmt: skip
@pytest.mark.parametrize(
    "ended", ["HTTP error: error sending request", "Server returned non-2xx status code: 403"]
)
def test_a_machine_without_a_role_lacks_credentials(asked: str, ended: str) -> None:
    error = of(f"Generic S3 error: Error performing {asked} in 1ms - {ended}")
    assert type(error) is SourceNotConfigured
    assert "s3_access_key_id" in error.detail


@pytest.mark.parametrize(
    "key",
    ["credentials.pdf", "latest/api/token", "AssumeRole", "sts.pdf", "kind-timeout/TimedOut2"],
)
def test_the_name_of_an_object_is_not_taken_for_a_reason(key: str) -> None:
    text = f"Generic S3 error: Error performing GET https://store.example/kyc/{key} in 1ms - "
    error = of(text + "Server returned non-2xx status code: 500 Internal Server Error: oops")
    assert type(error) is SourceUnavailable
    assert error.context["http_status"] == 500
    assert type(of(text + "HTTP error: error sending request")) is SourceUnavailable


def test_a_timeout_is_too_slow() -> None:
    text = (
        "Generic S3 error: HTTP error\n\nDebug source:\nGeneric { kind: Timeout, source: TimedOut }"
    )
    assert type(of(text)) is SourceTooSlow


def test_words_that_say_nothing_are_worth_another_try() -> None:
    assert type(of("")) is SourceUnavailable
