"""The keys of the make-believe vendors: invented, the same for the same seed, worth nothing anywhere else."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass

import polars as pl

__all__ = ["Credentials", "credentials", "object_id", "object_ids"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """Everything that a connection form asks for. ``classlink_application_id`` is percent-encoded already and goes into
    the path as it stands (classlink.md §1.1)."""

    classlink_partner_key: str
    classlink_tenant_id: int
    classlink_application_id: str
    classlink_bearer: str
    classlink_key: str
    classlink_secret: str
    classlink_sso_id: str
    classlink_sso_secret: str
    clever_client_id: str
    clever_client_secret: str
    clever_district_id: str
    clever_token: str
    oneroster_key: str
    oneroster_secret: str


def _hex(seed: int, what: str, length: int) -> str:
    return hashlib.sha256(f"rollbook sandbox {seed} {what}".encode()).hexdigest()[:length]


def object_id(kind: str, sourced_id: str) -> str:
    """The Clever id of a record: 24 hex digits, the same every day."""
    return hashlib.blake2b(f"{kind}:{sourced_id}".encode(), digest_size=12).hexdigest()


def object_ids(kind: str, sourced_ids: pl.Series) -> pl.Series:
    """``object_id`` of each."""
    return pl.Series("id", [object_id(kind, sourced_id) for sourced_id in sourced_ids], dtype=pl.String)


def credentials(seed: int) -> Credentials:
    """The keys of a sandbox with this seed."""
    return Credentials(
        classlink_partner_key="sandbox-partner-" + _hex(seed, "partner", 24),
        classlink_tenant_id=2000 + seed % 1000,
        classlink_application_id="c2FuZGJveC" + _hex(seed, "application", 8) + "%2Fapp%3D%3D",
        classlink_bearer=str(uuid.UUID(_hex(seed, "bearer", 32))),
        classlink_key="sandbox-" + _hex(seed, "direct key", 12),
        classlink_secret="sandbox-" + _hex(seed, "direct secret", 32),
        classlink_sso_id="sandbox-sso-" + _hex(seed, "launchpad", 12),
        classlink_sso_secret="sandbox-sso-" + _hex(seed, "launchpad secret", 32),
        clever_client_id=_hex(seed, "clever", 20),
        clever_client_secret=_hex(seed, "clever secret", 40),
        clever_district_id=object_id("district", str(seed)),
        clever_token="sandbox-" + _hex(seed, "clever token", 40),
        oneroster_key="sandbox-" + _hex(seed, "oneroster", 12),
        oneroster_secret="sandbox-" + _hex(seed, "oneroster secret", 32),
    )
