"""A student."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from rollbook.store.models.directory_row import DirectoryRow

__all__ = ["Student"]


class Student(DirectoryRow):
    """One student. ``student_number`` and ``state_id`` are text, byte for byte (O-1). Schools, classrooms and guardians
    are rows of their own."""

    given_name = models.TextField(null=True)
    family_name = models.TextField(null=True)
    middle_name = models.TextField(null=True)
    preferred_given_name = models.TextField(null=True)
    preferred_family_name = models.TextField(null=True)
    student_number = models.TextField(null=True)
    state_id = models.TextField(null=True)
    grade = models.TextField(null=True)
    email = models.TextField(null=True)
    birth_on = models.DateField(null=True)
    home_language = models.TextField(null=True)
    status = models.TextField()
    archived_by = models.TextField(null=True)
    archive_reason = models.TextField(null=True)

    objects: ClassVar[models.Manager[Student]] = models.Manager()

    class Meta(DirectoryRow.Meta):
        db_table = "student"
        indexes: ClassVar = [
            *DirectoryRow.Meta.indexes,
            # look-up by the number people know
            models.Index(fields=["district", "student_number"], name="student_number"),
        ]

    def __str__(self) -> str:
        return f"student {self.pk}"
