"""What a person did in one go is kept as an act, and the rows it changed in the change log name it (O-3, R-11)."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0008_offer"),
    ]

    operations = [
        migrations.CreateModel(
            name="Act",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.TextField()),
                ("state", models.TextField(db_default="done", default="done")),
                ("by", models.TextField()),
                ("at", models.DateTimeField()),
                ("reason", models.TextField(db_default="", default="")),
                ("counts", models.JSONField(default=dict)),
                ("log_mark", models.BigIntegerField(null=True)),
                (
                    "district",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="acts",
                        to="store.district",
                    ),
                ),
                (
                    "undoes",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="undone_by", to="store.act"
                    ),
                ),
            ],
            options={
                "db_table": "act",
            },
        ),
        migrations.AddField(
            model_name="changelog",
            name="act",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="changes",
                to="store.act",
            ),
        ),
        migrations.AddIndex(
            model_name="changelog",
            index=models.Index(
                condition=models.Q(("act__isnull", False)), fields=["act", "table"], name="change_log_act"
            ),
        ),
        migrations.AddIndex(
            model_name="act",
            index=models.Index(fields=["district", "-id"], name="act_history"),
        ),
    ]
