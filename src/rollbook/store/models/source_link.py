"""A foreign id bound to a local object."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from rollbook.store.models.directory_row import ManagedRow

__all__ = ["SourceLink"]


class SourceLink(ManagedRow):
    """The only place where a foreign id is bound to a local object (O-1).

    ``object_id`` refers by ``kind`` (see ``core.entities.LINK_TABLES``). ``fingerprint`` is of the record as last
    applied; null asks for a full comparison.
    """

    kind = models.TextField()
    sourced_id = models.TextField()
    object_id = models.BigIntegerField()
    fingerprint = models.BigIntegerField(null=True)

    objects: ClassVar[models.Manager[SourceLink]] = models.Manager()

    class Meta(ManagedRow.Meta):
        db_table = "source_link"
        indexes: ClassVar = [
            *ManagedRow.Meta.indexes,
            # the foreign ids of an object
            models.Index(fields=["district", "kind", "object_id"], name="source_link_object"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["district", "connection", "kind", "sourced_id"], name="source_link_key"),
        ]

    def __str__(self) -> str:
        return f"source link {self.pk}"
