"""What a person decided to leave as it is, so that nobody is asked again."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

__all__ = ["LeftAlone"]


class LeftAlone(models.Model):
    """One decision of steps 3 and 4. ``kind`` school: the school ``sourced_id`` of the source stays out of the sync.
    ``kind`` classroom: our classroom ``object_id`` stays by hand, beside what the sync makes."""

    id = models.BigAutoField(primary_key=True)
    district = models.ForeignKey(
        "store.District", models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    connection = models.ForeignKey("store.SourceConnection", models.CASCADE, db_index=False, related_name="left_alone")
    kind = models.TextField()
    sourced_id = models.TextField(null=True)
    object_id = models.BigIntegerField(null=True)

    objects: ClassVar[models.Manager[LeftAlone]] = models.Manager()

    class Meta:
        db_table = "left_alone"
        indexes: ClassVar = [
            # whether somebody decided about a classroom
            models.Index(
                fields=["object_id", "connection"],
                name="left_alone_object",
                condition=models.Q(object_id__isnull=False),
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["connection", "kind", "sourced_id", "object_id"], name="left_alone_key", nulls_distinct=False
            ),
            models.CheckConstraint(
                name="left_alone_what",
                condition=models.Q(kind="school", sourced_id__isnull=False, object_id__isnull=True)
                | models.Q(kind="classroom", sourced_id__isnull=True, object_id__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"left alone {self.pk}"
