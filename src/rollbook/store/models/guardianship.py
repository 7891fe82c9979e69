"""Who may speak for a student."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from rollbook.store.models.directory_row import ManagedRow

__all__ = ["Guardianship"]


class Guardianship(ManagedRow):
    """A person is a guardian of a student. ``rights``: full, restricted or none; null where the source does not say."""

    student = models.ForeignKey(
        "store.Student", models.DO_NOTHING, db_constraint=False, db_index=False, related_name="guardianships"
    )
    person = models.ForeignKey(
        "store.Person", models.DO_NOTHING, db_constraint=False, db_index=False, related_name="guardianships"
    )
    relationship = models.TextField(null=True)
    rights = models.TextField(null=True)
    status = models.TextField()

    objects: ClassVar[models.Manager[Guardianship]] = models.Manager()

    class Meta(ManagedRow.Meta):
        db_table = "guardianship"
        indexes: ClassVar = [
            *ManagedRow.Meta.indexes,
            # the children of a person
            models.Index(fields=["district", "person"], name="guardianship_person"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["district", "student", "person"], name="guardianship_key"),
        ]

    def __str__(self) -> str:
        return f"guardianship {self.pk}"
