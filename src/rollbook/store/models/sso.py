"""Single sign-on: a district's app at a vendor, and whom the vendor's people are here."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

__all__ = ["SsoApp", "SsoIdentity"]


class SsoApp(models.Model):
    """An app of a district at ``provider`` (classlink, clever, oidc). ``secret`` is sealed (T-3). ``tested_at``: when an
    administrator last came through it."""

    district = models.ForeignKey("store.District", on_delete=models.CASCADE, related_name="sso_apps")
    provider = models.TextField()
    tenant = models.TextField()
    client_id = models.TextField()
    secret = models.JSONField()
    base = models.TextField()
    api = models.TextField()
    claim = models.TextField(default="sub", db_default="sub")
    created_at = models.DateTimeField()
    created_by = models.TextField()
    tested_at = models.DateTimeField(null=True)
    tested_by = models.TextField(default="", db_default="")

    objects: ClassVar[models.Manager[SsoApp]] = models.Manager()

    class Meta:
        db_table = "sso_app"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["district", "provider", "tenant"], name="sso_app_key"),
        ]

    def __str__(self) -> str:
        return f"sso app {self.pk}"


class SsoIdentity(models.Model):
    """``subject`` of ``tenant`` signs in as ``account`` (T-6). Which person of the directory that is, is looked up anew at
    every sign-in."""

    district = models.ForeignKey("store.District", on_delete=models.CASCADE, related_name="sso_identities")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sso_identities")
    provider = models.TextField()
    tenant = models.TextField()
    subject = models.TextField()
    created_at = models.DateTimeField()
    last_at = models.DateTimeField()

    objects: ClassVar[models.Manager[SsoIdentity]] = models.Manager()

    class Meta:
        db_table = "sso_identity"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["district", "provider", "tenant", "subject"], name="sso_identity_key"),
            models.CheckConstraint(condition=~models.Q(subject=""), name="sso_identity_not_blank"),
        ]

    def __str__(self) -> str:
        return f"sso identity {self.pk}"
