"""What one person asked to be approved by fewer, until another confirms it."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0016_left_alone_object"),
    ]

    operations = [
        migrations.AddField(
            model_name="sourceconnection",
            name="wish",
            field=models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict),
        ),
    ]
