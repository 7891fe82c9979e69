"""A taught group."""

from __future__ import annotations

from typing import ClassVar, Self

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models

from rollbook.store.models.directory_row import DirectoryRow

__all__ = ["Classroom", "ClassroomQuerySet"]


class ClassroomQuerySet(models.QuerySet["Classroom"]):
    """Named questions about classrooms."""

    def of_source(self, district_id: int, connection_id: int) -> Self:
        """The classrooms of the schools that a source feeds."""
        links = apps.get_model("store", "SourceLink").objects
        fed = links.filter(district=district_id, connection=connection_id, kind="school").values("object_id")
        return self.filter(district=district_id, school__in=fed)

    def unlinked(self, district_id: int) -> Self:
        """Those that no source knows."""
        links = apps.get_model("store", "SourceLink").objects
        known = links.filter(district=district_id, kind="classroom", object_id=models.OuterRef("pk"))
        return self.filter(~models.Exists(known))

    def existing(self, district_id: int, connection_id: int) -> Self:
        """Active classrooms of the schools that a source feeds, that no source knows (step 4)."""
        return self.of_source(district_id, connection_id).unlinked(district_id).filter(status="active")


class Classroom(DirectoryRow):
    """One taught group (OneRoster: class). ``kind`` is manual or sync-managed; ``archived_by`` and ``archive_reason``
    are set while ``status`` is archived."""

    school = models.ForeignKey(
        "store.School", models.DO_NOTHING, db_constraint=False, db_index=False, related_name="classrooms"
    )
    course = models.ForeignKey(
        "store.Course", models.DO_NOTHING, null=True, db_constraint=False, db_index=False, related_name="classrooms"
    )
    session_ids = ArrayField(models.BigIntegerField(), null=True)
    name = models.TextField(null=True)
    code = models.TextField(null=True)
    class_type = models.TextField(null=True)
    grades = ArrayField(models.TextField(), null=True)
    subject = models.TextField(null=True)
    location = models.TextField(null=True)
    periods = ArrayField(models.TextField(), null=True)
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    kind = models.TextField()
    status = models.TextField()
    archived_by = models.TextField(null=True)
    archive_reason = models.TextField(null=True)

    objects: ClassVar = ClassroomQuerySet.as_manager()

    class Meta(DirectoryRow.Meta):
        db_table = "classroom"
        indexes: ClassVar = [
            *DirectoryRow.Meta.indexes,
            # the classrooms of a school
            models.Index(fields=["district", "school"], name="classroom_school"),
        ]

    def __str__(self) -> str:
        return f"classroom {self.pk}"
