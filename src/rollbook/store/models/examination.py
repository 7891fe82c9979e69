"""A look at a source that changes nothing, and what came of it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

__all__ = ["Examination"]


class Examination(models.Model):
    """``kind``: ``connection`` (Test connection, S-5), ``offer`` (steps 3 and 4), ``self_check`` (section 6) or ``effect``
    (of settings that are not saved; ``question`` holds them). ``job``: its place in the queue. Over when ``ended_at`` is
    set: ``result`` is what was found, as numbers and words of the product; ``rows`` names the sealed artifact with the
    people behind them; ``problem`` says why nothing was found."""

    district = models.ForeignKey("store.District", on_delete=models.CASCADE, related_name="examinations")
    connection = models.ForeignKey("store.SourceConnection", on_delete=models.CASCADE, related_name="examinations")
    kind = models.TextField()
    question = models.JSONField(default=dict)
    asked_at = models.DateTimeField()
    asked_by = models.TextField()
    job = models.BigIntegerField(null=True)
    began_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    result = models.JSONField(default=dict)
    rows = models.TextField(default="", db_default="")
    problem = models.TextField(default="", db_default="")

    objects: ClassVar[models.Manager[Examination]] = models.Manager()

    class Meta:
        db_table = "examination"
        indexes: ClassVar = [models.Index(fields=["connection", "kind", "-id"], name="examination_newest")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
