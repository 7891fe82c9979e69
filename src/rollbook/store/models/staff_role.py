"""What a person does at a school."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from rollbook.store.models.directory_row import ManagedRow

__all__ = ["StaffRole"]


class StaffRole(ManagedRow):
    """What a person does at a school, or (``school`` null) for the whole district."""

    person = models.ForeignKey(
        "store.Person", models.DO_NOTHING, db_constraint=False, db_index=False, related_name="staff_roles"
    )
    school = models.ForeignKey(
        "store.School", models.DO_NOTHING, null=True, db_constraint=False, db_index=False, related_name="staff_roles"
    )
    role = models.TextField()
    status = models.TextField()

    objects: ClassVar[models.Manager[StaffRole]] = models.Manager()

    class Meta(ManagedRow.Meta):
        db_table = "staff_role"
        indexes: ClassVar = [
            *ManagedRow.Meta.indexes,
            models.Index(fields=["district", "person"], name="staff_role_person"),
            # the staff of a school
            models.Index(fields=["district", "school"], name="staff_role_school"),
        ]

    def __str__(self) -> str:
        return f"staff role {self.pk}"
