"""What a person said of a hold."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

__all__ = ["HoldDecision"]


class HoldDecision(models.Model):
    """One person approved or rejected a hold, or wished to wait (``core.approval.Verdict``). Never changed, only added
    to; what they amount to is ``core.approval.weigh``."""

    hold = models.ForeignKey("store.Hold", on_delete=models.CASCADE, related_name="decisions")
    verdict = models.TextField()
    by = models.TextField()
    at = models.DateTimeField()

    objects: ClassVar[models.Manager[HoldDecision]] = models.Manager()

    class Meta:
        db_table = "hold_decision"

    def __str__(self) -> str:
        return f"{self.verdict} by {self.by}"
