"""The use cases around policies: list, show, check, put, delete, and resolve for a document."""

from difflib import get_close_matches

from sqlalchemy import Connection

from catalystindex.audit.chain import action, timestamp
from catalystindex.documents.chunk.policy import (
    DEFAULT_POLICY,
    ChunkPolicy,
    builtin_policies,
    resolve_policy,
)
from catalystindex.documents.chunk.policy_file import read_policy
from catalystindex.documents.chunk.spec import Policy
from catalystindex.model.errors import InvalidPolicy, PolicyNotFound, PolicyReserved
from catalystindex.model.policy import PolicyInfo
from catalystindex.model.tenant import Tenant
from catalystindex.stores.records import policies as records_of_policies
from catalystindex.stores.records.engine import Records
from catalystindex.stores.records.policies import StoredPolicy

MAX_POLICIES = 200
"""Of one workspace."""


class Policies:
    """The policies of the product, and those of each workspace, seen by its own tenant only."""

    def __init__(self, records: Records, encoder_tokens: int) -> None:
        self._records, self._encoder_tokens = records, encoder_tokens

    def all(self, tenant: Tenant) -> list[PolicyInfo]:
        """Return every policy that may be named: the product's, then the workspace's."""
        with self._records.read() as connection:
            own = records_of_policies.every(connection, tenant)
        return [*map(_of_product, builtin_policies().values()), *map(_of_workspace, own)]

    def get(self, tenant: Tenant, name: str) -> PolicyInfo:
        """Return one. Raises `PolicyNotFound`, which says what is near."""
        if name in builtin_policies():
            return _of_product(builtin_policies()[name])
        with self._records.read() as connection:
            return _of_workspace(_find(connection, tenant, name))

    def check(self, data: bytes) -> PolicyInfo:
        """Return the policy in a YAML or JSON text, stored nowhere. Raises `InvalidPolicy`."""
        return _shown(read_policy(data, "policy"))

    def put(self, tenant: Tenant, name: str, data: bytes) -> PolicyInfo:
        """Store a policy as the next revision of its name; what is there already stays as it is.

        Raises `InvalidPolicy`, and `PolicyReserved` for a name of the product.
        """
        _refuse_reserved(name)
        policy = read_policy(data, "policy")
        if policy.name != name:
            raise InvalidPolicy(
                f"policy: name: it says {policy.name!r}, and is put as {name[:64]!r}.", field="name"
            )
        with self._records.read() as connection:
            known = records_of_policies.find(connection, tenant, name)
            if known is not None and _same(Policy.model_validate(known.body), policy):
                return _of_workspace(known)
        done = action("policy.put", name)
        with self._records.change(tenant, done) as connection:
            return _of_workspace(self._add(connection, tenant, policy))

    def _add(self, connection: Connection, tenant: Tenant, policy: Policy) -> StoredPolicy:
        known = records_of_policies.find(connection, tenant, policy.name)
        if known is None and len(records_of_policies.every(connection, tenant)) >= MAX_POLICIES:
            raise InvalidPolicy(f"A workspace has at most {MAX_POLICIES} policies.")
        revision = 1 if known is None else known.revision + 1
        body = policy.model_copy(update={"revision": revision}).model_dump(mode="json")
        at = timestamp(self._records.clock.now())
        return records_of_policies.add(connection, tenant, policy.name, body, at)

    def delete(self, tenant: Tenant, name: str) -> None:
        """Delete one with all its revisions; documents cut by it stay as they are.

        Raises `PolicyNotFound`, and `PolicyReserved` for a policy of the product.
        """
        _refuse_reserved(name)
        with self._records.change(tenant, action("policy.delete", name)) as connection:
            _find(connection, tenant, name)
            records_of_policies.remove(connection, tenant, name)

    def resolve(self, tenant: Tenant, name: str | None) -> ChunkPolicy:
        """Return the policy of this name (`default` without one) for the encoder in use.

        Raises `PolicyNotFound`.
        """
        body = self.get(tenant, name or DEFAULT_POLICY).body
        return resolve_policy(Policy.model_validate(body), self._encoder_tokens)


def _find(connection: Connection, tenant: Tenant, name: str) -> StoredPolicy:
    found = records_of_policies.find(connection, tenant, name)
    if found is None:
        own = [stored.name for stored in records_of_policies.every(connection, tenant)]
        known = [*builtin_policies(), *own]
        near = get_close_matches(name[:64], known, n=3)
        hint = f" Near: {', '.join(near)}." if near else f" Known: {', '.join(known[:20])}."
        raise PolicyNotFound(f"There is no policy {name[:64]!r}.{hint}", policy=name[:64])
    return found


def _refuse_reserved(name: str) -> None:
    if name in builtin_policies():
        raise PolicyReserved(
            f"{name!r} comes with the product: give yours another name.", policy=name
        )


def _same(one: Policy, other: Policy) -> bool:
    """Tell whether two differ in nothing but the revision, which the store counts."""
    return one.model_copy(update={"revision": 1}) == other.model_copy(update={"revision": 1})


def _shown(policy: Policy, *, builtin: bool = False) -> PolicyInfo:
    return PolicyInfo(
        name=policy.name,
        revision=policy.revision,
        builtin=builtin,
        description=policy.description,
        body=policy.model_dump(mode="json"),
    )


def _of_product(policy: Policy) -> PolicyInfo:
    return _shown(policy, builtin=True)


def _of_workspace(stored: StoredPolicy) -> PolicyInfo:
    shown = _shown(Policy.model_validate(stored.body))
    made = {"created_by": stored.created_by, "created_at": stored.created_at}
    return PolicyInfo.model_validate({**shown.model_dump(), **made})
