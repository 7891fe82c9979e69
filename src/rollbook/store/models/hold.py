"""A part of a plan that waits for a person."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from rollbook.core.lifecycle import HoldState

__all__ = ["Hold"]


class Hold(models.Model):
    """One hold of one run (R-10). ``key`` is the plan's own name for it; ``group`` is removal, update or create;
    ``depends_on`` is the key of the hold whose release releases this one, too (blank: none). ``school`` is null for the
    whole district. ``people``: a digest of whom it is about (``core.approval.people_of``). ``was_rejected``: the plan
    before rejected the same. ``released_run``: the run that applied it: this one, or its plan made again."""

    run = models.ForeignKey("store.SyncRun", on_delete=models.CASCADE, related_name="holds", db_index=False)
    key = models.TextField()
    school = models.ForeignKey(
        "store.School",
        on_delete=models.DO_NOTHING,
        null=True,
        related_name="holds",
        db_constraint=False,
        db_index=False,
    )
    kind = models.TextField()
    group = models.TextField()
    count = models.BigIntegerField()
    base = models.BigIntegerField()
    percent = models.FloatField()
    threshold = models.BigIntegerField()
    cause = models.TextField()
    sentence = models.TextField()
    depends_on = models.TextField(default="", db_default="")
    state = models.TextField(default=HoldState.OPEN.value, db_default=HoldState.OPEN.value)
    decided_by = models.TextField(default="", db_default="")
    decided_at = models.DateTimeField(null=True)
    people = models.TextField(default="", db_default="")
    was_rejected = models.BooleanField(default=False, db_default=False)
    released_run = models.ForeignKey(
        "store.SyncRun", on_delete=models.SET_NULL, null=True, related_name="released", db_index=False
    )

    objects: ClassVar[models.Manager[Hold]] = models.Manager()

    class Meta:
        db_table = "hold"
        constraints: ClassVar = [models.UniqueConstraint(fields=["run", "key"], name="hold_run_key")]

    def __str__(self) -> str:
        return self.key
