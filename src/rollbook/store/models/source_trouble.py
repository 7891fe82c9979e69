"""What a source fails with, for as long as it fails."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

__all__ = ["SourceTrouble"]


class SourceTrouble(models.Model):
    """The last reading of a connection failed, as ``times`` did in a row ``since``. ``code`` is the error's class,
    ``findings`` are the codes of its findings, ``is_suspended`` that the vendor turned the app off. A reading that
    succeeds removes the row."""

    connection = models.OneToOneField("store.SourceConnection", on_delete=models.CASCADE, related_name="trouble")
    code = models.TextField()
    sentence = models.TextField()
    hint = models.TextField(default="", db_default="")
    findings = models.JSONField(default=list)
    is_suspended = models.BooleanField(default=False, db_default=False)
    since = models.DateTimeField()
    last_at = models.DateTimeField()
    times = models.PositiveIntegerField(default=1, db_default=1)

    objects: ClassVar[models.Manager[SourceTrouble]] = models.Manager()

    class Meta:
        db_table = "source_trouble"

    def __str__(self) -> str:
        return f"{self.code} since {self.since}"
