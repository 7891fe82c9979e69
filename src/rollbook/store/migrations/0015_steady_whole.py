"""When everything was last looked at: plans of only what changed may follow each other for some days, not for ever."""

from __future__ import annotations

import datetime as dt

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0013_merge"),
        ("store", "0014_access_grant"),
    ]

    operations = [
        migrations.AddField(
            model_name="steadyplan",
            name="whole_on",
            field=models.DateField(default=dt.date(1970, 1, 1)),
            preserve_default=False,
        ),
    ]
