"""What an account may do in a district."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

__all__ = ["DistrictRole"]


class DistrictRole(models.Model):
    """An account has a role in a district; without one, the district is not there for it (T-1). ``role``: a key of
    ``core.permissions.DISTRICT_ROLES``."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="district_roles")
    district = models.ForeignKey("store.District", on_delete=models.CASCADE, related_name="account_roles")
    role = models.TextField()
    granted_at = models.DateTimeField()
    granted_by = models.TextField()

    objects: ClassVar[models.Manager[DistrictRole]] = models.Manager()

    class Meta:
        db_table = "district_role"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "district"], name="district_role_account_district"),
        ]

    def __str__(self) -> str:
        return f"district role {self.pk}"
