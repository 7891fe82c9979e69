"""With which kind of error a worker's run ended: what a command exits with, and what others do about it, depends on it."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0006_run_of_source"),
    ]

    operations = [
        migrations.AddField(
            model_name="syncrun",
            name="failure",
            field=models.TextField(db_default="", default=""),
        ),
    ]
