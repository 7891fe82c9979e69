"""A human with an account, or who may get one."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from rollbook.store.models.directory_row import DirectoryRow

__all__ = ["Person"]


class Person(DirectoryRow):
    """One human: staff, guardian, or both (R-3). ``account_state``: no contact, invitee, active or disabled.
    ``language`` and ``activated_at`` are the product's own and never written by a sync."""

    given_name = models.TextField(null=True)
    family_name = models.TextField(null=True)
    middle_name = models.TextField(null=True)
    preferred_given_name = models.TextField(null=True)
    preferred_family_name = models.TextField(null=True)
    account_state = models.TextField()
    disabled_by = models.TextField(null=True)
    language = models.TextField(null=True)
    activated_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager[Person]] = models.Manager()

    class Meta(DirectoryRow.Meta):
        db_table = "person"
        indexes: ClassVar = [
            *DirectoryRow.Meta.indexes,
            models.Index(fields=["district"], name="person_district"),
        ]

    def __str__(self) -> str:
        return f"person {self.pk}"
