"""One pass from reading a source to applying its plan, or the undoing of one."""

from __future__ import annotations

from typing import ClassVar, Self

from django.db import models

from rollbook.core.lifecycle import RunKind, RunState

__all__ = ["SyncRun", "SyncRunQuerySet"]


class SyncRunQuerySet(models.QuerySet["SyncRun"]):
    """Named questions about runs."""

    def of(self, connection_id: int) -> Self:
        """The runs of one connection."""
        return self.filter(connection_id=connection_id)

    def syncs(self) -> Self:
        """Runs that took something from the source, not undos."""
        return self.filter(kind=RunKind.SYNC)

    def applied(self) -> Self:
        """Runs whose changes are in the directory now."""
        return self.filter(state=RunState.APPLIED)

    def applying(self) -> Self:
        """Runs that began to apply and have not ended, as far as the database knows."""
        return self.filter(state=RunState.APPLYING)

    def waiting(self) -> Self:
        """Runs that wait for a worker."""
        return self.filter(state=RunState.QUEUED)

    def unfinished(self) -> Self:
        """Runs that a worker has, or that wait for one, whatever is to be done with them."""
        asked = models.Q(ended_at=None) & ~models.Q(errand="")
        return self.filter(models.Q(state=RunState.QUEUED) | ~models.Q(worker="") | asked)

    def at_work(self) -> Self:
        """Runs that a worker has a lease on."""
        return self.exclude(worker="")

    def newest_first(self) -> Self:
        """In the order people read a history."""
        return self.order_by("-id")


class SyncRun(models.Model):
    """One run.

    ``state`` moves as ``core.lifecycle`` allows. ``plan`` is the plan's public id; ``baseline`` the state it was
    computed from, ``day`` the district's date it was computed for.
    ``counts``: kind → action → number as planned; ``receipt``: what apply did; ``findings``: code →
    their number; ``rows``: stream → rows received; ``seconds``: by stage; ``approved``: the holds a person released.
    ``undoes``: the run that this one took back. ``log_mark``: the newest change-log id when this run was applied, so
    that "later" has a meaning for changes by hand, too. ``snapshot`` and ``plan_artifact`` name artifacts;
    ``fingerprint`` is the snapshot's.

    Of a run that workers carry out: ``why`` (blank: in the foreground, by a command), ``due_at`` (the moment of the
    schedule that it serves), ``job`` (its place in the queue), ``worker`` (who has the lease; blank: nobody),
    ``heartbeat_at`` (when that worker last said so, by the database's clock), ``stage``, ``done``, ``total``,
    ``stage_at`` (what it is doing, how far it is, since when), ``starts`` (how often a worker began), ``retry_at`` (not
    before), ``cancel_by`` (who asked it to stop), ``notes`` (what happened on the way, a sentence each), ``started_at``,
    ``ended_at``, ``failure`` (the name of the error that ended it; ``error`` is its sentence), ``leftover`` (what verify
    found, R-12; null: it has not looked). ``errand``, ``errand_by``: what a worker is asked to do with the run, and by whom
    (``core.lifecycle.Errand``; blank: all of it, or nothing). ``follower``: the run that came of the errand: an undo, what
    was approved late, or the plan made again.
    """

    district = models.ForeignKey("store.District", on_delete=models.PROTECT, related_name="runs", db_index=False)
    connection = models.ForeignKey("store.SourceConnection", on_delete=models.PROTECT, related_name="runs")
    kind = models.TextField(default=RunKind.SYNC.value, db_default=RunKind.SYNC.value)
    state = models.TextField(default=RunState.PLANNED.value, db_default=RunState.PLANNED.value)
    plan = models.TextField(unique=True, null=True)
    baseline = models.TextField(default="", db_default="")
    day = models.DateField(null=True)
    created_at = models.DateTimeField()
    created_by = models.TextField()
    applied_at = models.DateTimeField(null=True)
    counts = models.JSONField(default=dict)
    receipt = models.JSONField(default=dict)
    seconds = models.JSONField(default=dict)
    findings = models.JSONField(default=dict)
    rows = models.JSONField(default=dict)
    approved = models.JSONField(default=list)
    undoes = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="undone_by")
    log_mark = models.BigIntegerField(null=True)
    snapshot = models.TextField(default="", db_default="")
    plan_artifact = models.TextField(default="", db_default="")
    fingerprint = models.TextField(default="", db_default="")
    error = models.TextField(default="", db_default="")
    backend_pid = models.IntegerField(null=True)
    why = models.TextField(default="", db_default="")
    due_at = models.DateTimeField(null=True)
    job = models.BigIntegerField(null=True)
    worker = models.TextField(default="", db_default="")
    heartbeat_at = models.DateTimeField(null=True)
    stage = models.TextField(default="", db_default="")
    done = models.BigIntegerField(default=0, db_default=0)
    total = models.BigIntegerField(default=0, db_default=0)
    stage_at = models.DateTimeField(null=True)
    starts = models.IntegerField(default=0, db_default=0)
    retry_at = models.DateTimeField(null=True)
    cancel_by = models.TextField(default="", db_default="")
    notes = models.JSONField(default=list, db_default=models.Value([], models.JSONField()))
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    failure = models.TextField(default="", db_default="")
    leftover = models.BigIntegerField(null=True)
    errand = models.TextField(default="", db_default="")
    errand_by = models.TextField(default="", db_default="")
    follower = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="follows", db_index=False)

    objects: ClassVar = SyncRunQuerySet.as_manager()

    class Meta:
        db_table = "sync_run"
        indexes: ClassVar = [
            models.Index(fields=["district", "-id"], name="sync_run_history"),
            models.Index(fields=["connection", "-id"], name="sync_run_of_source"),
            models.Index(fields=["heartbeat_at"], name="sync_run_leases", condition=~models.Q(worker="")),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["connection"], name="sync_run_one_waits", condition=models.Q(state=RunState.QUEUED.value)
            ),
        ]

    def __str__(self) -> str:
        return f"run {self.pk}"
