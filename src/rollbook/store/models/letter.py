"""A mail that is to be sent, or was."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

__all__ = ["Letter"]


class Letter(models.Model):
    """One mail to one recipient, written in the transaction that found what it tells, so that none is lost. It is tried
    at ``next_try_at`` until it is sent; ``error`` is why the last try failed: the class of the error, never what the
    other server said."""

    recipient = models.ForeignKey("store.Recipient", on_delete=models.CASCADE, related_name="letters")
    subject = models.TextField()
    text = models.TextField()
    html = models.TextField()
    created_at = models.DateTimeField()
    next_try_at = models.DateTimeField()
    tries = models.PositiveIntegerField(default=0, db_default=0)
    error = models.TextField(default="", db_default="")
    sent_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager[Letter]] = models.Manager()

    class Meta:
        db_table = "letter"
        indexes: ClassVar = [
            models.Index(fields=["next_try_at"], condition=models.Q(sent_at=None), name="letter_waiting"),
        ]

    def __str__(self) -> str:
        return f"letter {self.pk}"
