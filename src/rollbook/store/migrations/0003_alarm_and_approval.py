"""What persons say of holds; what administrators are told, and who they are; mail that waits to be sent."""

from __future__ import annotations

import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0002_steady_plan"),
    ]

    operations = [
        migrations.AddField(
            model_name="hold",
            name="people",
            field=models.TextField(db_default="", default=""),
        ),
        migrations.AddField(
            model_name="hold",
            name="released_run",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="released",
                to="store.syncrun",
            ),
        ),
        migrations.AddField(
            model_name="hold",
            name="was_rejected",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.CreateModel(
            name="HoldDecision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("verdict", models.TextField()),
                ("by", models.TextField()),
                ("at", models.DateTimeField()),
                (
                    "hold",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="decisions", to="store.hold"
                    ),
                ),
            ],
            options={
                "db_table": "hold_decision",
            },
        ),
        migrations.CreateModel(
            name="Recipient",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("address", models.TextField()),
                ("kinds", models.JSONField(default=list)),
                ("language", models.TextField(db_default="en", default="en")),
                ("created_at", models.DateTimeField()),
                ("created_by", models.TextField()),
                ("digest_at", models.DateTimeField(null=True)),
                (
                    "district",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="recipients", to="store.district"
                    ),
                ),
            ],
            options={
                "db_table": "recipient",
            },
        ),
        migrations.CreateModel(
            name="Letter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("subject", models.TextField()),
                ("text", models.TextField()),
                ("html", models.TextField()),
                ("created_at", models.DateTimeField()),
                ("next_try_at", models.DateTimeField()),
                ("tries", models.PositiveIntegerField(db_default=0, default=0)),
                ("error", models.TextField(db_default="", default="")),
                ("sent_at", models.DateTimeField(null=True)),
                (
                    "recipient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="letters", to="store.recipient"
                    ),
                ),
            ],
            options={
                "db_table": "letter",
            },
        ),
        migrations.CreateModel(
            name="SourceTrouble",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.TextField()),
                ("sentence", models.TextField()),
                ("hint", models.TextField(db_default="", default="")),
                ("findings", models.JSONField(default=list)),
                ("is_suspended", models.BooleanField(db_default=False, default=False)),
                ("since", models.DateTimeField()),
                ("last_at", models.DateTimeField()),
                ("times", models.PositiveIntegerField(db_default=1, default=1)),
                (
                    "connection",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="trouble", to="store.sourceconnection"
                    ),
                ),
            ],
            options={
                "db_table": "source_trouble",
            },
        ),
        migrations.CreateModel(
            name="Alarm",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.TextField()),
                ("subject", models.TextField(db_default="", default="")),
                ("evidence", models.JSONField(default=dict)),
                ("since", models.DateTimeField()),
                ("told_at", models.DateTimeField(null=True)),
                ("over_at", models.DateTimeField(null=True)),
                ("over_told_at", models.DateTimeField(null=True)),
                (
                    "connection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="alarms", to="store.sourceconnection"
                    ),
                ),
            ],
            options={
                "db_table": "alarm",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("over_at", None)),
                        fields=("connection", "kind", "subject"),
                        name="alarm_once",
                    )
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="recipient",
            constraint=models.UniqueConstraint(
                models.F("district"),
                django.db.models.functions.text.Lower("address"),
                name="recipient_district_address",
            ),
        ),
        migrations.AddIndex(
            model_name="letter",
            index=models.Index(condition=models.Q(("sent_at", None)), fields=["next_try_at"], name="letter_waiting"),
        ),
    ]
