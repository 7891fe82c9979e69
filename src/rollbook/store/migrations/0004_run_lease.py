"""Runs that workers carry out: who has the lease, how far it is, what is due. The job queue's own tables come first: the
newest migration of Procrastinate is named here, so that a database of ours always has all of them."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("procrastinate", "0041_post_retry_failed_job"),
        ("store", "0003_alarm_and_approval"),
    ]

    operations = [
        migrations.AddField(
            model_name="sourceconnection",
            name="next_due_at",
            field=models.DateTimeField(db_index=True, null=True),
        ),
        migrations.AddField(
            model_name="sourceconnection",
            name="paused_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="sourceconnection",
            name="paused_because",
            field=models.TextField(db_default="", default=""),
        ),
        migrations.AddField(
            model_name="syncrun",
            name="cancel_by",
            field=models.TextField(db_default="", default=""),
        ),
        migrations.AddField(
            model_name="syncrun",
            name="done",
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="syncrun",
            name="due_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="syncrun",
            name="ended_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="syncrun",
            name="heartbeat_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="syncrun",
            name="job",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="syncrun",
            name="leftover",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="syncrun",
            name="notes",
            field=models.JSONField(db_default=models.Value([], models.JSONField()), default=list),
        ),
        migrations.AddField(
            model_name="syncrun",
            name="retry_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="syncrun",
            name="stage",
            field=models.TextField(db_default="", default=""),
        ),
        migrations.AddField(
            model_name="syncrun",
            name="stage_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="syncrun",
            name="started_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="syncrun",
            name="starts",
            field=models.IntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="syncrun",
            name="total",
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="syncrun",
            name="why",
            field=models.TextField(db_default="", default=""),
        ),
        migrations.AddField(
            model_name="syncrun",
            name="worker",
            field=models.TextField(db_default="", default=""),
        ),
        migrations.AddIndex(
            model_name="syncrun",
            index=models.Index(
                condition=models.Q(("worker", ""), _negated=True), fields=["heartbeat_at"], name="sync_run_leases"
            ),
        ),
        migrations.AddConstraint(
            model_name="syncrun",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "queued")), fields=("connection",), name="sync_run_one_waits"
            ),
        ),
    ]
