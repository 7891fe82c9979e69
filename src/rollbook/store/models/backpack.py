"""The files of one student."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

__all__ = ["BackpackFile", "BackpackItem"]


class BackpackItem(models.Model):
    """One file in a student's backpack. ``visibility``: ``family`` (guardians and staff) or ``staff``. ``digest`` is the
    SHA-256 of its content. Taken out it is hidden, and gone for good when the district's retention is over."""

    district = models.ForeignKey("store.District", models.DO_NOTHING, related_name="backpack_items", db_index=False)
    student = models.ForeignKey(
        "store.Student", models.DO_NOTHING, db_constraint=False, db_index=False, related_name="backpack"
    )
    title = models.TextField()
    kind = models.TextField()
    visibility = models.TextField()
    file_name = models.TextField()
    media_type = models.TextField()
    size = models.PositiveBigIntegerField()
    digest = models.TextField()
    created_at = models.DateTimeField()
    created_by = models.TextField()
    removed_at = models.DateTimeField(null=True)
    removed_by = models.TextField(default="", db_default="")

    objects: ClassVar[models.Manager[BackpackItem]] = models.Manager()

    class Meta:
        db_table = "backpack_item"
        indexes: ClassVar = [
            models.Index(fields=["district", "student"], name="backpack_item_student"),
            models.Index(fields=["removed_at"], condition=models.Q(removed_at__isnull=False), name="backpack_removed"),
        ]

    def __str__(self) -> str:
        return f"backpack item {self.pk}"


class BackpackFile(models.Model):
    """The content of an item, sealed with the key that is outside the database. A table of its own, so that no list of
    items ever reads it."""

    item = models.OneToOneField("store.BackpackItem", models.CASCADE, primary_key=True, related_name="file")
    sealed = models.BinaryField()

    objects: ClassVar[models.Manager[BackpackFile]] = models.Manager()

    class Meta:
        db_table = "backpack_file"

    def __str__(self) -> str:
        return f"backpack file {self.pk}"
