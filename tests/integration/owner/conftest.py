"""Two ways to an owner, always with real parts.

``owner`` is shared by the tests of a module, each of which works in a knowledge base of its own
(``base``). Tests that stop, break or count things open their own with `running_owner`.
"""

from collections.abc import Iterator

import pytest

from catalystindex.owner.assembly import Owner
from support.documents import make_base, running_owner, settings_for


@pytest.fixture(scope="module")
def owner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Owner]:
    with running_owner(settings_for(tmp_path_factory.mktemp("data"))) as opened:
        yield opened


@pytest.fixture
def base(owner: Owner, request: pytest.FixtureRequest) -> str:
    """The id of a knowledge base for this test alone."""
    name = "".join(char if char.isalnum() else "-" for char in request.node.name.lower())
    return make_base(owner, name[-60:].strip("-"))
