"""What a source's plan is while nothing moves."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

__all__ = ["SteadyPlan"]


class SteadyPlan(models.Model):
    """The newest plan of a connection that would do nothing, as computed from ``run``'s snapshot (``fingerprint``),
    the settings and directory of ``baseline``, the connector's ``config`` (a digest) and ``program`` (a digest of the
    code that decides), for every day from ``since`` to before ``until`` (null: for good). ``whole_on``: the day on which
    everything was last looked at, and not only what had changed."""

    connection = models.OneToOneField("store.SourceConnection", on_delete=models.CASCADE, related_name="steady_plan")
    run = models.ForeignKey("store.SyncRun", on_delete=models.CASCADE, related_name="+")
    plan_artifact = models.TextField()
    fingerprint = models.TextField()
    baseline = models.TextField()
    config = models.TextField()
    program = models.TextField()
    since = models.DateField()
    until = models.DateField(null=True)
    whole_on = models.DateField()

    objects: ClassVar[models.Manager[SteadyPlan]] = models.Manager()

    class Meta:
        db_table = "steady_plan"

    def __str__(self) -> str:
        return f"{self.fingerprint} from {self.since}"
