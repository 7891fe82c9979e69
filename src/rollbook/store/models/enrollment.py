"""Who is in a classroom."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from rollbook.store.models.directory_row import ManagedRow

__all__ = ["Enrollment"]


class Enrollment(ManagedRow):
    """A student or a person (teacher, aide …) in a classroom: exactly one of ``student`` and ``person`` is set."""

    classroom = models.ForeignKey(
        "store.Classroom", models.DO_NOTHING, db_constraint=False, db_index=False, related_name="enrollments"
    )
    student = models.ForeignKey(
        "store.Student", models.DO_NOTHING, null=True, db_constraint=False, db_index=False, related_name="enrollments"
    )
    person = models.ForeignKey(
        "store.Person", models.DO_NOTHING, null=True, db_constraint=False, db_index=False, related_name="enrollments"
    )
    role = models.TextField()
    is_primary = models.BooleanField(default=False)
    begins_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    status = models.TextField()

    objects: ClassVar[models.Manager[Enrollment]] = models.Manager()

    class Meta(ManagedRow.Meta):
        db_table = "enrollment"
        indexes: ClassVar = [
            *ManagedRow.Meta.indexes,
            # the timetable of a student
            models.Index(
                fields=["district", "student"], name="enrollment_student", condition=models.Q(student__isnull=False)
            ),
            # the classes of a teacher
            models.Index(
                fields=["district", "person"], name="enrollment_person", condition=models.Q(person__isnull=False)
            ),
        ]
        constraints: ClassVar = [
            # also the roll of a classroom; partial, so that each holds only its own rows
            models.UniqueConstraint(
                fields=["district", "classroom", "student"],
                name="enrollment_student_key",
                condition=models.Q(student__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["district", "classroom", "person"],
                name="enrollment_person_key",
                condition=models.Q(person__isnull=False),
            ),
            models.CheckConstraint(
                name="enrollment_one_member",
                condition=models.Q(student__isnull=False, person__isnull=True)
                | models.Q(student__isnull=True, person__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"enrollment {self.pk}"
