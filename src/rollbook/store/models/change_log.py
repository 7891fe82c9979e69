"""What changed, row by row: the history of every object and the source of undo."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

__all__ = ["ChangeLog"]


class ChangeLog(models.Model):
    """One changed row of the directory (O-3). A creation is not here: the row's own ``created_run`` says it.

    ``op``: ``update`` (``old`` and ``new`` hold just the columns that changed), ``delete`` (``old`` is the whole row)
    or ``insert`` (``new`` is the whole row: an undo brought it back). ``kind`` and ``record_id`` name the record it
    counts under, null where it counts nowhere. ``run`` is null for a change by hand, ``act`` for one that is no part of an
    act. It has no foreign keys: history outlives what it tells of.
    """

    district = models.ForeignKey(
        "store.District", models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    run = models.ForeignKey(
        "store.SyncRun", models.DO_NOTHING, null=True, db_constraint=False, db_index=False, related_name="changes"
    )
    act = models.ForeignKey(
        "store.Act", models.DO_NOTHING, null=True, db_constraint=False, db_index=False, related_name="changes"
    )
    table = models.TextField()
    row_id = models.BigIntegerField()
    op = models.TextField()
    kind = models.TextField(null=True)
    record_id = models.BigIntegerField(null=True)
    action = models.TextField(null=True)
    old = models.JSONField(null=True)
    new = models.JSONField(null=True)
    at = models.DateTimeField()
    by = models.TextField()

    objects: ClassVar[models.Manager[ChangeLog]] = models.Manager()

    class Meta:
        db_table = "change_log"
        indexes: ClassVar = [
            # the timeline of one object
            models.Index(fields=["district", "kind", "record_id"], name="change_log_record"),
            # apply, report and undo of one run
            models.Index(fields=["run", "table"], name="change_log_run"),
            # the same of an act; runs, which write most rows, do not pay for it
            models.Index(fields=["act", "table"], name="change_log_act", condition=models.Q(act__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.op} {self.table} {self.row_id}"
