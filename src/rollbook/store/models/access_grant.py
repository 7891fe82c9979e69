"""What an account may do at a school, or beyond its role in the district."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

__all__ = ["AccessGrant"]


class AccessGrant(models.Model):
    """An account has a role of one school, a role by who it is, or a custom permission (T-1). ``what``: a key of
    ``core.permissions.ROLES`` or ``PERMISSIONS``; ``school`` null: in the whole district; ``person`` or ``student``: who
    the account is in the directory, for the roles that follow from it."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="access_grants")
    district = models.ForeignKey("store.District", on_delete=models.CASCADE, related_name="access_grants")
    what = models.TextField()
    school = models.ForeignKey("store.School", models.DO_NOTHING, null=True, db_constraint=False, related_name="+")
    person = models.ForeignKey("store.Person", models.DO_NOTHING, null=True, db_constraint=False, related_name="+")
    student = models.ForeignKey("store.Student", models.DO_NOTHING, null=True, db_constraint=False, related_name="+")
    granted_at = models.DateTimeField()
    granted_by = models.TextField()

    objects: ClassVar[models.Manager[AccessGrant]] = models.Manager()

    class Meta:
        db_table = "access_grant"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["account", "district", "what", "school", "person", "student"],
                nulls_distinct=False,
                name="access_grant_once",
            ),
        ]

    def __str__(self) -> str:
        return f"access grant {self.pk}"
