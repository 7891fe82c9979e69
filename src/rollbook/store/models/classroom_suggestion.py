"""Which class of a source an existing classroom looks like."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

__all__ = ["ClassroomSuggestion"]


class ClassroomSuggestion(models.Model):
    """What ``core.classroom_match`` found for one existing classroom; taken again with the offer. ``reason``: its code;
    ``is_sure``: it may be accepted in bulk; ``facts``: what else agrees; ``rivals``: how many other classes look the same."""

    id = models.BigAutoField(primary_key=True)
    district = models.ForeignKey(
        "store.District", models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    connection = models.ForeignKey(
        "store.SourceConnection", models.CASCADE, db_index=False, related_name="classroom_suggestions"
    )
    classroom = models.ForeignKey(
        "store.Classroom", models.DO_NOTHING, db_constraint=False, db_index=False, related_name="suggestions"
    )
    sourced_id = models.TextField()
    reason = models.TextField()
    is_sure = models.BooleanField()
    facts = ArrayField(models.TextField())
    rivals = models.IntegerField()

    objects: ClassVar[models.Manager[ClassroomSuggestion]] = models.Manager()

    class Meta:
        db_table = "classroom_suggestion"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["connection", "classroom"], name="classroom_suggestion_key"),
        ]

    def __str__(self) -> str:
        return f"classroom suggestion {self.pk}"
