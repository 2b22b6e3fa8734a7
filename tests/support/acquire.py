"""Helpers for tests of acquisition: settings that reach loopback, controls, two resolvers."""

from collections.abc import Sequence

from catalystindex.config.acquisition import AcquisitionSettings
from catalystindex.model.errors import WorkCancelled
from support.firecrawl_server import KEY

LOOPBACK = ("127.0.0.0/8",)


class Free:
    """A control that lets everything go on, and counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def check(self) -> None:
        self.asked += 1


class CalledOff(Free):
    """A control that calls the work off once it was asked ``after`` times."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self.after = after

    def check(self) -> None:
        super().check()
        if self.asked > self.after:
            raise WorkCancelled


class Names:
    """A resolver of a test: each host's answers in turn, the last one for good."""

    def __init__(self, **hosts: Sequence[Sequence[str]]) -> None:
        self.hosts = {name.replace("_", "."): list(answers) for name, answers in hosts.items()}
        self.asked: list[str] = []

    def __call__(self, host: str, port: int) -> list[str]:
        del port
        self.asked.append(host)
        answers = self.hosts.get(host)
        if not answers:
            raise OSError(f"no such host: {host}")
        return list(answers.pop(0) if len(answers) > 1 else answers[0])


def settings(**values: object) -> AcquisitionSettings:
    """Return settings that may reach loopback and wait for little."""
    given: dict[str, object] = {
        "allowed_networks": LOOPBACK,
        "connect_timeout": 2,
        "read_timeout": 2,
        "total_timeout": 5,
        "firecrawl_poll": 0.01,
        **values,
    }
    return AcquisitionSettings.model_validate(given)


def firecrawl_settings(url: str, **values: object) -> AcquisitionSettings:
    """Return settings with a Firecrawl of a test."""
    return settings(**{"firecrawl_url": url, "firecrawl_api_key": KEY, **values})


def s3_settings(url: str, *buckets: str, **values: object) -> AcquisitionSettings:
    """Return settings with an S3 of a test."""
    given: dict[str, object] = {
        "s3_endpoint": url,
        "s3_access_key_id": "test-id",
        "s3_secret_access_key": "test-secret",
        "s3_buckets": buckets,
    }
    return settings(**{**given, **values})
