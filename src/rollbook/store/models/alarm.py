"""Something about a source that somebody has to know (R-15)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

__all__ = ["Alarm"]


class Alarm(models.Model):
    """An alarm of one connection: on from ``since`` until ``over_at``, told once at ``told_at`` and its end once at
    ``over_told_at`` (null: nobody wanted to know, or it was not told). ``subject`` tells alarms of one kind apart (a hold's
    key); ``evidence`` is counts, days and words of the product, never a person's data."""

    connection = models.ForeignKey("store.SourceConnection", on_delete=models.CASCADE, related_name="alarms")
    kind = models.TextField()
    subject = models.TextField(default="", db_default="")
    evidence = models.JSONField(default=dict)
    since = models.DateTimeField()
    told_at = models.DateTimeField(null=True)
    over_at = models.DateTimeField(null=True)
    over_told_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager[Alarm]] = models.Manager()

    class Meta:
        db_table = "alarm"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["connection", "kind", "subject"], condition=models.Q(over_at=None), name="alarm_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}".strip()
