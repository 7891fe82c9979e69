"""A configured feed of one district."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

__all__ = ["SourceConnection"]


class SourceConnection(models.Model):
    """One feed. ``kind`` names the connector, ``config`` is what that connector needs, ``settings`` are the values
    of ``core.policy.Policy`` that differ from its defaults. ``next_due_at``: when the schedule runs it next (null:
    never, as things are). ``wish``: a loosening of the rule of two that one person asked for and another has to
    confirm: ``values``, ``by``, ``at`` (empty: none). ``paused_at``, ``paused_because``: an error that only a
    person can mend stopped its daily runs."""

    district = models.ForeignKey("store.District", on_delete=models.PROTECT, related_name="connections")
    name = models.TextField()
    kind = models.TextField()
    config = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    settings = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    wish = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    next_due_at = models.DateTimeField(null=True, db_index=True)
    paused_at = models.DateTimeField(null=True)
    paused_because = models.TextField(default="", db_default="")

    objects: ClassVar[models.Manager[SourceConnection]] = models.Manager()

    class Meta:
        db_table = "source_connection"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["district", "name"], name="source_connection_district_name"),
        ]

    def __str__(self) -> str:
        return self.name
