"""A school of a district."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from rollbook.store.models.directory_row import DirectoryRow

__all__ = ["School"]


class School(DirectoryRow):
    """One school. ``grades`` are CEDS entry grade levels. Its ids in the sources are in ``source_link``."""

    name = models.TextField(null=True)
    school_number = models.TextField(null=True)
    nces_id = models.TextField(null=True)
    grades = ArrayField(models.TextField(), null=True)
    status = models.TextField()

    objects: ClassVar[models.Manager[School]] = models.Manager()

    class Meta(DirectoryRow.Meta):
        db_table = "school"
        indexes: ClassVar = [
            *DirectoryRow.Meta.indexes,
            models.Index(fields=["district"], name="school_district"),
        ]

    def __str__(self) -> str:
        return f"school {self.pk}"
