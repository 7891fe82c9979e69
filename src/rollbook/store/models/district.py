"""The district: the tenant."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

__all__ = ["District"]


class District(models.Model):
    """One tenant. ``revision`` counts the writes to its directory: every transaction that changes a table of
    ``core.entities.TABLES`` locks this row and adds one, so that a plan knows whether its ground has moved (R-1)."""

    slug = models.SlugField(unique=True, max_length=63)
    name = models.TextField()
    timezone = models.TextField(db_default="UTC", default="UTC")
    region = models.TextField(db_default="US", default="US")
    default_language = models.TextField(db_default="en", default="en")
    snapshot_retention_days = models.PositiveIntegerField(db_default=30, default=30)
    plan_retention_days = models.PositiveIntegerField(db_default=365, default=365)
    revision = models.BigIntegerField(db_default=0, default=0)

    objects: ClassVar[models.Manager[District]] = models.Manager()

    class Meta:
        db_table = "district"

    def __str__(self) -> str:
        return self.slug
