"""The description is served, to whoever asks, where the version is."""

import httpx

from catalystindex.api.app import routed_app


def test_the_description_is_served_under_the_version(nobody: httpx.Client) -> None:
    response = nobody.get("/v1/openapi.json")
    assert response.status_code == 200
    assert response.json() == routed_app().openapi()
