"""The one Django application of Rollbook."""

from __future__ import annotations

from django.apps import AppConfig


class StoreConfig(AppConfig):
    """Holds every model; its tables are named `store_…`."""

    name = "rollbook.store"
    label = "store"
    verbose_name = "Rollbook"
    default_auto_field = "django.db.models.BigAutoField"
