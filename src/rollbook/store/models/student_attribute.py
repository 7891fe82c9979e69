"""What a district keeps about its students beyond the roster."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

__all__ = ["AttributeKind", "StudentAttribute"]


class AttributeKind(models.Model):
    """One attribute that students of a district may have. ``type``: text, number, date or yes-no. A sensitive one is
    shown to those only who may change the directory."""

    district = models.ForeignKey("store.District", models.DO_NOTHING, related_name="attribute_kinds", db_index=False)
    name = models.TextField()
    type = models.TextField()
    is_sensitive = models.BooleanField()
    created_at = models.DateTimeField()
    created_by = models.TextField()

    objects: ClassVar[models.Manager[AttributeKind]] = models.Manager()

    class Meta:
        db_table = "attribute_kind"
        constraints: ClassVar = [models.UniqueConstraint(fields=["district", "name"], name="attribute_kind_name")]

    def __str__(self) -> str:
        return f"attribute {self.pk}"


class StudentAttribute(models.Model):
    """The value of one attribute of one student, as text of its type (a date as 2026-09-01, yes-no as yes or no)."""

    district = models.ForeignKey("store.District", models.DO_NOTHING, related_name="student_attributes", db_index=False)
    student = models.ForeignKey(
        "store.Student", models.DO_NOTHING, db_constraint=False, db_index=False, related_name="attributes"
    )
    kind = models.ForeignKey("store.AttributeKind", models.CASCADE, related_name="values")
    value = models.TextField()
    changed_at = models.DateTimeField()
    changed_by = models.TextField()

    objects: ClassVar[models.Manager[StudentAttribute]] = models.Manager()

    class Meta:
        db_table = "student_attribute"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["district", "student", "kind"], name="student_attribute_key"),
        ]

    def __str__(self) -> str:
        return f"student attribute {self.pk}"
