"""What a person did in one go, by hand."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

__all__ = ["HandAct"]


class HandAct(models.Model):
    """One act of a person on a connection's set-up. Its rows in the change log are those of the district without a run
    with ids from ``first_log`` to ``last_log``. ``step``: where it was done; ``counts``: what was done → how often."""

    district = models.ForeignKey("store.District", models.CASCADE, related_name="hand_acts")
    connection = models.ForeignKey("store.SourceConnection", models.CASCADE, db_index=False, related_name="hand_acts")
    step = models.TextField()
    counts = models.JSONField()
    first_log = models.BigIntegerField()
    last_log = models.BigIntegerField()
    at = models.DateTimeField()
    by = models.TextField()
    undone_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager[HandAct]] = models.Manager()

    class Meta:
        db_table = "hand_act"
        indexes: ClassVar = [models.Index(fields=["connection", "-id"], name="hand_act_newest")]

    def __str__(self) -> str:
        return f"hand act {self.pk}"
