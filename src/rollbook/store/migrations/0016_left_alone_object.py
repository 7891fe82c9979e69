"""Whether somebody decided about a classroom is asked for all existing ones at once: without an index that is a square."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0015_steady_whole"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="leftalone",
            index=models.Index(
                condition=models.Q(("object_id__isnull", False)),
                fields=["object_id", "connection"],
                name="left_alone_object",
            ),
        ),
    ]
