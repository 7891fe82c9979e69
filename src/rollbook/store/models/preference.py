"""What a person wants to see."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

__all__ = ["Preference"]


class Preference(models.Model):
    """What ``account`` chose for one page, such as the columns of the students' list (``name``: ``students.columns``)."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="preferences")
    name = models.TextField()
    value = models.JSONField()

    objects: ClassVar[models.Manager[Preference]] = models.Manager()

    class Meta:
        db_table = "preference"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "name"], name="preference_once"),
        ]

    def __str__(self) -> str:
        return self.name
