"""Signing in: links that work once, and attempts that failed."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

__all__ = ["FailedSignIn", "SignInLink"]


class SignInLink(models.Model):
    """A link that signs one account in, once, until ``expires_at``. Only a digest of it is kept."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sign_in_links")
    digest = models.TextField(unique=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager[SignInLink]] = models.Manager()

    class Meta:
        db_table = "sign_in_link"

    def __str__(self) -> str:
        return f"sign-in link {self.pk}"


class FailedSignIn(models.Model):
    """An attempt to sign in that failed. ``key`` is a keyed digest of who or from where: no address is kept."""

    key = models.TextField()
    at = models.DateTimeField()

    objects: ClassVar[models.Manager[FailedSignIn]] = models.Manager()

    class Meta:
        db_table = "failed_sign_in"
        indexes: ClassVar = [models.Index(fields=["key", "at"], name="failed_sign_in_key")]

    def __str__(self) -> str:
        return f"failed sign-in {self.pk}"
