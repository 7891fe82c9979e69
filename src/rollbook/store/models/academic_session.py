"""A school year, semester, term or grading period."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from rollbook.store.models.directory_row import DirectoryRow

__all__ = ["AcademicSession"]


class AcademicSession(DirectoryRow):
    """One academic session as OneRoster knows it: school year, semester, term or grading period."""

    title = models.TextField(null=True)
    type = models.TextField(null=True)
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    school_year = models.TextField(null=True)

    objects: ClassVar[models.Manager[AcademicSession]] = models.Manager()

    class Meta(DirectoryRow.Meta):
        db_table = "academic_session"
        indexes: ClassVar = [
            *DirectoryRow.Meta.indexes,
            models.Index(fields=["district"], name="academic_session_district"),
        ]

    def __str__(self) -> str:
        return f"academic session {self.pk}"
