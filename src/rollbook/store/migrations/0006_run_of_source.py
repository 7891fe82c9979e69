"""The newest run of a source is asked for again and again: by whoever looks at all sources at once, after years of runs.

The foreign key keeps its own index: Django, told to drop it, drops the unique index of ``sync_run_one_waits`` with it, which is on
the same column.
"""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0005_account"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="syncrun",
            index=models.Index(fields=["connection", "-id"], name="sync_run_of_source"),
        ),
    ]
