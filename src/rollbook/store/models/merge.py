"""Which records became one, and which pairs may be one."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

__all__ = ["DuplicatePair", "Merge"]


class DuplicatePair(models.Model):
    """Two students, or two persons (``kind``), who may be one; ``left_id`` < ``right_id``.

    ``weight``: bits of evidence; ``verdict``: certain, likely or look; ``reasons``: comparison and level. ``is_different``:
    a person said that they are two, which is remembered. A pair of which one record is gone, merged or erased, is not
    shown while it is gone. The ids refer to no row by constraint, since a merged record is not there.
    """

    id = models.BigAutoField(primary_key=True)
    district = models.ForeignKey(
        "store.District", models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    kind = models.TextField()
    left_id = models.BigIntegerField()
    right_id = models.BigIntegerField()
    weight = models.FloatField()
    verdict = models.TextField()
    reasons = ArrayField(models.TextField())
    found_at = models.DateTimeField()
    is_different = models.BooleanField(default=False, db_default=False)
    decided_by = models.TextField(default="", db_default="")
    decided_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager[DuplicatePair]] = models.Manager()

    class Meta:
        db_table = "duplicate_pair"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["district", "kind", "left_id", "right_id"], name="duplicate_pair_key"),
            models.CheckConstraint(name="duplicate_pair_order", condition=models.Q(left_id__lt=models.F("right_id"))),
        ]

    def __str__(self) -> str:
        return f"pair {self.pk}"


class Merge(models.Model):
    """``merged_id`` became ``survivor_id`` by ``act``, and is it while the act is done."""

    id = models.BigAutoField(primary_key=True)
    district = models.ForeignKey(
        "store.District", models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    act = models.ForeignKey("store.Act", models.CASCADE, related_name="merges")
    kind = models.TextField()
    survivor_id = models.BigIntegerField()
    merged_id = models.BigIntegerField()

    objects: ClassVar[models.Manager[Merge]] = models.Manager()

    class Meta:
        db_table = "merge"
        indexes: ClassVar = [models.Index(fields=["district", "kind", "merged_id"], name="merge_merged")]

    def __str__(self) -> str:
        return f"merge {self.pk}"
