"""Bodies of events in memory are bounded over all requests."""

import pytest

from catalystindex.api.intake import Intake
from catalystindex.model.errors import EventBacklogFull


def test_there_is_room_up_to_the_bound_and_again_afterwards() -> None:
    intake = Intake(10)
    with intake.room(6), intake.room(4):
        with pytest.raises(EventBacklogFull) as full, intake.room(1):
            pass
        assert full.value.headers["Retry-After"] == "1"
        assert full.value.transient
    with intake.room(10):
        pass


def test_one_body_alone_always_has_room() -> None:
    with Intake(10).room(11):
        pass


def test_a_request_that_fails_gives_its_room_back() -> None:
    intake = Intake(10)
    with pytest.raises(ValueError, match="broken"), intake.room(10):
        raise ValueError("broken")
    with intake.room(10):
        pass
