"""Who is told, of what."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models.functions import Lower

__all__ = ["Recipient"]


class Recipient(models.Model):
    """An administrator's mail address that a district's alarms of these ``kinds`` go to (empty: all kinds).
    ``digest_at``: when the last weekly digest was written for it."""

    district = models.ForeignKey("store.District", on_delete=models.CASCADE, related_name="recipients")
    address = models.TextField()
    kinds = models.JSONField(default=list)
    language = models.TextField(default="en", db_default="en")
    created_at = models.DateTimeField()
    created_by = models.TextField()
    digest_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager[Recipient]] = models.Manager()

    class Meta:
        db_table = "recipient"
        constraints: ClassVar = [
            models.UniqueConstraint("district", Lower("address"), name="recipient_district_address"),
        ]

    def __str__(self) -> str:
        return f"recipient {self.pk}"
