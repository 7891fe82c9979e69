"""What a source and those beside it in the district say of each other."""

from __future__ import annotations

import polars as pl

from rollbook.core import findings
from rollbook.core.policy import Policy
from rollbook.services import policies
from rollbook.store.models import SourceConnection

__all__ = ["guardians_twice"]

_FILES = frozenset({"guardians_csv", "guardians_sftp"})
"""Kinds that speak of guardians and of nobody else; meant to stand beside a source that does not manage guardians."""


def guardians_twice(connection: SourceConnection, policy: Policy) -> pl.DataFrame:
    """GRD-006 when a file of guardians stands beside a source that manages guardians as well (product.md section 3);
    told by both. No finding for sources of any other kinds beside each other."""
    if not policy.manage_guardians:
        return findings.empty()
    sources = SourceConnection.objects.filter(district=connection.district).select_related("district").order_by("name")
    managing = [source for source in sources if policies.policy_of(source).manage_guardians]
    files = [source for source in managing if source.kind in _FILES]
    mains = [source for source in managing if source.kind not in _FILES]
    if not (files and mains):
        return findings.empty()
    return findings.make("GRD-006", stream=", ".join(source.name for source in managing))
