"""Whose data: the tenant that every store call takes.

A `Tenant` can only be made with the seal, and only `catalystindex.security` may import the seal
(a test holds this). So there is no path from a request body to a tenant.
"""

import re
from dataclasses import InitVar, dataclass
from typing import Final

SEAL: Final = object()
"""Imported by `security` alone."""

PART_PATTERN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")
"""Parts become folder names and log fields: short, visible, no separators."""


@dataclass(frozen=True, slots=True)
class Tenant:
    """An organisation, one of its workspaces, and the user who acts there.

    Data belongs to the workspace; the user is who the audit log names.
    """

    organisation: str
    workspace: str
    user: str
    seal: InitVar[object]

    def __post_init__(self, seal: object) -> None:
        if seal is not SEAL:
            raise TypeError("a Tenant is made from a verified token, by catalystindex.security")
        for part in (self.organisation, self.workspace, self.user):
            if not PART_PATTERN.fullmatch(part):
                raise ValueError(f"not a tenant part: {part!r}")

    @property
    def key(self) -> str:
        """The workspace, as one string: what stores filter by and audit chains belong to."""
        return f"{self.organisation}/{self.workspace}"
