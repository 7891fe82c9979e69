"""Pairs that may be one, and which records became one by which act. They refer by number: a merged record is not there."""

from __future__ import annotations

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0015_steady_whole"),
    ]

    operations = [
        migrations.CreateModel(
            name="DuplicatePair",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("kind", models.TextField()),
                ("left_id", models.BigIntegerField()),
                ("right_id", models.BigIntegerField()),
                ("weight", models.FloatField()),
                ("verdict", models.TextField()),
                ("reasons", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                ("found_at", models.DateTimeField()),
                ("is_different", models.BooleanField(db_default=False, default=False)),
                ("decided_by", models.TextField(db_default="", default="")),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "district",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="store.district",
                    ),
                ),
            ],
            options={
                "db_table": "duplicate_pair",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("district", "kind", "left_id", "right_id"), name="duplicate_pair_key"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("left_id__lt", models.F("right_id"))), name="duplicate_pair_order"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Merge",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("kind", models.TextField()),
                ("survivor_id", models.BigIntegerField()),
                ("merged_id", models.BigIntegerField()),
                (
                    "act",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="merges", to="store.act"
                    ),
                ),
                (
                    "district",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="store.district",
                    ),
                ),
            ],
            options={
                "db_table": "merge",
                "indexes": [models.Index(fields=["district", "kind", "merged_id"], name="merge_merged")],
            },
        ),
    ]
