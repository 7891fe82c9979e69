"""What is taught."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from rollbook.store.models.directory_row import DirectoryRow

__all__ = ["Course"]


class Course(DirectoryRow):
    """What is taught, independent of time."""

    title = models.TextField(null=True)
    code = models.TextField(null=True)

    objects: ClassVar[models.Manager[Course]] = models.Manager()

    class Meta(DirectoryRow.Meta):
        db_table = "course"
        indexes: ClassVar = [
            *DirectoryRow.Meta.indexes,
            models.Index(fields=["district"], name="course_district"),
        ]

    def __str__(self) -> str:
        return f"course {self.pk}"
