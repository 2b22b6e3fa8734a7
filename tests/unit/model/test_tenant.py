"""Tenants come from `security` alone."""

import ast
import copy
import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import catalystindex
from catalystindex.model.tenant import Tenant
from catalystindex.security.tenants import make_tenant, restore_tenant
from support.stores import ANA

SOURCES = Path(catalystindex.__file__).parent
BAD_PARTS = [
    "",
    " ",
    "a b",
    "a/b",
    "../x",
    "..",
    ".a",
    "-a",
    "@a",
    "a\n",
    "a\0",
    "ä",
    "a:b",
    "x" * 65,
]


def test_a_tenant_names_its_workspace_in_one_key() -> None:
    tenant = make_tenant("acme", "aml", "ana")
    assert (tenant.organisation, tenant.workspace, tenant.user) == ("acme", "aml", "ana")
    assert tenant.key == "acme/aml"


@pytest.mark.parametrize("seal", [None, object(), True, "SEAL"])
def test_a_tenant_cannot_be_made_without_the_seal(seal: object) -> None:
    with pytest.raises(TypeError, match="verified token"):
        Tenant("acme", "aml", "ana", seal=seal)


def test_a_tenant_cannot_be_made_from_another_one() -> None:
    """`replace` would turn one's own tenant into anyone's, without the seal."""
    with pytest.raises((TypeError, ValueError)):
        dataclasses.replace(ANA, workspace="fraud")  # type: ignore[call-arg]  # the point


def test_a_tenant_does_not_hand_its_seal_on() -> None:
    assert not hasattr(ANA, "seal")


def test_a_copy_is_the_same_tenant() -> None:
    assert copy.copy(ANA) == ANA


def test_a_tenant_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        ANA.workspace = "fraud"  # type: ignore[misc]  # that is the point


@pytest.mark.parametrize("bad", BAD_PARTS)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_parts_that_are_not_names_are_refused(bad: str, place: int) -> None:
    parts = ["acme", "aml", "ana"]
    parts[place] = bad
    with pytest.raises(ValueError, match="not a tenant part"):
        make_tenant(*parts)


@pytest.mark.parametrize("good", ["a", "0", "ana@bank.example", "A.b_c-d", "x" * 64])
def test_parts_that_are_names_are_taken(good: str) -> None:
    assert make_tenant(good, good, good).key == f"{good}/{good}"


@given(st.text(max_size=8), st.text(max_size=8))
def test_no_two_workspaces_share_a_key(left: str, right: str) -> None:
    try:
        one = make_tenant("acme", left, "ana")
        other = make_tenant("acme", right, "ana")
    except ValueError:
        return
    assert (one.key == other.key) is (left == right)


def test_two_users_of_a_workspace_share_its_key_but_are_not_equal() -> None:
    other = make_tenant(ANA.organisation, ANA.workspace, "zoe")
    assert other.key == ANA.key
    assert other != ANA


def test_a_stored_key_gives_its_tenant_back() -> None:
    assert restore_tenant(ANA.key, ANA.user) == ANA


@pytest.mark.parametrize("key", ["", "acme", "acme/", "/aml", "acme/aml/x", "acme//aml"])
def test_a_stored_key_that_is_damaged_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="not a tenant part"):
        restore_tenant(key, "ana")


def users_of_the_seal(folder: Path) -> Iterator[str]:
    """Yield each module that names SEAL, however it is imported or reached."""
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            imported = isinstance(node, ast.ImportFrom) and any(
                name.name in ("SEAL", "*") for name in node.names
            )
            reached = isinstance(node, ast.Attribute) and node.attr in ("SEAL", "seal")
            fetched = isinstance(node, ast.Constant) and node.value == "SEAL"
            if imported or reached or fetched:
                yield path.relative_to(folder).as_posix()


def test_only_security_imports_the_seal() -> None:
    users = set(users_of_the_seal(SOURCES)) - {"model/tenant.py"}
    assert users == {"security/tenants.py"}


@pytest.mark.parametrize(
    "line",
    [
        "from catalystindex.model.tenant import SEAL",
        "from catalystindex.model.tenant import SEAL as innocent",
        "from catalystindex.model.tenant import *",
        "import catalystindex.model.tenant as t; t.SEAL",
        "getattr(module, 'SEAL')",
        "mine = tenant.seal",
    ],
)
def test_the_search_for_the_seal_finds_every_way_to_it(line: str, tmp_path: Path) -> None:
    (tmp_path / "thief.py").write_text(line, "utf-8")
    assert list(users_of_the_seal(tmp_path)) == ["thief.py"]
