"""The one place where tenants come from: a verified token, or a record that one wrote."""

from catalystindex.model.tenant import SEAL, Tenant


def make_tenant(organisation: str, workspace: str, user: str) -> Tenant:
    """Return the tenant of verified claims. Raises `ValueError` for parts that are not names."""
    return Tenant(organisation, workspace, user, seal=SEAL)


def restore_tenant(key: str, user: str) -> Tenant:
    """Return the tenant that a stored row belongs to, acting for the user who wrote the row."""
    organisation, _, workspace = key.partition("/")
    return make_tenant(organisation, workspace, user)
