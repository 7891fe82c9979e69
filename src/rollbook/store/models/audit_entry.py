"""Who did what, when: append-only, each entry chained to the one before it (T-4, ADR 0023)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

__all__ = ["AuditEntry"]


class AuditEntry(models.Model):
    """One deed. ``district`` null: of the installation. The database itself gives ``number``, ``at``, ``previous`` and
    ``digest`` when an entry is taken in, and lets nobody change or remove one. ``actor``: ``account:12``, ``cli:…``, a
    worker; ``detail``: JSON as text, ids and numbers only. No foreign keys: it outlives what it tells of."""

    district = models.ForeignKey(
        "store.District", models.DO_NOTHING, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    number = models.BigIntegerField()
    at = models.DateTimeField()
    actor = models.TextField()
    deed = models.TextField()
    subject = models.TextField(default="", db_default="")
    subject_id = models.BigIntegerField(null=True)
    detail = models.TextField(default="{}", db_default="{}")
    previous = models.TextField()
    digest = models.TextField()

    objects: ClassVar[models.Manager[AuditEntry]] = models.Manager()

    class Meta:
        db_table = "audit_entry"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["district", "number"], nulls_distinct=False, name="audit_entry_district_number"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["district", "at"], name="audit_entry_at")]

    def __str__(self) -> str:
        return f"audit entry {self.pk}"
