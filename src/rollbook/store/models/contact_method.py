"""How to reach a person."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from rollbook.store.models.directory_row import DirectoryRow

__all__ = ["ContactMethod"]


class ContactMethod(DirectoryRow):
    """One way to reach a person. ``value`` is normalised (E.164; case-folded e-mail). ``owner``: source, person or
    staff: who may change it (R-6)."""

    person = models.ForeignKey(
        "store.Person", models.DO_NOTHING, db_constraint=False, db_index=False, related_name="contact_methods"
    )
    kind = models.TextField()
    value = models.TextField()
    owner = models.TextField()
    verified = models.BooleanField(default=False, db_default=False)
    delivery_state = models.TextField(default="unknown", db_default="unknown")

    objects: ClassVar[models.Manager[ContactMethod]] = models.Manager()

    class Meta(DirectoryRow.Meta):
        db_table = "contact_method"
        indexes: ClassVar = [
            *DirectoryRow.Meta.indexes,
            # who has this contact: sign-in, shared contacts, adoption
            models.Index(fields=["district", "kind", "value"], name="contact_method_value"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["district", "person", "kind", "owner"], name="contact_method_key"),
        ]

    def __str__(self) -> str:
        return f"contact method {self.pk}"
