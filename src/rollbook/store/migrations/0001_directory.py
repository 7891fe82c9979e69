"""The first tables: districts, their connections and runs, the directory, its change log."""

from __future__ import annotations

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="District",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slug", models.SlugField(max_length=63, unique=True)),
                ("name", models.TextField()),
                ("timezone", models.TextField(db_default="UTC", default="UTC")),
                ("region", models.TextField(db_default="US", default="US")),
                ("default_language", models.TextField(db_default="en", default="en")),
                ("snapshot_retention_days", models.PositiveIntegerField(db_default=30, default=30)),
                ("plan_retention_days", models.PositiveIntegerField(db_default=365, default=365)),
                ("revision", models.BigIntegerField(db_default=0, default=0)),
            ],
            options={
                "db_table": "district",
            },
        ),
        migrations.CreateModel(
            name="Course",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("title", models.TextField(null=True)),
                ("code", models.TextField(null=True)),
                (
                    "district",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="%(class)ss",
                        to="store.district",
                    ),
                ),
            ],
            options={
                "db_table": "course",
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Person",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("given_name", models.TextField(null=True)),
                ("family_name", models.TextField(null=True)),
                ("middle_name", models.TextField(null=True)),
                ("preferred_given_name", models.TextField(null=True)),
                ("preferred_family_name", models.TextField(null=True)),
                ("account_state", models.TextField()),
                ("disabled_by", models.TextField(null=True)),
                ("language", models.TextField(null=True)),
                ("activated_at", models.DateTimeField(null=True)),
                (
                    "district",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="%(class)ss",
                        to="store.district",
                    ),
                ),
            ],
            options={
                "db_table": "person",
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="School",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("name", models.TextField(null=True)),
                ("school_number", models.TextField(null=True)),
                ("nces_id", models.TextField(null=True)),
                (
                    "grades",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), null=True, size=None),
                ),
                ("status", models.TextField()),
                (
                    "district",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="%(class)ss",
                        to="store.district",
                    ),
                ),
            ],
            options={
                "db_table": "school",
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Classroom",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "session_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), null=True, size=None
                    ),
                ),
                ("name", models.TextField(null=True)),
                ("code", models.TextField(null=True)),
                ("class_type", models.TextField(null=True)),
                (
                    "grades",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), null=True, size=None),
                ),
                ("subject", models.TextField(null=True)),
                ("location", models.TextField(null=True)),
                (
                    "periods",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), null=True, size=None),
                ),
                ("starts_on", models.DateField(null=True)),
                ("ends_on", models.DateField(null=True)),
                ("kind", models.TextField()),
                ("status", models.TextField()),
                ("archived_by", models.TextField(null=True)),
                ("archive_reason", models.TextField(null=True)),
                (
                    "course",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="classrooms",
                        to="store.course",
                    ),
                ),
                (
                    "district",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="%(class)ss",
                        to="store.district",
                    ),
                ),
                (
                    "school",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="classrooms",
                        to="store.school",
                    ),
                ),
            ],
            options={
                "db_table": "classroom",
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="SourceConnection",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.TextField()),
                ("kind", models.TextField()),
                ("config", models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict)),
                ("settings", models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict)),
                (
                    "district",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="connections", to="store.district"
                    ),
                ),
            ],
            options={
                "db_table": "source_connection",
            },
        ),
        migrations.CreateModel(
            name="Student",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("given_name", models.TextField(null=True)),
                ("family_name", models.TextField(null=True)),
                ("middle_name", models.TextField(null=True)),
                ("preferred_given_name", models.TextField(null=True)),
                ("preferred_family_name", models.TextField(null=True)),
                ("student_number", models.TextField(null=True)),
                ("state_id", models.TextField(null=True)),
                ("grade", models.TextField(null=True)),
                ("email", models.TextField(null=True)),
                ("birth_on", models.DateField(null=True)),
                ("home_language", models.TextField(null=True)),
                ("status", models.TextField()),
                ("archived_by", models.TextField(null=True)),
                ("archive_reason", models.TextField(null=True)),
                (
                    "district",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="%(class)ss",
                        to="store.district",
                    ),
                ),
            ],
            options={
                "db_table": "student",
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="SyncRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.TextField(db_default="sync", default="sync")),
                ("state", models.TextField(db_default="planned", default="planned")),
                ("plan", models.TextField(null=True, unique=True)),
                ("baseline", models.TextField(db_default="", default="")),
                ("day", models.DateField(null=True)),
                ("created_at", models.DateTimeField()),
                ("created_by", models.TextField()),
                ("applied_at", models.DateTimeField(null=True)),
                ("counts", models.JSONField(default=dict)),
                ("receipt", models.JSONField(default=dict)),
                ("seconds", models.JSONField(default=dict)),
                ("findings", models.JSONField(default=dict)),
                ("rows", models.JSONField(default=dict)),
                ("approved", models.JSONField(default=list)),
                ("log_mark", models.BigIntegerField(null=True)),
                ("snapshot", models.TextField(db_default="", default="")),
                ("plan_artifact", models.TextField(db_default="", default="")),
                ("fingerprint", models.TextField(db_default="", default="")),
                ("error", models.TextField(db_default="", default="")),
                ("backend_pid", models.IntegerField(null=True)),
                (
                    "connection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="runs", to="store.sourceconnection"
                    ),
                ),
                (
                    "district",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="runs",
                        to="store.district",
                    ),
                ),
                (
                    "undoes",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="undone_by",
                        to="store.syncrun",
                    ),
                ),
            ],
            options={
                "db_table": "sync_run",
            },
        ),
        migrations.CreateModel(
            name="StudentSchool",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("status", models.TextField()),
                (
                    "connection",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="%(class)ss",
                        to="store.sourceconnection",
                    ),
                ),
                (
                    "district",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="%(class)ss",
                        to="store.district",
                    ),
                ),
                (
                    "school",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="students",
                        to="store.school",
                    ),
                ),
                (
                    "student",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="schools",
                        to="store.student",
                    ),
                ),
                (
                    "created_run",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="created_%(class)ss",
                        to="store.syncrun",
                    ),
                ),
            ],
            options={
                "db_table": "student_school",
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="student",
            name="created_run",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="created_%(class)ss",
                to="store.syncrun",
            ),
        ),
        migrations.CreateModel(
            name="StaffRole",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("role", models.TextField()),
                ("status", models.TextField()),
                (
                    "connection",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="%(class)ss",
                        to="store.sourceconnection",
                    ),
                ),
                (
                    "district",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="%(class)ss",
                        to="store.district",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="staff_roles",
                        to="store.person",
                    ),
                ),
                (
                    "school",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="staff_roles",
                        to="store.school",
                    ),
                ),
                (
                    "created_run",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="created_%(class)ss",
                        to="store.syncrun",
                    ),
                ),
            ],
            options={
                "db_table": "staff_role",
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="SourceLink",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("kind", models.TextField()),
                ("sourced_id", models.TextField()),
                ("object_id", models.BigIntegerField()),
                ("fingerprint", models.BigIntegerField(null=True)),
                (
                    "connection",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="%(class)ss",
                        to="store.sourceconnection",
                    ),
                ),
                (
                    "district",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="%(class)ss",
                        to="store.district",
                    ),
                ),
                (
                    "created_run",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="created_%(class)ss",
                        to="store.syncrun",
                    ),
                ),
            ],
            options={
                "db_table": "source_link",
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="school",
            name="created_run",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="created_%(class)ss",
                to="store.syncrun",
            ),
        ),
        migrations.AddField(
            model_name="person",
            name="created_run",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="created_%(class)ss",
                to="store.syncrun",
            ),
        ),
        migrations.CreateModel(
            name="Hold",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.TextField()),
                ("kind", models.TextField()),
                ("group", models.TextField()),
                ("count", models.BigIntegerField()),
                ("base", models.BigIntegerField()),
                ("percent", models.FloatField()),
                ("threshold", models.BigIntegerField()),
                ("cause", models.TextField()),
                ("sentence", models.TextField()),
                ("depends_on", models.TextField(db_default="", default="")),
                ("state", models.TextField(db_default="open", default="open")),
                ("decided_by", models.TextField(db_default="", default="")),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "school",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="holds",
                        to="store.school",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="holds",
                        to="store.syncrun",
                    ),
                ),
            ],
            options={
                "db_table": "hold",
            },
        ),
        migrations.CreateModel(
            name="Guardianship",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("relationship", models.TextField(null=True)),
                ("rights", models.TextField(null=True)),
                ("status", models.TextField()),
                (
                    "district",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="%(class)ss",
                        to="store.district",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="guardianships",
                        to="store.person",
                    ),
                ),
                (
                    "connection",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="%(class)ss",
                        to="store.sourceconnection",
                    ),
                ),
                (
                    "student",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="guardianships",
                        to="store.student",
                    ),
                ),
                (
                    "created_run",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="created_%(class)ss",
                        to="store.syncrun",
                    ),
                ),
            ],
            options={
                "db_table": "guardianship",
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Enrollment",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("role", models.TextField()),
                ("is_primary", models.BooleanField(default=False)),
                ("begins_on", models.DateField(null=True)),
                ("ends_on", models.DateField(null=True)),
                ("status", models.TextField()),
                (
                    "classroom",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="enrollments",
                        to="store.classroom",
                    ),
                ),
                (
                    "district",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="%(class)ss",
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
                        related_name="enrollments",
                        to="store.person",
                    ),
                ),
                (
                    "connection",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="%(class)ss",
                        to="store.sourceconnection",
                    ),
                ),
                (
                    "student",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="enrollments",
                        to="store.student",
                    ),
                ),
                (
                    "created_run",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="created_%(class)ss",
                        to="store.syncrun",
                    ),
                ),
            ],
            options={
                "db_table": "enrollment",
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="course",
            name="created_run",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="created_%(class)ss",
                to="store.syncrun",
            ),
        ),
        migrations.CreateModel(
            name="ContactMethod",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("kind", models.TextField()),
                ("value", models.TextField()),
                ("owner", models.TextField()),
                ("verified", models.BooleanField(db_default=False, default=False)),
                ("delivery_state", models.TextField(db_default="unknown", default="unknown")),
                (
                    "district",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="%(class)ss",
                        to="store.district",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="contact_methods",
                        to="store.person",
                    ),
                ),
                (
                    "created_run",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="created_%(class)ss",
                        to="store.syncrun",
                    ),
                ),
            ],
            options={
                "db_table": "contact_method",
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="classroom",
            name="created_run",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="created_%(class)ss",
                to="store.syncrun",
            ),
        ),
        migrations.CreateModel(
            name="ChangeLog",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("table", models.TextField()),
                ("row_id", models.BigIntegerField()),
                ("op", models.TextField()),
                ("kind", models.TextField(null=True)),
                ("record_id", models.BigIntegerField(null=True)),
                ("action", models.TextField(null=True)),
                ("old", models.JSONField(null=True)),
                ("new", models.JSONField(null=True)),
                ("at", models.DateTimeField()),
                ("by", models.TextField()),
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
                    "run",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="changes",
                        to="store.syncrun",
                    ),
                ),
            ],
            options={
                "db_table": "change_log",
            },
        ),
        migrations.CreateModel(
            name="AcademicSession",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("title", models.TextField(null=True)),
                ("type", models.TextField(null=True)),
                ("starts_on", models.DateField(null=True)),
                ("ends_on", models.DateField(null=True)),
                ("school_year", models.TextField(null=True)),
                (
                    "district",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="%(class)ss",
                        to="store.district",
                    ),
                ),
                (
                    "created_run",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="created_%(class)ss",
                        to="store.syncrun",
                    ),
                ),
            ],
            options={
                "db_table": "academic_session",
                "abstract": False,
            },
        ),
        migrations.AddConstraint(
            model_name="sourceconnection",
            constraint=models.UniqueConstraint(fields=("district", "name"), name="source_connection_district_name"),
        ),
        migrations.AddIndex(
            model_name="syncrun",
            index=models.Index(fields=["district", "-id"], name="sync_run_history"),
        ),
        migrations.AddIndex(
            model_name="studentschool",
            index=django.contrib.postgres.indexes.BrinIndex(fields=["created_run"], name="studentschool_created_run"),
        ),
        migrations.AddIndex(
            model_name="studentschool",
            index=models.Index(fields=["district", "school", "student"], name="student_school_directory"),
        ),
        migrations.AddConstraint(
            model_name="studentschool",
            constraint=models.UniqueConstraint(fields=("district", "student", "school"), name="student_school_key"),
        ),
        migrations.AddIndex(
            model_name="student",
            index=django.contrib.postgres.indexes.BrinIndex(fields=["created_run"], name="student_created_run"),
        ),
        migrations.AddIndex(
            model_name="student",
            index=models.Index(fields=["district", "student_number"], name="student_number"),
        ),
        migrations.AddIndex(
            model_name="staffrole",
            index=django.contrib.postgres.indexes.BrinIndex(fields=["created_run"], name="staffrole_created_run"),
        ),
        migrations.AddIndex(
            model_name="staffrole",
            index=models.Index(fields=["district", "person"], name="staff_role_person"),
        ),
        migrations.AddIndex(
            model_name="staffrole",
            index=models.Index(fields=["district", "school"], name="staff_role_school"),
        ),
        migrations.AddIndex(
            model_name="sourcelink",
            index=django.contrib.postgres.indexes.BrinIndex(fields=["created_run"], name="sourcelink_created_run"),
        ),
        migrations.AddIndex(
            model_name="sourcelink",
            index=models.Index(fields=["district", "kind", "object_id"], name="source_link_object"),
        ),
        migrations.AddConstraint(
            model_name="sourcelink",
            constraint=models.UniqueConstraint(
                fields=("district", "connection", "kind", "sourced_id"), name="source_link_key"
            ),
        ),
        migrations.AddIndex(
            model_name="school",
            index=django.contrib.postgres.indexes.BrinIndex(fields=["created_run"], name="school_created_run"),
        ),
        migrations.AddIndex(
            model_name="school",
            index=models.Index(fields=["district"], name="school_district"),
        ),
        migrations.AddIndex(
            model_name="person",
            index=django.contrib.postgres.indexes.BrinIndex(fields=["created_run"], name="person_created_run"),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(fields=["district"], name="person_district"),
        ),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.UniqueConstraint(fields=("run", "key"), name="hold_run_key"),
        ),
        migrations.AddIndex(
            model_name="guardianship",
            index=django.contrib.postgres.indexes.BrinIndex(fields=["created_run"], name="guardianship_created_run"),
        ),
        migrations.AddIndex(
            model_name="guardianship",
            index=models.Index(fields=["district", "person"], name="guardianship_person"),
        ),
        migrations.AddConstraint(
            model_name="guardianship",
            constraint=models.UniqueConstraint(fields=("district", "student", "person"), name="guardianship_key"),
        ),
        migrations.AddIndex(
            model_name="enrollment",
            index=django.contrib.postgres.indexes.BrinIndex(fields=["created_run"], name="enrollment_created_run"),
        ),
        migrations.AddIndex(
            model_name="enrollment",
            index=models.Index(
                condition=models.Q(("student__isnull", False)),
                fields=["district", "student"],
                name="enrollment_student",
            ),
        ),
        migrations.AddIndex(
            model_name="enrollment",
            index=models.Index(
                condition=models.Q(("person__isnull", False)), fields=["district", "person"], name="enrollment_person"
            ),
        ),
        migrations.AddConstraint(
            model_name="enrollment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("student__isnull", False)),
                fields=("district", "classroom", "student"),
                name="enrollment_student_key",
            ),
        ),
        migrations.AddConstraint(
            model_name="enrollment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("person__isnull", False)),
                fields=("district", "classroom", "person"),
                name="enrollment_person_key",
            ),
        ),
        migrations.AddConstraint(
            model_name="enrollment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("person__isnull", True), ("student__isnull", False)),
                    models.Q(("person__isnull", False), ("student__isnull", True)),
                    _connector="OR",
                ),
                name="enrollment_one_member",
            ),
        ),
        migrations.AddIndex(
            model_name="course",
            index=django.contrib.postgres.indexes.BrinIndex(fields=["created_run"], name="course_created_run"),
        ),
        migrations.AddIndex(
            model_name="course",
            index=models.Index(fields=["district"], name="course_district"),
        ),
        migrations.AddIndex(
            model_name="contactmethod",
            index=django.contrib.postgres.indexes.BrinIndex(fields=["created_run"], name="contactmethod_created_run"),
        ),
        migrations.AddIndex(
            model_name="contactmethod",
            index=models.Index(fields=["district", "kind", "value"], name="contact_method_value"),
        ),
        migrations.AddConstraint(
            model_name="contactmethod",
            constraint=models.UniqueConstraint(
                fields=("district", "person", "kind", "owner"), name="contact_method_key"
            ),
        ),
        migrations.AddIndex(
            model_name="classroom",
            index=django.contrib.postgres.indexes.BrinIndex(fields=["created_run"], name="classroom_created_run"),
        ),
        migrations.AddIndex(
            model_name="classroom",
            index=models.Index(fields=["district", "school"], name="classroom_school"),
        ),
        migrations.AddIndex(
            model_name="changelog",
            index=models.Index(fields=["district", "kind", "record_id"], name="change_log_record"),
        ),
        migrations.AddIndex(
            model_name="changelog",
            index=models.Index(fields=["run", "table"], name="change_log_run"),
        ),
        migrations.AddIndex(
            model_name="academicsession",
            index=django.contrib.postgres.indexes.BrinIndex(fields=["created_run"], name="academicsession_created_run"),
        ),
        migrations.AddIndex(
            model_name="academicsession",
            index=models.Index(fields=["district"], name="academic_session_district"),
        ),
    ]
