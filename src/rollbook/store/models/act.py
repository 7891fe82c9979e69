"""What a person did to the directory in one go."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

__all__ = ["Act"]


class Act(models.Model):
    """One act by hand, such as archiving 412 students: who, when, why. Its rows are in the change log under ``act``.

    ``kind``: archive_students, restore_students, …, or ``undo``. ``state``: ``done``, or ``undone`` when another act took
    it back (that one names it in ``undoes``). ``counts``: what was done and what was left alone, in numbers.
    ``log_mark``: the newest change-log id when it was done, so that "later" has a meaning.
    """

    district = models.ForeignKey("store.District", on_delete=models.PROTECT, related_name="acts", db_index=False)
    kind = models.TextField()
    state = models.TextField(default="done", db_default="done")
    by = models.TextField()
    at = models.DateTimeField()
    reason = models.TextField(default="", db_default="")
    counts = models.JSONField(default=dict)
    undoes = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="undone_by")
    log_mark = models.BigIntegerField(null=True)

    objects: ClassVar[models.Manager[Act]] = models.Manager()

    class Meta:
        db_table = "act"
        indexes: ClassVar = [models.Index(fields=["district", "-id"], name="act_history")]

    def __str__(self) -> str:
        return f"act {self.pk}"
