"""What schools and families have to do with each other: announcements, backpacks, interactions, attributes."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0008_act"),
    ]

    operations = [
        migrations.CreateModel(
            name="BackpackItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.TextField()),
                ("kind", models.TextField()),
                ("visibility", models.TextField()),
                ("file_name", models.TextField()),
                ("media_type", models.TextField()),
                ("size", models.PositiveBigIntegerField()),
                ("digest", models.TextField()),
                ("created_at", models.DateTimeField()),
                ("created_by", models.TextField()),
                ("removed_at", models.DateTimeField(null=True)),
                ("removed_by", models.TextField(db_default="", default="")),
                (
                    "district",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="backpack_items",
                        to="store.district",
                    ),
                ),
                (
                    "student",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="backpack",
                        to="store.student",
                    ),
                ),
            ],
            options={
                "db_table": "backpack_item",
            },
        ),
        migrations.CreateModel(
            name="Announcement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.TextField()),
                ("text", models.TextField()),
                ("created_at", models.DateTimeField()),
                ("created_by", models.TextField()),
                (
                    "classroom",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="announcements",
                        to="store.classroom",
                    ),
                ),
                (
                    "district",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="announcements",
                        to="store.district",
                    ),
                ),
                (
                    "school",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="announcements",
                        to="store.school",
                    ),
                ),
            ],
            options={
                "db_table": "announcement",
            },
        ),
        migrations.CreateModel(
            name="AnnouncementMail",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("is_lead", models.BooleanField()),
                ("state", models.TextField()),
                ("tries", models.PositiveIntegerField(db_default=0, default=0)),
                ("next_try_at", models.DateTimeField()),
                ("error", models.TextField(db_default="", default="")),
                ("sent_at", models.DateTimeField(null=True)),
                (
                    "announcement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="mails", to="store.announcement"
                    ),
                ),
                (
                    "district",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="store.district",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="announcement_mails",
                        to="store.person",
                    ),
                ),
                (
                    "student",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="announcement_mails",
                        to="store.student",
                    ),
                ),
            ],
            options={
                "db_table": "announcement_mail",
            },
        ),
        migrations.CreateModel(
            name="AttributeKind",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.TextField()),
                ("type", models.TextField()),
                ("is_sensitive", models.BooleanField()),
                ("created_at", models.DateTimeField()),
                ("created_by", models.TextField()),
                (
                    "district",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="attribute_kinds",
                        to="store.district",
                    ),
                ),
            ],
            options={
                "db_table": "attribute_kind",
            },
        ),
        migrations.CreateModel(
            name="BackpackFile",
            fields=[
                (
                    "item",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="file",
                        serialize=False,
                        to="store.backpackitem",
                    ),
                ),
                ("sealed", models.BinaryField()),
            ],
            options={
                "db_table": "backpack_file",
            },
        ),
        migrations.CreateModel(
            name="Interaction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("channel", models.TextField()),
                ("on", models.DateField()),
                ("note", models.TextField()),
                ("follow_up_on", models.DateField(null=True)),
                ("followed_up_at", models.DateTimeField(null=True)),
                ("followed_up_by", models.TextField(db_default="", default="")),
                ("created_at", models.DateTimeField()),
                ("created_by", models.TextField()),
                (
                    "district",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="interactions",
                        to="store.district",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="interactions",
                        to="store.person",
                    ),
                ),
                (
                    "student",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="interactions",
                        to="store.student",
                    ),
                ),
            ],
            options={
                "db_table": "interaction",
            },
        ),
        migrations.CreateModel(
            name="StudentAttribute",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("value", models.TextField()),
                ("changed_at", models.DateTimeField()),
                ("changed_by", models.TextField()),
                (
                    "district",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="student_attributes",
                        to="store.district",
                    ),
                ),
                (
                    "kind",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="values", to="store.attributekind"
                    ),
                ),
                (
                    "student",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="attributes",
                        to="store.student",
                    ),
                ),
            ],
            options={
                "db_table": "student_attribute",
            },
        ),
        migrations.AddIndex(
            model_name="announcement",
            index=models.Index(fields=["district", "-created_at"], name="announcement_newest"),
        ),
        migrations.AddIndex(
            model_name="announcementmail",
            index=models.Index(
                condition=models.Q(("is_lead", True), ("state", "waiting")),
                fields=["next_try_at"],
                name="announcement_mail_waiting",
            ),
        ),
        migrations.AddIndex(
            model_name="announcementmail",
            index=models.Index(fields=["district", "student"], name="announcement_mail_student"),
        ),
        migrations.AddIndex(
            model_name="announcementmail",
            index=models.Index(fields=["district", "person"], name="announcement_mail_person"),
        ),
        migrations.AddConstraint(
            model_name="announcementmail",
            constraint=models.UniqueConstraint(
                fields=("announcement", "person", "student"), name="announcement_mail_key"
            ),
        ),
        migrations.AddConstraint(
            model_name="attributekind",
            constraint=models.UniqueConstraint(fields=("district", "name"), name="attribute_kind_name"),
        ),
        migrations.AddIndex(
            model_name="backpackitem",
            index=models.Index(fields=["district", "student"], name="backpack_item_student"),
        ),
        migrations.AddIndex(
            model_name="backpackitem",
            index=models.Index(
                condition=models.Q(("removed_at__isnull", False)), fields=["removed_at"], name="backpack_removed"
            ),
        ),
        migrations.AddIndex(
            model_name="interaction",
            index=models.Index(fields=["district", "student"], name="interaction_student"),
        ),
        migrations.AddIndex(
            model_name="interaction",
            index=models.Index(
                condition=models.Q(("person__isnull", False)), fields=["district", "person"], name="interaction_person"
            ),
        ),
        migrations.AddIndex(
            model_name="interaction",
            index=models.Index(
                condition=models.Q(("follow_up_on__isnull", False), ("followed_up_at__isnull", True)),
                fields=["district", "follow_up_on"],
                name="interaction_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="studentattribute",
            constraint=models.UniqueConstraint(fields=("district", "student", "kind"), name="student_attribute_key"),
        ),
    ]
