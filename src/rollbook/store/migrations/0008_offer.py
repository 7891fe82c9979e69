"""What sources offer, what people decided about it in steps 3 and 4, and what they did in one go and may take back."""

from __future__ import annotations

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0007_run_failure"),
    ]

    operations = [
        migrations.CreateModel(
            name="Offer",
            fields=[
                (
                    "connection",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="offer",
                        serialize=False,
                        to="store.sourceconnection",
                    ),
                ),
                ("snapshot", models.TextField()),
                ("read_at", models.DateTimeField()),
                ("basis", models.TextField()),
                (
                    "district",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="offers", to="store.district"
                    ),
                ),
            ],
            options={
                "db_table": "offer",
            },
        ),
        migrations.CreateModel(
            name="ClassroomSuggestion",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("sourced_id", models.TextField()),
                ("reason", models.TextField()),
                ("is_sure", models.BooleanField()),
                ("facts", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                ("rivals", models.IntegerField()),
                (
                    "classroom",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="suggestions",
                        to="store.classroom",
                    ),
                ),
                (
                    "connection",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="classroom_suggestions",
                        to="store.sourceconnection",
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
                "db_table": "classroom_suggestion",
                "constraints": [
                    models.UniqueConstraint(fields=("connection", "classroom"), name="classroom_suggestion_key")
                ],
            },
        ),
        migrations.CreateModel(
            name="HandAct",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("step", models.TextField()),
                ("counts", models.JSONField()),
                ("first_log", models.BigIntegerField()),
                ("last_log", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                ("by", models.TextField()),
                ("undone_at", models.DateTimeField(null=True)),
                (
                    "connection",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="hand_acts",
                        to="store.sourceconnection",
                    ),
                ),
                (
                    "district",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="hand_acts", to="store.district"
                    ),
                ),
            ],
            options={
                "db_table": "hand_act",
                "indexes": [models.Index(fields=["connection", "-id"], name="hand_act_newest")],
            },
        ),
        migrations.CreateModel(
            name="LeftAlone",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("kind", models.TextField()),
                ("sourced_id", models.TextField(null=True)),
                ("object_id", models.BigIntegerField(null=True)),
                (
                    "connection",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="left_alone",
                        to="store.sourceconnection",
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
                "db_table": "left_alone",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("connection", "kind", "sourced_id", "object_id"),
                        name="left_alone_key",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "school"), ("object_id__isnull", True), ("sourced_id__isnull", False)),
                            models.Q(("kind", "classroom"), ("object_id__isnull", False), ("sourced_id__isnull", True)),
                            _connector="OR",
                        ),
                        name="left_alone_what",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OfferedClass",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("sourced_id", models.TextField()),
                ("name", models.TextField(null=True)),
                ("code", models.TextField(null=True)),
                (
                    "grades",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), null=True, size=None),
                ),
                (
                    "teachers",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), null=True, size=None),
                ),
                (
                    "connection",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="store.sourceconnection",
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
                (
                    "school",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="offered_classes",
                        to="store.school",
                    ),
                ),
            ],
            options={
                "db_table": "offered_class",
                "indexes": [models.Index(fields=["connection", "school"], name="offered_class_school")],
                "constraints": [models.UniqueConstraint(fields=("connection", "sourced_id"), name="offered_class_key")],
            },
        ),
        migrations.CreateModel(
            name="OfferedSchool",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("sourced_id", models.TextField()),
                ("name", models.TextField(null=True)),
                ("identifier", models.TextField(null=True)),
                (
                    "connection",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="store.sourceconnection",
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
                "db_table": "offered_school",
                "constraints": [
                    models.UniqueConstraint(fields=("connection", "sourced_id"), name="offered_school_key")
                ],
            },
        ),
    ]
