"""Which school a student is at."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from rollbook.store.models.directory_row import ManagedRow

__all__ = ["StudentSchool"]


class StudentSchool(ManagedRow):
    """A student is at a school."""

    student = models.ForeignKey(
        "store.Student", models.DO_NOTHING, db_constraint=False, db_index=False, related_name="schools"
    )
    school = models.ForeignKey(
        "store.School", models.DO_NOTHING, db_constraint=False, db_index=False, related_name="students"
    )
    status = models.TextField()

    objects: ClassVar[models.Manager[StudentSchool]] = models.Manager()

    class Meta(ManagedRow.Meta):
        db_table = "student_school"
        indexes: ClassVar = [
            *ManagedRow.Meta.indexes,
            # the directory of a school
            models.Index(fields=["district", "school", "student"], name="student_school_directory"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["district", "student", "school"], name="student_school_key"),
        ]

    def __str__(self) -> str:
        return f"student school {self.pk}"
