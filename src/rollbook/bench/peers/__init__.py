"""What an engineer would write today with Django's ORM: fair, idiomatic, in tables of their own."""

from __future__ import annotations

from rollbook.store.address import settings_from_url

__all__ = ["set_up"]


def set_up(url: str) -> None:
    """Django knows the peers' models and nothing else of ours, and their tables exist in the database at ``url``."""
    import django
    from django.conf import settings

    settings.configure(
        INSTALLED_APPS=["rollbook.bench.peers"],
        DATABASES={"default": settings_from_url(url)},
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
    )
    django.setup()
    from django.db import connection

    from rollbook.bench.peers.models import MODELS

    present = set(connection.introspection.table_names())
    with connection.schema_editor() as editor:
        for model in MODELS:
            if model._meta.db_table not in present:
                editor.create_model(model)
