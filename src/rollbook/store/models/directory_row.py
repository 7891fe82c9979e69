"""What every row of the directory has."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.indexes import BrinIndex
from django.db import models

__all__ = ["DirectoryRow", "ManagedRow"]


class DirectoryRow(models.Model):
    """A row of one district, made by a run or (``created_run`` null) by hand.

    References carry no constraint in the database: deferred triggers cost per row of a bulk load (ADR 0005);
    ``engine.integrity`` asks the same question set by set. ``created_run`` has a BRIN index: rows of one run lie
    together.
    """

    id = models.BigAutoField(primary_key=True)
    district = models.ForeignKey(
        "store.District", models.DO_NOTHING, db_constraint=False, db_index=False, related_name="%(class)ss"
    )
    created_run = models.ForeignKey(
        "store.SyncRun",
        models.DO_NOTHING,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="created_%(class)ss",
    )

    class Meta:
        abstract = True
        indexes: ClassVar = [BrinIndex(fields=["created_run"], name="%(class)s_created_run")]


class ManagedRow(DirectoryRow):
    """A directory row that belongs to one connection, or (``connection`` null) to people: no sync touches it (R-9)."""

    connection = models.ForeignKey(
        "store.SourceConnection",
        models.DO_NOTHING,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="%(class)ss",
    )

    class Meta(DirectoryRow.Meta):
        abstract = True
