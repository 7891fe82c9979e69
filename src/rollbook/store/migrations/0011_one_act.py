"""What a person did in one go is an ``act``; it has no second table."""

from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0010_errand"),
    ]

    operations = [
        migrations.DeleteModel(
            name="HandAct",
        ),
    ]
