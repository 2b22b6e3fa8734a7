"""Bodies of events in memory are bounded over all requests, and for each workspace."""

import asyncio

import pytest
from starlette.requests import Request
from starlette.types import Message

from catalystindex.api.intake import Intake, whole_body
from catalystindex.model.errors import EventBacklogFull, InvalidRequest
from catalystindex.security.tenants import make_tenant

ANA, BEA = make_tenant("acme", "aml", "ana"), make_tenant("bank", "aml", "bea")
CY = make_tenant("corp", "aml", "cy")


def test_there_is_room_up_to_the_bound_and_again_afterwards() -> None:
    intake = Intake(10)
    with intake.room(ANA, 5), intake.room(BEA, 5):
        with pytest.raises(EventBacklogFull) as full, intake.room(CY, 1):
            pass
        assert full.value.headers["Retry-After"] == "1"
        assert full.value.transient
    with intake.room(CY, 5):
        pass


def test_a_workspace_leaves_room_for_others() -> None:
    intake = Intake(10)
    with intake.room(ANA, 4):
        with pytest.raises(EventBacklogFull), intake.room(ANA, 2):
            pass
        with intake.room(BEA, 5):
            pass
    with intake.room(ANA, 5):
        pass


def test_one_body_alone_always_has_room() -> None:
    with Intake(10).room(ANA, 11):
        pass


def test_a_request_that_fails_gives_its_room_back() -> None:
    intake = Intake(10)
    with pytest.raises(ValueError, match="broken"), intake.room(ANA, 10):
        raise ValueError("broken")
    with intake.room(ANA, 5), intake.room(BEA, 5):
        pass


def test_a_body_that_never_ends_is_given_up() -> None:
    sent: list[Message] = [{"type": "http.request", "body": b"{", "more_body": True}]

    async def receive() -> Message:
        if sent:
            return sent.pop()
        await asyncio.Event().wait()
        raise AssertionError

    request = Request({"type": "http", "method": "POST", "headers": []}, receive)
    with pytest.raises(InvalidRequest, match="did not arrive"):
        asyncio.run(whole_body(request, 0.05))
