"""What a source offers: its schools and classes as read last, so that a page need not read the source."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

__all__ = ["Offer", "OfferedClass", "OfferedSchool"]


class Offer(models.Model):
    """What is known of a connection's offer. ``snapshot``: the artifact it was taken from, read at ``read_at``. ``basis``:
    a digest of all that the offered classes and the suggestions depend on; another digest asks to take it again."""

    connection = models.OneToOneField("store.SourceConnection", models.CASCADE, primary_key=True, related_name="offer")
    district = models.ForeignKey("store.District", models.CASCADE, related_name="offers")
    snapshot = models.TextField()
    read_at = models.DateTimeField()
    basis = models.TextField()

    objects: ClassVar[models.Manager[Offer]] = models.Manager()

    class Meta:
        db_table = "offer"

    def __str__(self) -> str:
        return f"offer of {self.pk}"


class _Offered(models.Model):
    """One object of a source, as it was read last. Not the directory: nothing refers to it."""

    id = models.BigAutoField(primary_key=True)
    district = models.ForeignKey(
        "store.District", models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    connection = models.ForeignKey("store.SourceConnection", models.CASCADE, db_index=False, related_name="+")
    sourced_id = models.TextField()
    name = models.TextField(null=True)

    class Meta:
        abstract = True


class OfferedSchool(_Offered):
    """A school of the source."""

    identifier = models.TextField(null=True)

    objects: ClassVar[models.Manager[OfferedSchool]] = models.Manager()

    class Meta:
        db_table = "offered_school"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["connection", "sourced_id"], name="offered_school_key"),
        ]

    def __str__(self) -> str:
        return f"offered school {self.pk}"


class OfferedClass(_Offered):
    """A class of the source that a run would make a classroom of. ``school``: ours that it belongs to; ``teachers``:
    their names."""

    school = models.ForeignKey(
        "store.School", models.DO_NOTHING, db_constraint=False, db_index=False, related_name="offered_classes"
    )
    code = models.TextField(null=True)
    grades = ArrayField(models.TextField(), null=True)
    teachers = ArrayField(models.TextField(), null=True)

    objects: ClassVar[models.Manager[OfferedClass]] = models.Manager()

    class Meta:
        db_table = "offered_class"
        indexes: ClassVar = [
            # the classes of a school, to choose one
            models.Index(fields=["connection", "school"], name="offered_class_school"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["connection", "sourced_id"], name="offered_class_key"),
        ]

    def __str__(self) -> str:
        return f"offered class {self.pk}"
