"""What a worker is asked to do with a run other than all of it, by whom, and which run came of it."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0009_examination"),
    ]

    operations = [
        migrations.AddField(
            model_name="syncrun",
            name="errand",
            field=models.TextField(db_default="", default=""),
        ),
        migrations.AddField(
            model_name="syncrun",
            name="errand_by",
            field=models.TextField(db_default="", default=""),
        ),
        migrations.AddField(
            model_name="syncrun",
            name="follower",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="follows",
                to="store.syncrun",
            ),
        ),
    ]
