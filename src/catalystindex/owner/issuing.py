"""Issuing a token from the command line: signed with the folder's key, entered in the audit log."""

import os
from datetime import timedelta

from catalystindex.audit.chain import action
from catalystindex.config.settings import Settings
from catalystindex.model.clock import SystemClock
from catalystindex.model.errors import InvalidRequest
from catalystindex.model.tenant import Tenant
from catalystindex.owner.assembly import PRIVATE, key_file
from catalystindex.security.keys import load_or_create_key
from catalystindex.security.scopes import Scope, format_scopes
from catalystindex.security.tenants import make_tenant
from catalystindex.security.tokens import IssuedToken, TokenIssuer
from catalystindex.stores.records.engine import open_records


def issue_token(
    settings: Settings,
    names: tuple[str, str, str],
    scopes: frozenset[Scope],
    ttl: timedelta | None,
) -> IssuedToken:
    """Return a token for (organisation, workspace, user).

    The records admit one owner, but either engine admits a second process for one short
    transaction, so this works beside a running server. Raises `InvalidRequest` for parts that are
    not names.
    """
    tenant = _tenant(names)
    os.umask(PRIVATE)
    clock = SystemClock()
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    issuer = TokenIssuer(load_or_create_key(key_file(settings)), settings.security, clock)
    issued = issuer.issue(tenant, scopes, ttl)
    made = action(
        "token.create",
        issued.token_id,
        scopes=format_scopes(scopes),
        expires_in=issued.expires_in,
    )
    records = open_records(settings.records, settings.data_dir, clock)
    try:
        with records.change(tenant, made):
            pass
    finally:
        records.close()
    return issued


def _tenant(names: tuple[str, str, str]) -> Tenant:
    try:
        return make_tenant(*names)
    except ValueError as error:
        raise InvalidRequest(
            "Organisation, workspace and user are letters, digits, '.', '_', '@' and '-'."
        ) from error
