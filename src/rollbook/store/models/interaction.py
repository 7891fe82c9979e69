"""A contact between school and family, written down."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

__all__ = ["Interaction"]


class Interaction(models.Model):
    """Who of the school (``created_by``) was in touch about a student, when (``on``), by which ``channel``, with which
    guardian (``person``; null: with the student, or with nobody), and what is to follow."""

    district = models.ForeignKey("store.District", models.DO_NOTHING, related_name="interactions", db_index=False)
    student = models.ForeignKey(
        "store.Student", models.DO_NOTHING, db_constraint=False, db_index=False, related_name="interactions"
    )
    person = models.ForeignKey(
        "store.Person", models.DO_NOTHING, null=True, db_constraint=False, db_index=False, related_name="interactions"
    )
    channel = models.TextField()
    on = models.DateField()
    note = models.TextField()
    follow_up_on = models.DateField(null=True)
    followed_up_at = models.DateTimeField(null=True)
    followed_up_by = models.TextField(default="", db_default="")
    created_at = models.DateTimeField()
    created_by = models.TextField()

    objects: ClassVar[models.Manager[Interaction]] = models.Manager()

    class Meta:
        db_table = "interaction"
        indexes: ClassVar = [
            models.Index(fields=["district", "student"], name="interaction_student"),
            models.Index(
                fields=["district", "person"], condition=models.Q(person__isnull=False), name="interaction_person"
            ),
            models.Index(
                fields=["district", "follow_up_on"],
                condition=models.Q(follow_up_on__isnull=False, followed_up_at__isnull=True),
                name="interaction_open",
            ),
        ]

    def __str__(self) -> str:
        return f"interaction {self.pk}"
